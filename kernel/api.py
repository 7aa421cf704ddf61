"""The shape of every REST answer: errors, pages, JSON in and out."""

import logging
import math
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from kernel import errors, request_id
from kernel.shapes import flat_words
from kernel.text import whole_number

logger = logging.getLogger(__name__)


def json_bytes(value: Any) -> bytes:
    return orjson.dumps(value, default=str)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else json_bytes(data)


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return orjson.loads(stream.read() or b"{}")
        except orjson.JSONDecodeError as broken:
            raise errors.MalformedJson() from broken


class Pagination(LimitOffsetPagination):
    """Pages by `limit` and `offset`; what cannot be used as such is refused by name."""

    default_limit = 50
    max_limit = 200
    max_offset = 10_000_000

    def get_limit(self, request: Any) -> int:
        return self._whole(request, self.limit_query_param, 1, self.max_limit, self.default_limit)

    def get_offset(self, request: Any) -> int:
        return self._whole(request, self.offset_query_param, 0, self.max_offset, 0)

    @staticmethod
    def _whole(request: Any, name: str, least: int, most: int, default: int) -> int:
        given = request.query_params.get(name)
        if given is None:
            return default
        number = whole_number(given, most=most)
        if number is None or number < least:
            raise errors.Invalid.field(
                name, _("Give a whole number from {least} to {most}.").format(least=least, most=most)
            )
        return number

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"results": data, "next": self.get_next_link(), "previous": self.get_previous_link(), "count": self.count}
        )


def error_body(refusal: errors.Refusal) -> dict[str, Any]:
    """The contract's `{"error": {…}}` for a refusal, with the id that the logs know it by."""
    return {"error": refusal.as_dict() | {"request_id": request_id.current()}}


def retry_after(refusal: errors.Refusal) -> dict[str, str]:
    """The header that says when to come again, in whole seconds, where a refusal knows it."""
    if isinstance(refusal, errors.RateLimited | errors.Busy):
        return {"Retry-After": str(max(1, math.ceil(refusal.retry_after)))}
    return {}


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    refusal = as_refusal(exception)
    if refusal is None:
        return None
    response = Response(error_body(refusal), status=refusal.status, headers=retry_after(refusal))
    if refusal.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(exception, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


class MethodNotAllowed(errors.Refusal):
    code, status = "method_not_allowed", 405


def as_refusal(exception: Exception) -> errors.Refusal | None:
    """Any exception that a client has to do with, as one of our refusals; None for a fault of our own."""
    match exception:
        case errors.Refusal():
            return exception
        case exceptions.ValidationError():
            return errors.Invalid(fields=flat_words(exception.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return errors.NotAuthenticated()
        case exceptions.PermissionDenied() | DjangoPermissionDenied():
            return errors.PermissionDenied()
        case exceptions.NotFound() | Http404():
            return errors.NotFound()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed(exception.detail)
        case exceptions.UnsupportedMediaType() | exceptions.NotAcceptable():
            return errors.UnsupportedMediaType()
        case exceptions.Throttled():
            return errors.RateLimited(retry_after=exception.wait or 1)
        case exceptions.ParseError():
            return errors.MalformedJson()
        case RequestDataTooBig():
            return errors.TooLarge()
        case OperationalError() | InterfaceError():
            logger.warning("database unavailable: %s", exception)
            return errors.Unavailable()
        case _:
            return None
