"""Who opens a live connection: by an access token, a ticket, or the session cookie of a page of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils import translation
from django.utils.http import is_same_domain
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import selectors
from accounts.sign_in import browser, tickets, tokens
from accounts.sign_in.validity import Claim, SignedIn, signed_in
from presence.engine import pool

Headers = dict[str, str]
SCHEME = ":scheme"
"""Among the headers, where no client can put one of this name."""


class Caller(NamedTuple):
    """Somebody who wants to come in: what they have shown, and the languages that their client asks for."""

    claim: Claim
    languages: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who it is, until when without showing anything new (None: until the sign-in ends), and their language."""

    signed_in: SignedIn
    expires_at: datetime | None
    language: str


def headers_of(scope: Any) -> Headers:
    """The headers of a handshake, and as `SCHEME` whether it came by `https` or `http`."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
    return headers | {SCHEME: "https" if _is_secure(scope, headers) else "http"}


def _is_secure(scope: Any, headers: Headers) -> bool:
    """As Django says it of a request: by the header of the proxy that `settings` trusts, else by the server."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        said = headers.get(name.removeprefix("HTTP_").replace("_", "-").lower())
        if said is not None:
            return said.split(",")[0].strip() == secure
    return scope.get("scheme") in ("wss", "https")


async def caller(token: str | None, headers: Headers) -> Caller | None:
    """Who wants to come in with this token, or with the cookie where there is none; None for nobody.

    A ticket is redeemed by it: what is still to be looked up, `identify` may do again, this not.
    """
    if token is not None and "." in token:
        claim = tokens.claim_of(token)
    elif token is not None:
        claim = await pool.run(tickets.redeem, token)
    else:
        claim = await pool.run(_by_cookie, headers)
    return Caller(claim, headers.get("accept-language", "")) if claim else None


def identify(callers: Sequence[Caller]) -> list[Identity | None]:
    """Who each of the callers is, in their order; None for whoever may not come in. A few queries for all of them."""
    found = signed_in([caller.claim for caller in callers])
    preferences = selectors.preferences({each.actor.key for each in found if each})
    return [
        None
        if each is None
        else Identity(each, caller.claim.expires_at, preferences[each.actor.key].language or _spoken(caller.languages))
        for caller, each in zip(callers, found, strict=True)
    ]


def _by_cookie(headers: Headers) -> Claim | None:
    """A browser sends its cookies wherever it connects from, so the page must be ours."""
    if not is_our_origin(headers.get("origin", ""), headers.get("host", ""), headers.get(SCHEME, "http")):
        return None
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None:
        return None
    return browser.claim_of(import_module(settings.SESSION_ENGINE).SessionStore(cookie.value))


def is_our_origin(origin: str, host: str, scheme: str) -> bool:
    """Whether a page of `origin` is one of those that this server, asked for as `host` by `scheme`, shows or trusts.

    Behind TLS a page of plain HTTP is none of ours, whatever name it has: anybody on the way may have put it there.
    """
    try:
        parts = urlsplit(origin)
        name = urlsplit(f"//{host}").hostname or ""
        ours = parts.scheme == scheme and parts.netloc.lower() == host.lower()
    except ValueError:
        return False
    if ours and validate_host(f"[{name}]" if ":" in name else name, settings.ALLOWED_HOSTS):
        return True
    for trusted in map(urlsplit, settings.CSRF_TRUSTED_ORIGINS):
        pattern = trusted.netloc.lstrip("*")
        if parts.scheme == trusted.scheme and parts.netloc and is_same_domain(parts.netloc.lower(), pattern):
            return True
    return False


def _spoken(languages: str) -> str:
    """The language that a browser asks for, among ours."""
    for wanted, _priority in parse_accept_lang_header(languages):
        try:
            return translation.get_supported_language_variant(wanted)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
