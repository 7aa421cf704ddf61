"""Refresh tokens of pages: in a cookie that no script can read, and that goes to the doors of signing in alone.

A script of a page on our own origin is told apart by `Sec-Fetch-Site: same-origin`, which browsers set and scripts
cannot. Its answers carry no refresh token; other clients (phones' apps, other systems) get it in the answer.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.sign_in.sessions import Tokens

NAME = "refresh"
PATH = "/api/auth"


def is_page_of_ours(request: HttpRequest) -> bool:
    """Whether a script of a page on our own origin sends the request."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def read(request: HttpRequest) -> str | None:
    """The cookie's token. A page elsewhere cannot have it sent: it is SameSite, and such a request is not looked at."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return None
    return request.COOKIES.get(NAME)


def answer(request: HttpRequest, tokens: Tokens) -> dict[str, object]:
    """What the answer says of the tokens: for a page of ours all but the refresh token."""
    said = tokens.as_dict()
    if is_page_of_ours(request):
        del said["refresh"]
    return said


def write(request: HttpRequest, response: HttpResponse, tokens: Tokens) -> None:
    """Put the refresh token into the cookie of a page of ours; other clients get none."""
    if is_page_of_ours(request):
        response.set_cookie(
            NAME,
            tokens.refresh,
            max_age=settings.REFRESH_TOKEN_LIFETIME,
            path=PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def forget(response: HttpResponse) -> None:
    """Delete the cookie."""
    response.delete_cookie(NAME, path=PATH, samesite="Strict")
