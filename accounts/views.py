"""The office's door, in and out."""

from uuid import UUID

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import browser, services
from accounts.doors import safe_next
from accounts.forms import OwnPasswordForm
from accounts.services.sign_in import PASSWORD_MAX_LENGTH
from offers_project.kernel.api import retry_after
from offers_project.kernel.errors import Invalid, Refusal


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks who is there, and lets them in. Whoever is in already goes on."""
    if request.method != "POST":
        if request.actor is not None and request.actor.is_office:
            return HttpResponseRedirect(safe_next(request))
        return render(request, "accounts/sign_in.html", {"next": safe_next(request, "")})
    username = request.POST.get("username", "")
    try:
        actor = services.identify(
            username=username,
            password=request.POST.get("password", "")[:PASSWORD_MAX_LENGTH],
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except Refusal as refusal:
        context = {"error": str(refusal.message), "username": username, "next": safe_next(request, "")}
        response = render(request, "accounts/sign_in.html", context, status=refusal.status)
        for name, value in retry_after(refusal).items():
            response[name] = value
        return response
    browser.sign_in(request, actor, way="password")
    return HttpResponseRedirect(safe_next(request))


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
                keep=UUID(signed_in.auth_session_id),
            )
        except Invalid as refusal:
            for words in refusal.fields.values():
                form.add_error(None, [str(word) for word in words])
            return self.form_invalid(form)
        return HttpResponseRedirect(self.get_success_url())
