"""Answers where no view answers (400, 403, 404, 500, 503): JSON under `/api`, elsewhere a page."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from kernel import errors
from kernel.api import error_body, json_bytes


class Broken(errors.Refusal):
    """A fault of our own."""

    code, status = "internal_error", 500
    default_message = _("Something broke on our side.")


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    refusal = errors.TooLarge() if isinstance(exception, RequestDataTooBig) else errors.Invalid()
    return _answer(request, refusal, defaults.bad_request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, errors.PermissionDenied(), defaults.permission_denied, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, errors.NotFound(), defaults.page_not_found, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    return _json(Broken()) if _is_api(request) else defaults.server_error(request)


def busy(request: HttpRequest) -> HttpResponse:
    """That there are too many requests just now, and that the same one will do soon."""
    refusal = errors.Unavailable()
    if _is_api(request):
        response = _json(refusal)
    else:
        response = defaults.server_error(request)
        response.status_code = refusal.status
    response["Retry-After"] = "1"
    return response


def _answer(
    request: HttpRequest, refusal: errors.Refusal, page: Callable[..., HttpResponse], *args: Any
) -> HttpResponse:
    return _json(refusal) if _is_api(request) else page(request, *args)


def _is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def _json(refusal: errors.Refusal) -> HttpResponse:
    return HttpResponse(json_bytes(error_body(refusal)), status=refusal.status, content_type="application/json")
