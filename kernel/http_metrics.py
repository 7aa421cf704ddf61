"""How long requests take and how they end, for `/metrics`: by method, route and class of status.

A route is the pattern of the address (`api/offers/<int:offer_id>`), never the address itself: there are as many of them
as `urls.py` and its routers have patterns, whatever is asked for. Each process counts for itself and is asked at its
own port.
"""

import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SECONDS = Histogram("http_request_seconds", "Requests, from middleware to answer", ["method", "route"], buckets=BUCKETS)
REQUESTS = Counter("http_requests_total", "Requests, by the class of their status", ["method", "route", "status"])

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATIC, UNMATCHED = "static", "unmatched"
"""Routes of what no view answers: files; and what was refused before a view was found, or has none."""
ASKED_AGAIN = "http_metrics.asked_again"
"""Set in the scope of a request that asks the application several times and is counted where it is answered."""


class HttpMetricsMiddleware:
    """Stands first, so that the time includes every other middleware, and the wait in `kernel.concurrent_requests`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASKED_AGAIN in getattr(request, "scope", ()):
            return self.get_response(request)
        began = time.perf_counter()
        response = self.get_response(request)
        method, route = method_of(request.method), _route_of(request)
        _seconds(method, route).observe(time.perf_counter() - began)
        count(method, route, response.status_code)
        return response


def count(method: str, route: str, status: int) -> None:
    REQUESTS.labels(method, route, f"{status // 100}xx").inc()


def method_of(name: str | None) -> str:
    """A method's name as a label: clients may make up others."""
    return name if name in METHODS and name is not None else "other"


def _route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.route
    return STATIC if request.path.startswith(settings.STATIC_URL) else UNMATCHED


@cache
def _seconds(method: str, route: str) -> Histogram:
    REQUESTS.labels(method, route, "5xx")  # An alarm can only watch what is there before it has ever happened.
    return SECONDS.labels(method, route)
