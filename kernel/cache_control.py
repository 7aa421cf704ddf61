"""Answers of the API are for the one who asked, at the moment they asked: nothing between keeps them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


class NotKeptMiddleware:
    """`Cache-Control: no-store` for everything under `/api/` that does not say otherwise itself, refusals too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ["Authorization", "Cookie"])
        return response
