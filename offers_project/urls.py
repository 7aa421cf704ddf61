from importlib import import_module
from typing import Any

from django.contrib import admin
from django.urls import include, path

from offers_project.kernel.handlers import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ROOMS = ("accounts", "journal", "presence", "drivers", "chat", "offers")


def _urls(room: str, name: str) -> list[Any]:
    try:
        return getattr(import_module(f"{room}.urls"), name, [])
    except ModuleNotFoundError as missing:
        if missing.name != f"{room}.urls":
            raise
        return []


urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("offers_project.shell")),
    *[path("api/", include(_urls(room, "api_urls"))) for room in ROOMS],
    *[path("", include(_urls(room, "page_urls"))) for room in ROOMS],
]
