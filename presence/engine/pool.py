"""The threads in which the live connection does its database work.

They are few, and each keeps a connection to the database of its own, so that a slow query stalls one of them and not
everybody, and a flood queues here and not in the database.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError, connection

from kernel import database_timeouts
from presence import metrics

P = ParamSpec("P")
R = TypeVar("R")

TRUSTED_SECONDS = 5
"""A connection idle for longer is asked whether it still works before it is used."""

_thread = threading.local()


@cache
def _executor() -> ThreadPoolExecutor:
    executor = ThreadPoolExecutor(max_workers=settings.PRESENCE["THREADS"], thread_name_prefix="presence")
    metrics.DATABASE_WAITING.set_function(executor._work_queue.qsize)
    return executor


async def run(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Do `function` in one of the threads, with the caller's context (request id, language), and give its result."""
    return await asyncio.wrap_future(start(with_connection, function, *args, **kwargs))


def start(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
    """The same for whoever does not wait. `function` itself uses `with_connection` for what it asks the database."""
    return _executor().submit(partial(copy_context().run, function, *args, **kwargs))


class CircuitBreaker:
    """Lets threads look for a database that is away one at a time, so that nobody queues behind those who wait."""

    def __init__(self) -> None:
        self.is_away = False
        self._trying = threading.Lock()

    def pass_through(self) -> None:
        """Go on when there is a connection or the database was there last time; else connect, or be turned away."""
        if not self.is_away or connection.connection is not None:
            return
        if not self._trying.acquire(blocking=False):
            raise OperationalError("The database is away, and somebody is looking already.")
        try:
            connection.ensure_connection()
            self.is_away = False
        finally:
            self._trying.release()


_breaker = CircuitBreaker()


def with_connection(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """In one of the threads: do `function` with a connection that works, and part with it when it has failed."""
    # In the context that `start` has copied.
    database_timeouts.queue_seconds.set(database_timeouts.FEW_THREADS_SECONDS)
    _drop_unusable()
    _breaker.pass_through()
    was_open = connection.connection is not None
    try:
        return function(*args, **kwargs)
    except (OperationalError, InterfaceError):
        if not was_open and connection.connection is None:
            _breaker.is_away = True
        connection.close()
        raise
    except ProgrammingError:
        connection.close()  # Such as out of step with the database: nothing that it is asked would work.
        raise
    finally:
        _thread.used_at = time.monotonic()


def _drop_unusable() -> None:
    idle = time.monotonic() - getattr(_thread, "used_at", 0.0)
    if connection.connection is None or idle < TRUSTED_SECONDS:
        return
    if connection.errors_occurred or not connection.is_usable():
        connection.close()
