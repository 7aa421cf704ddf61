"""Finds the person who sends a request, their language and their time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.selectors import preferences_of
from accounts.sign_in import browser
from accounts.sign_in.validity import SignedIn
from kernel.actors import ActorKey


class ActorMiddleware:
    """Sets `request.actor` and `request.signed_in` for a browser that is signed in, else None.

    `request.user`, which Django's admin asks for, is the same person, or anonymous.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = browser.signed_in(request.session) if _has_session(request) else None
        become(request, signed_in)
        if signed_in is None:
            with timezone.override(settings.OFFICE_TIME_ZONE):
                return self.get_response(request)
        browser.renew(request, signed_in)
        zone, language = _zone_and_language(signed_in.actor.key)
        with timezone.override(zone):
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = language
            return self.get_response(request)


def become(request: HttpRequest, signed_in: SignedIn | None) -> None:
    """Let the rest of this request know who asks."""
    request.signed_in = signed_in
    request.actor = signed_in.actor if signed_in else None
    request.user = SimpleLazyObject(lambda: _user(request))


def _user(request: HttpRequest) -> User | AnonymousUser:
    actor = request.actor
    if actor is None or not actor.is_office:
        return AnonymousUser()
    return User.objects.filter(pk=actor.key.id).first() or AnonymousUser()


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _zone_and_language(key: ActorKey) -> tuple[ZoneInfo, str]:
    chosen = preferences_of(key)
    return ZoneInfo(chosen.time_zone or settings.OFFICE_TIME_ZONE), chosen.language
