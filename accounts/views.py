"""The office's pages for signing in and out, and for changing one's password."""

from typing import Any
from uuid import UUID

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.doors import safe_next
from accounts.errors import WrongPassword
from accounts.forms import OwnPasswordForm
from accounts.shapes import CredentialsShape
from accounts.sign_in import browser
from kernel.addresses import client_address
from kernel.api import retry_after
from kernel.errors import Busy, Invalid, RateLimited, Refusal
from kernel.shapes import INVISIBLE, read_shape
from kernel.stale_forms import comes_again, press_again, why


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    """The form was older than the browser's token: a person who has signed in since, in another tab, goes on."""
    if request.actor is not None and request.actor.is_office:
        return HttpResponseRedirect(safe_next(request))
    return _form(request, status=403, error=why(request))


@comes_again(_sign_in_again)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page where office people sign in. A person who is signed in already is sent on."""
    if request.method != "POST":
        if request.actor is not None and request.actor.is_office:
            return HttpResponseRedirect(safe_next(request))
        return _form(request)
    try:
        given = read_shape(CredentialsShape, {name: request.POST.get(name, "") for name in ("username", "password")})
        actor = services.identify(**given, address=client_address(request))
    except Refusal as refusal:
        # What cannot be a name or a password is no better than a wrong one.
        status = WrongPassword.status if isinstance(refusal, Invalid) else refusal.status
        return _form(request, status=status, error=_words(refusal), headers=retry_after(refusal))
    browser.sign_in(request, actor, way="password")
    return HttpResponseRedirect(safe_next(request))


def _form(request: HttpRequest, *, status: int = 200, error: Any = None, headers: Any = None) -> HttpResponse:
    context = {"next": safe_next(request, "")}
    if error is not None:
        context |= {"error": str(error), "username": request.POST.get("username", "")}
    response = render(request, "accounts/sign_in.html", context, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def _words(refusal: Refusal) -> Any:
    """What the page says. An empty field or too long a password need no words of their own."""
    named = [str(word) for word in refusal.fields.get("username", ()) if word == INVISIBLE]
    if isinstance(refusal, Invalid):
        return " ".join(named) or WrongPassword.default_message
    return refusal.message


def _sign_out_again(request: HttpRequest) -> HttpResponse:
    if request.actor is None:
        return HttpResponseRedirect(reverse("sign-in"))
    return press_again(request, label=_("Sign out"))


@comes_again(_sign_out_again)
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Lets anybody out, office and drivers alike."""
    was_driver = request.actor is not None and request.actor.is_driver
    browser.sign_out(request)
    return HttpResponseRedirect(reverse("driver-sign-in" if was_driver else "sign-in"))


class OwnPassword(PasswordChangeView):
    """Django's page for changing one's own password; what it writes goes through the service."""

    form_class = OwnPasswordForm
    template_name = "registration/password_change_form.html"

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        signed_in = self.request.signed_in
        try:
            services.change_password(
                actor=signed_in.actor,
                old=form.cleaned_data["old_password"],
                new=form.cleaned_data["new_password1"],
                address=client_address(self.request),
                keep=UUID(signed_in.auth_session_id),
            )
        except Invalid as refusal:
            for words in refusal.fields.values():
                form.add_error(None, [str(word) for word in words])
            return self.form_invalid(form)
        except (RateLimited, Busy) as refusal:
            form.add_error("old_password", str(refusal.message))
            response = self.form_invalid(form)
            response.status_code = refusal.status
            for name, value in retry_after(refusal).items():
                response[name] = value
            return response
        return HttpResponseRedirect(self.get_success_url())
