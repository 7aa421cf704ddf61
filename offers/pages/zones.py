"""Pages in parts: htmx, and `static/shared/zones.js`, ask for a zone by the page's own address."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def zone_of(request: HttpRequest) -> str:
    """The id of the zone that will be filled (`HX-Target`); empty where the whole page is asked for."""
    return request.htmx.target or "" if request.htmx else ""


def by_zone(response: HttpResponse) -> HttpResponse:
    """The same, marked for caches as the answer to this zone."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
