"""How the API knows who asks: a bearer token, or the session of a browser."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.request import Request

from accounts.sign_in import tokens
from accounts.sign_in.validity import SignedIn
from kernel.actors import Actor
from kernel.errors import NotAuthenticated


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <access token>`. A bad token is refused, even where a good session stands beside it."""

    def authenticate(self, request: Request) -> tuple[Actor, SignedIn] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        signed_in = tokens.actor_of(token.strip())
        if signed_in is None:
            raise NotAuthenticated()
        return signed_in.actor, signed_in

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with a CSRF token for whatever changes something."""

    def authenticate(self, request: Request) -> tuple[Actor, SignedIn] | None:
        http_request: HttpRequest = request._request
        signed_in = http_request.signed_in
        if signed_in is None:
            return None
        self.enforce_csrf(request)
        return signed_in.actor, signed_in


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
