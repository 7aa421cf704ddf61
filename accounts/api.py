"""Signing in and out by REST, and what became of a request whose answer was lost."""

from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.doors import ApiView
from accounts.shapes import (
    AttemptOut,
    AttemptQuery,
    CredentialsShape,
    LogoutShape,
    NothingIn,
    NothingOut,
    RefreshShape,
    TicketOut,
    TokensOut,
    VerifiedOut,
    VerifyShape,
)
from accounts.sign_in import browser, refresh_cookie, tickets, tokens
from journal import idempotency
from kernel.actors import ActorKey
from kernel.addresses import client_address
from kernel.errors import NotAuthenticated
from kernel.schema import documented

_KEY = OpenApiParameter(
    "key", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[^\x00]*$"}, required=True
)


class PublicView(ApiView):
    """An endpoint for people who have not signed in: credentials of the request are ignored."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


def with_tokens(request: Request, given: services.Tokens) -> Response:
    """The answer of every endpoint that signs a person in: the tokens, and a page's refresh token as a cookie."""
    response = Response(refresh_cookie.answer(request._request, given))
    refresh_cookie.write(request._request, response, given)
    return response


class TokenView(PublicView):
    keeps_for_strangers = True  # What succeeds has shown a password.

    @documented(body=CredentialsShape, answer=TokensOut, auth=False, summary="Sign in to the office")
    def post(self, request: Request) -> Response:
        """Gives a pair of tokens for a name and a password."""
        given = self.body(CredentialsShape)
        address, agent = client_address(request), request.headers.get("User-Agent", "")
        actor = services.identify(**given, address=address)
        pair = services.begin_session(actor=actor, way="password", user_agent=agent, address=address)
        return with_tokens(request, pair)


class RefreshView(PublicView):
    @property
    def keeps_for_strangers(self) -> bool:
        """Where the token stands in the body. A cookie is not part of what a repeated request is known by."""
        return isinstance(self.request.data, dict) and bool(self.request.data.get("refresh"))

    @documented(body=RefreshShape, answer=TokensOut, auth=False, summary="Get a new pair of tokens")
    def post(self, request: Request) -> Response:
        """Gives a new pair for the refresh token of the body, or of the cookie; the old one is used up."""
        refresh = self.body(RefreshShape).get("refresh") or refresh_cookie.read(request._request)
        if not refresh:
            raise NotAuthenticated()
        return with_tokens(request, services.refresh(refresh=refresh))


class VerifyView(PublicView):
    @documented(body=VerifyShape, answer=VerifiedOut, auth=False, summary="Ask whether an access token is good")
    def post(self, request: Request) -> Response:
        """Says who an access token stands for; 401 when it is not good any more."""
        signed_in = tokens.actor_of(self.body(VerifyShape)["token"])
        if signed_in is None:
            raise NotAuthenticated()
        return Response({"user": signed_in.actor.as_dict()})


class LogoutView(ApiView):
    permission_classes = (AllowAny,)

    def is_a_change(self, request: Request) -> bool:
        """A person who has used up the limit of changes may still sign out."""
        return False

    @documented(body=LogoutShape, answer=NothingOut, refusals=(403,), summary="Sign out")
    def post(self, request: Request) -> Response:
        """Ends the sign-in that the request comes by and that of `refresh`; with `everywhere` all others too."""
        given = self.body(LogoutShape)
        keys: set[ActorKey] = set()
        refresh = given.get("refresh") or refresh_cookie.read(request._request)
        if refresh and (ended := services.end_session_of(refresh=refresh, because="signed out")):
            keys.add(ended)
        if request.user is not None:
            keys.add(self.actor.key)
            if self.signed_in.auth_session_id:
                session_id = UUID(self.signed_in.auth_session_id)
                services.end_session(auth_session_id=session_id, key=self.actor.key, because="signed out")
        if not keys:
            raise NotAuthenticated()
        if given.get("everywhere"):
            for key in keys:
                services.end_sessions(key=key, because="signed out everywhere")
        if request._request.signed_in and request._request.actor.key in keys:
            browser.sign_out(request._request)
        response = Response({})
        refresh_cookie.forget(response)
        return response


class TicketView(ApiView):
    def is_a_change(self, request: Request) -> bool:
        """It keeps nothing for longer than a moment, and a person who comes back needs it."""
        return False

    @documented(answer=TicketOut, refusals=(403,), summary="Get a ticket for the live connection")
    def post(self, request: Request) -> Response:
        """Gives a ticket that opens one live connection, once and soon: an address is no place for a token."""
        self.body(NothingIn)
        return Response({"ticket": tickets.issue(self.signed_in), "expires_in": settings.SOCKET_TICKET_SECONDS})


class AttemptView(ApiView):
    @documented(answer=AttemptOut, query=(_KEY,), operation_id="attempts_read", summary="What became of a request")
    def get(self, request: Request) -> Response:
        """What has become of one's request with this `Idempotency-Key`, for a client whose answer was lost."""
        found = idempotency.what_became(actor=self.actor.pk, key=self.query(AttemptQuery)["key"])
        state = "unknown" if found is None else "working" if found.status is None else "answered"
        return Response({"state": state, "status": found and found.status})
