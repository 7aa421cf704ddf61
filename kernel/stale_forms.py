"""Forms whose token is no longer the browser's: another tab has signed in or out since the page was loaded.

Such a request is refused and nothing is done. A page of ours comes again with a fresh token, so that pressing once more
works; a page from elsewhere learns and gets nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as django_set_language

TOO_OLD = _("Nothing was done: this page had become too old. Press again.")
NO_COOKIE = _(
    "Nothing was done: the cookie of this page did not come along. Allow cookies for this site, and press again."
)
TEMPLATE = "403_csrf.html"

View = Callable[..., HttpResponse]


def comes_again(again: View) -> Callable[[View], View]:
    """For the view of a plain form: `again` gives the answer to a page of ours whose token was too old.

    It takes what the view takes, and changes nothing: a redirection for those who have arrived already, otherwise the
    form with what was typed, and 403.
    """

    def mark(view: View) -> View:
        view.comes_again = again  # type: ignore[attr-defined]
        return view

    return mark


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django answers a request without a good CSRF token by."""
    match = request.resolver_match
    again = getattr(match.func, "comes_again", None) if match else None
    if match is None or again is None or not _is_from_a_page_of_ours(request, reason):
        return render(request, TEMPLATE, {"back": _page_before(request)}, status=403)
    response = again(request, *match.args, **match.kwargs)
    add_never_cache_headers(response)
    return response


def why(request: HttpRequest) -> Any:
    """What the form that comes again says."""
    return TOO_OLD if settings.CSRF_COOKIE_NAME in request.COOKIES else NO_COOKIE


def press_again(request: HttpRequest, *, label: Any, fields: Mapping[str, str] | None = None) -> HttpResponse:
    """A page with one button, which posts `fields` to where this request went, now with a good token."""
    context = {"label": label, "fields": dict(fields or {}), "why": why(request), "back": _page_before(request)}
    return render(request, TEMPLATE, context, status=403)


def _language_again(request: HttpRequest) -> HttpResponse:
    language = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    try:
        name = get_language_info(language)["name_local"].capitalize()
    except KeyError:
        return render(request, TEMPLATE, {"back": _page_before(request)}, status=403)
    fields = {LANGUAGE_QUERY_PARAMETER: language, "next": request.POST.get("next", "")}
    return press_again(request, label=name, fields=fields)


@comes_again(_language_again)
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switches the language of this browser, by Django's own view, and leads back."""
    return django_set_language(request)


def _is_from_a_page_of_ours(request: HttpRequest, reason: str) -> bool:
    """Whether only the token is wrong. Django looks at it after `Origin`, or with HTTPS at `Referer`."""
    if not reason.startswith("CSRF ") or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return "Origin" in request.headers or not request.headers.get("Referer") or bool(_referrer(request))


def _referrer(request: HttpRequest) -> str:
    """The page of ours that the request comes from, as far as the browser says so."""
    address = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else ""


def _page_before(request: HttpRequest) -> str:
    """The path of the page that the form stood on."""
    parts = urlsplit(_referrer(request))
    if not parts.path or parts.path == reverse("set_language"):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
