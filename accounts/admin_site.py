"""Django's admin, entered and left by our own doors, with its history from the journal."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OfficeSite(AdminSite):
    site_title = site_header = _("Driver Offers")
    index_title = _("Administration")
    site_url = "/"
    index_template = "journal/admin_index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and getattr(request.user, "is_staff", False)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        from accounts.views import sign_in  # Models are not loaded yet when this module is.

        return sign_in(request)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from accounts.views import sign_out

        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from accounts.views import OwnPassword

        done = reverse("admin:password_change_done", current_app=self.name)
        context = {**self.each_context(request), **(extra_context or {})}
        request.current_app = self.name
        return OwnPassword.as_view(success_url=done, extra_context=context)(request)


class OfficeAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.OfficeSite"
