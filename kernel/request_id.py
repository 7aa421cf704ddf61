"""One id for everything that a request, a frame or a command causes: in answers, in the journal, in logs."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

_current: ContextVar[str] = ContextVar("request_id", default="-")
_connection: ContextVar[str] = ContextVar("connection_id", default="-")
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current() -> str:
    """The id of what is being done now; `-` outside of any request."""
    return _current.get()


def connection() -> str:
    """The id of the live connection that it is done for; `-` where there is none."""
    return _connection.get()


def belongs_to(connection_id: str) -> None:
    """Let everything that this task does from now on be logged as done for this live connection."""
    _connection.set(connection_id)


def begin(given: str = "") -> str:
    """Set and return the id of a request: what a proxy has `given` when that is fit for a log line, else a new one."""
    request_id = given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
    _current.set(request_id)
    return request_id


def set_request_id(request_id: str) -> None:
    """Let everything that this task does from now on have an id that we have made ourselves."""
    _current.set(request_id)


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = begin(request.headers.get("X-Request-ID", ""))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
