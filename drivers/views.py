"""The driver's door: by a code in two or three steps, or by a link."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.doors import safe_next
from accounts.metrics import SIGN_IN_FAILED
from accounts.selectors import preferences_of
from accounts.sign_in import browser
from drivers import links, rules, services
from drivers.errors import ChooseDriver, DeadLink
from drivers.links import LinkState, ReadLink
from drivers.shapes import AddressShape, CodeShape
from kernel.addresses import client_address
from kernel.api import retry_after
from kernel.errors import Invalid, Refusal
from kernel.ids import LARGEST_LEGACY_ID, parse_id
from kernel.shapes import read_shape
from kernel.stale_forms import comes_again, why

HOME = "/driver/"
CHALLENGE = "sign_in_challenge"
"""The cookie with the challenge that this browser's code was asked for with."""


def _arrived(request: HttpRequest) -> HttpResponse | None:
    """For a form that is older than the browser's token: a driver who has signed in since, in another tab, goes on."""
    if request.actor is not None and rules.drives(request.actor):
        return HttpResponseRedirect(safe_next(request, HOME))
    return None


def _contact_again(request: HttpRequest) -> HttpResponse:
    contact = request.POST.get("contact", "").strip()
    return _arrived(request) or _step(request, "contact", too_old=True, contact=contact)


@comes_again(_contact_again)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for a phone number or a mail address, and sends a code there."""
    if request.method != "POST":
        if request.actor is not None and rules.drives(request.actor):
            return HttpResponseRedirect(safe_next(request, HOME))
        return _step(request, "contact")
    contact = request.POST.get("contact", "").strip()
    try:
        challenge = services.request_code(**read_shape(AddressShape, _address(contact)), client=_client(request))
    except Refusal as refusal:
        return _step(request, "contact", refusal=refusal, contact=contact)
    response = _step(request, "code", contact=contact)
    _keep_challenge(response, challenge)
    return response


def _code_again(request: HttpRequest) -> HttpResponse:
    contact, typed = request.POST.get("contact", "").strip(), request.POST.get("code", "").strip()
    return _arrived(request) or _step(request, "code", too_old=True, contact=contact, code=typed)


@comes_again(_code_again)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code, asks which truck where several have the number, and lets the driver in."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("driver-sign-in"))
    contact, typed = request.POST.get("contact", "").strip(), request.POST.get("code", "").strip()
    given: dict[str, Any] = _address(contact) | {"code": typed}
    if challenge := _challenge(request):
        given["challenge"] = challenge
    if chosen := parse_id(request.POST.get("driver_id", ""), most=LARGEST_LEGACY_ID):
        given["driver_id"] = chosen
    try:
        driver = services.redeem_code(**read_shape(CodeShape, given), client=_client(request))
    except ChooseDriver as choice:
        return _step(request, "truck", contact=contact, code=typed, drivers=choice.extra["drivers"])
    except Refusal as refusal:
        return _step(request, "code", refusal=refusal, contact=contact)
    browser.sign_in(request, driver.actor, way="code")
    response = HttpResponseRedirect(safe_next(request, HOME))
    response.delete_cookie(CHALLENGE, path=HOME)
    return response


def _link_again(request: HttpRequest, token: str) -> HttpResponse:
    """A driver who has signed in since, by this link, goes on; another driver's link asks again."""
    found = links.read(token)
    here = request.actor
    if here is not None and rules.drives(here) and (found.driver is None or found.driver.actor.key == here.key):
        return HttpResponseRedirect(HOME)
    return _link_page(request, found, too_old=True)


@comes_again(_link_again)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Shows whose link it is; only the button, a POST, signs in. Previews of messages look and change nothing."""
    if request.method == "POST":
        try:
            driver = services.use_link(token=token)
        except DeadLink:
            SIGN_IN_FAILED.labels("link").inc()
        else:
            browser.sign_in(request, driver.actor, way="link")
            return HttpResponseRedirect(HOME)
    return _link_page(request, links.read(token))


def _link_page(request: HttpRequest, found: ReadLink, *, too_old: bool = False) -> HttpResponse:
    context: dict[str, Any] = {"state": str(found.state), "error": why(request) if too_old else ""}
    is_good = found.state == LinkState.GOOD
    language = get_language() or settings.LANGUAGE_CODE
    if found.driver is not None:
        context["driver"] = {"name": found.driver.name, "truck_number": found.driver.truck_number}
        # The phone's own language is a guess; what the driver has chosen is not, unless this phone was told otherwise.
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = preferences_of(found.driver.actor.key).language or language
    with translation.override(language):
        response = render(request, "drivers/link.html", context, status=404 if not is_good else 403 if too_old else 200)
    # The address is the key, so no other site may learn it. "no-referrer" would hide it from our own, too: browsers
    # then send `Origin: null` with the form, which the check against forged forms refuses.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _keep_challenge(response: HttpResponse, challenge: str) -> None:
    response.set_signed_cookie(
        CHALLENGE,
        challenge,
        salt=CHALLENGE,
        max_age=settings.SIGN_IN_CODE_LIFETIME,
        path=HOME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _challenge(request: HttpRequest) -> str:
    kept = request.get_signed_cookie(CHALLENGE, None, salt=CHALLENGE, max_age=settings.SIGN_IN_CODE_LIFETIME)
    return kept or ""


def _step(
    request: HttpRequest, step: str, *, refusal: Refusal | None = None, too_old: bool = False, **context: Any
) -> HttpResponse:
    context |= {"step": step, "next": safe_next(request, "")}
    if too_old:
        return render(request, "accounts/driver_sign_in.html", context | {"error": why(request)}, status=403)
    if refusal is None:
        return render(request, "accounts/driver_sign_in.html", context)
    context["error"] = _words(refusal)
    response = render(request, "accounts/driver_sign_in.html", context, status=refusal.status)
    for name, value in retry_after(refusal).items():
        response[name] = value
    return response


def _words(refusal: Refusal) -> str:
    """What the page says; where a field is at fault, what is wrong with it."""
    if isinstance(refusal, Invalid):
        return " ".join(str(word) for words in refusal.fields.values() for word in words) or str(refusal.message)
    return str(refusal.message)


def _address(contact: str) -> dict[str, str]:
    return {"email": contact} if "@" in contact else {"phone": contact}


def _client(request: HttpRequest) -> str:
    return client_address(request)
