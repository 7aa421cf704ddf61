"""Sign-in of a browser: Django's session cookie, bound to a sign-in session of ours.

The cookie says who and by which sign-in session; each request asks whether that session is still valid, so that ending
it signs the browser out at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.models import AuthSession
from accounts.sign_in import sessions
from accounts.sign_in.validity import Claim, SignedIn, SignIn, signed_in_by
from kernel.actors import Actor, ActorKey
from kernel.addresses import client_address

ACTOR = "actor"
AUTH_SESSION = "auth_session"
RENEWED = "renewed"

RENEW_AFTER = timedelta(days=1)
"""A browser in use is renewed this often, so that its sign-in lapses only when it has not been used."""


def sign_in(request: HttpRequest, actor: Actor, *, way: str) -> AuthSession:
    """Sign `actor` in on this browser, and the person before out. The session gets a new key and a new CSRF token."""
    sign_out(request)
    agent, address = request.headers.get("User-Agent", ""), client_address(request)
    session = sessions.open_session(actor=actor, way=way, user_agent=agent, address=address)
    request.session.cycle_key()
    request.session[ACTOR] = list(actor.key)
    request.session[AUTH_SESSION] = str(session.pk)
    rotate_token(request)
    return session


def sign_out(request: HttpRequest) -> None:
    """Forget everything about this browser, and end the sign-in that it was bound to."""
    if claim := claim_of(request.session):
        key, auth_session_id = claim.sign_in
        sessions.end_session(auth_session_id=UUID(auth_session_id), key=key, because="signed out")
    request.session.flush()


def signed_in(session: Any) -> SignedIn | None:
    """The person a Django session belongs to; None when its sign-in is not valid any more."""
    return signed_in_by(claim_of(session))


def renew(request: HttpRequest, signed_in: SignedIn) -> None:
    """Put off the end of this browser's sign-in, once in `RENEW_AFTER`."""
    now = datetime.now(UTC)
    due = signed_in.expires_at - now < settings.REFRESH_TOKEN_LIFETIME - RENEW_AFTER
    # Towards the last day of a sign-in it is always due.
    if signed_in.auth_session_id and due and request.session.get(RENEWED) != now.date().isoformat():
        sessions.renew_session(auth_session_id=UUID(signed_in.auth_session_id))
        request.session[RENEWED] = now.date().isoformat()


def claim_of(session: Any) -> Claim | None:
    """Which sign-in a Django session (a request's or a socket's) is bound to."""
    try:
        actor_type, actor_id = session[ACTOR]
        return Claim(SignIn(ActorKey(actor_type, actor_id), session[AUTH_SESSION]), None)
    except (KeyError, TypeError, ValueError):
        return None
