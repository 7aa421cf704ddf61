"""Addresses that every page needs, whichever room it belongs to: words for scripts, the app's manifest, its icon."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import JavaScriptCatalog


class Manifest(TemplateView):
    """What a phone or a desktop needs to install the pages as an app; `start` is the page that it opens with."""

    template_name = "shared/manifest.webmanifest"
    content_type = "application/manifest+json"
    start = "/"


class Favicon(RedirectView):
    """For browsers that ask for the icon without reading the page."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("shared/app/mark.svg")


urlpatterns = [
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["offers_project"]), name="javascript-catalog"),
    path("manifest.webmanifest", Manifest.as_view(), name="manifest"),
    path("driver.webmanifest", Manifest.as_view(start="/driver/"), name="driver-manifest"),
    path("favicon.ico", Favicon.as_view(), name="favicon"),
]
