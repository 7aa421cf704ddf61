"""Who opens a live connection: by an access token, a ticket, or the session cookie of a page of ours."""

from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils import translation
from django.utils.http import is_same_domain
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts import browser, selectors, tickets, tokens
from accounts.sign_ins import SignedIn

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who it is, until when without showing anything new (None: until the sign-in ends), and their language."""

    signed_in: SignedIn
    expires_at: datetime | None
    language: str


def headers_of(scope: Any) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}


def identify(token: str | None, headers: Headers) -> Identity | None:
    """Who the token stands for, or the cookie where there is none; None for nobody."""
    if token is not None:
        signed_in = tokens.actor_of(token) if "." in token else tickets.redeem(token)
        expires_at = signed_in.expires_at if signed_in else None
    else:
        signed_in, expires_at = _by_cookie(headers), None
    if signed_in is None:
        return None
    return Identity(signed_in, expires_at, _language(signed_in, headers))


def _by_cookie(headers: Headers) -> SignedIn | None:
    """A browser sends its cookies wherever it connects from, so the page must be ours."""
    if not is_our_origin(headers.get("origin", ""), headers.get("host", "")):
        return None
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None:
        return None
    return browser.signed_in(import_module(settings.SESSION_ENGINE).SessionStore(cookie.value))


def is_our_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` is one of those that this server, asked for as `host`, shows or trusts."""
    try:
        parts = urlsplit(origin)
        name = urlsplit(f"//{host}").hostname or ""
        ours = parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
    except ValueError:
        return False
    if ours and validate_host(f"[{name}]" if ":" in name else name, settings.ALLOWED_HOSTS):
        return True
    for trusted in map(urlsplit, settings.CSRF_TRUSTED_ORIGINS):
        pattern = trusted.netloc.lstrip("*")
        if parts.scheme == trusted.scheme and parts.netloc and is_same_domain(parts.netloc.lower(), pattern):
            return True
    return False


def _language(signed_in: SignedIn, headers: Headers) -> str:
    """What they have chosen, else what their browser asks for."""
    if chosen := selectors.preferences_of(signed_in.actor.key).language:
        return chosen
    for wanted, _priority in parse_accept_lang_header(headers.get("accept-language", "")):
        try:
            return translation.get_supported_language_variant(wanted)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
