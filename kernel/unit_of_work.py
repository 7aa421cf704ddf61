"""The unit of work: one transaction, tried again after a deadlock.

Every write of every room is a function marked `@service`. The outermost one begins the transaction; services that it
calls join it. What has to be done once, at its end, is a `Part` of the unit: presence collects there what is told.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from threading import get_ident
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.db import OperationalError, connection, transaction
from prometheus_client import Counter, Histogram

from kernel import database_timeouts

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 8
LOCK_WAIT_TIMEOUT, DEADLOCK = 1205, 1213
DEADLOCK_CODES = frozenset({LOCK_WAIT_TIMEOUT, DEADLOCK})
"""MySQL's, as the first argument of an error."""

SECONDS = Histogram(
    "unit_of_work_seconds",
    "Changes, done or refused, from the beginning of their transaction to the end of their commit",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
RETRIES = Counter("unit_of_work_retries_total", "Changes that were tried again after a deadlock")


class Part(Protocol):
    """What one room collects during a unit of work."""

    def finish(self) -> None:
        """Called once, at the end of the transaction, when everything else in it has been done."""


AnyPart = TypeVar("AnyPart", bound=Part)


class Unit:
    """The work of one outermost service, with a part for each class that was asked for."""

    __slots__ = ("_parts", "thread")

    def __init__(self) -> None:
        self._parts: dict[type[Part], Part] = {}
        self.thread = get_ident()
        """Whose connection has its transaction."""

    def part(self, kind: type[AnyPart]) -> AnyPart:
        """The unit's part of this class, made when it is first asked for."""
        if (found := self._parts.get(kind)) is None:
            found = self._parts[kind] = kind()
        return cast(AnyPart, found)

    def finish(self) -> None:
        finished: list[Part] = []
        # A part that finishes may ask for another one.
        while left := [part for part in self._parts.values() if part not in finished]:
            finished.append(left[0])
            left[0].finish()


_current: ContextVar[Unit | None] = ContextVar("unit_of_work", default=None)
_marking: ContextVar[Callable[[], object] | None] = ContextVar("marking", default=None)


def current() -> Unit | None:
    """The unit of work that is being done now; None outside of services.

    Another thread has another connection: what a service starts there, with its context, is no part of its unit.
    """
    unit = _current.get()
    return unit if unit is not None and unit.thread == get_ident() else None


def mark_each(mark: Callable[[], object] | None) -> None:
    """Let `mark` be called at the end of every unit of work that this context does from now on, in its transaction.
    What it writes is written with the change, or not at all. None: no more.
    """
    _marking.set(mark)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a service: one transaction, whatever services it calls.

    After a deadlock, or a wait for a lock that took too long, it is done again from the start: up to `TRIES` times,
    within `database_timeouts.queue_seconds`. Inside a transaction that another caller has begun it cannot be.
    A service that is called by another one joins its unit without a savepoint. So it must raise its refusals before it
    writes anything: a caller that catches one goes on in the same transaction.
    """

    _require_plain(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if current() is not None:
            return _join(function, args, kwargs)
        return again_after_deadlock(lambda: _begin(function, args, kwargs), RETRIES.inc)

    return run


def again_after_deadlock(work: Callable[[], R], note: Callable[[], object] | None = None) -> R:
    """Do `work`, and do it again after a deadlock: a transaction, or a single statement outside of one. Gives what it
    gives; `note` is called before each further time. In a transaction that has begun before, it is done once.
    """
    may_retry = not connection.in_atomic_block
    end = time.monotonic() + database_timeouts.queue_seconds.get()
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as error:
            is_over = attempt == TRIES or time.monotonic() > end
            if is_over or not may_retry or not _is_deadlock(error):
                raise
            if note is not None:
                note()
        # Those who stood in each other's way do not all come again at the same moment.
        time.sleep(random.random() * 0.02 * attempt)  # noqa: S311
    raise AssertionError("unreachable")


def in_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction, tried again after a deadlock as a service is, which is no unit of work: nothing
    is collected, and it is not counted among the changes. For the machinery below services, which does the same again
    every second. In a transaction it joins with a savepoint.
    """
    _require_plain(function)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with_transaction = transaction.atomic(function)
        return again_after_deadlock(lambda: with_transaction(*args, **kwargs))

    return run


@contextmanager
def unfinished() -> Iterator[None]:
    """One transaction whose services join one unit of work that never finishes: what they collect is dropped."""
    with transaction.atomic(), _unit():
        yield


def after_commit(run: Callable[[], object]) -> None:
    """Call `run` after the commit of the transaction; at once where there is none. What it raises is only logged."""
    transaction.on_commit(run, robust=True)


def _begin(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    # The unit ends before the commit does: a service that is called after it begins one of its own.
    with SECONDS.time(), transaction.atomic(), _unit() as unit:
        result = function(*args, **kwargs)
        unit.finish()
        if (mark := _marking.get()) is not None:
            mark()
    return result


def _require_plain(function: Callable[..., object]) -> None:
    """What a coroutine or a generator does, it does when the transaction is over."""
    if iscoroutinefunction(function) or isgeneratorfunction(function) or isasyncgenfunction(function):
        raise TypeError(f"{function.__qualname__} would be done after its transaction.")


def _join(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    """A call of its own, so that tests can watch those who join."""
    return function(*args, **kwargs)


@contextmanager
def _unit() -> Iterator[Unit]:
    unit = Unit()
    token = _current.set(unit)
    try:
        yield unit
    finally:
        _current.reset(token)


def _is_deadlock(error: OperationalError) -> bool:
    return bool(error.args) and error.args[0] in DEADLOCK_CODES
