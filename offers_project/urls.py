from django.contrib import admin
from django.urls import include, path

import accounts.urls
import chat.urls
import drivers.urls
import offers.urls
import presence.urls
from kernel import stale_forms
from kernel.handlers import handler400, handler403, handler404, handler500
from offers_project import description, health, me

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

api_urls = [
    path("me", me.MeView.as_view(), name="me"),
    path("schema", description.SchemaView.as_view(), name="schema"),
    path("docs", description.DocsView.as_view(url_name="schema"), name="docs"),
    *accounts.urls.api_urls,
    *presence.urls.api_urls,
    *drivers.urls.api_urls,
    *chat.urls.api_urls,
    *offers.urls.api_urls,
]

urlpatterns = [
    path("api/", include(api_urls)),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics_page, name="metrics"),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", stale_forms.set_language, name="set_language"),
    path("", include("offers_project.shell")),
    *accounts.urls.page_urls,
    *drivers.urls.page_urls,
    *offers.urls.page_urls,
]
