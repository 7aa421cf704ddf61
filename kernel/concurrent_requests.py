"""How many requests one process answers at the same time (`REQUESTS_AT_ONCE`); the others wait.

Each request of an ASGI server has a thread of its own, and with it a connection to the database of its own, which
no other request could use again. Many requests at once would open as many connections, until the database has no more.
Here a request waits until there is room, and its connection is closed as soon as it is answered, before a slow client
has read the answer.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse

from kernel.handlers import busy

_here = threading.local()
"""`room`: where this thread's request has a place."""

ALWAYS_ANSWERED = "/healthz"
"""It asks the database nothing, and who asks it would end a process that is merely busy."""


class AtOnceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.room = threading.BoundedSemaphore(settings.REQUESTS_AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALWAYS_ANSWERED:
            return self.get_response(request)
        if not self.room.acquire(timeout=settings.DATABASE_ANSWER_SECONDS):
            return busy(request)
        _here.room = self.room
        try:
            return self.get_response(request)
        finally:
            _here.room = None
            if isinstance(request, ASGIRequest):
                close_old_connections()
            self.room.release()


@contextmanager
def stepped_out() -> Iterator[None]:
    """Leave this request's place to another one for a time of waiting, and take a place again after it.

    Close the connection to the database before. Does nothing where no request is answered, such as in a command.
    """
    room = getattr(_here, "room", None)
    if room is None:
        yield
        return
    room.release()
    try:
        yield
    finally:
        room.acquire()
