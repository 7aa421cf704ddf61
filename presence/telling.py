"""The door through which every service works and tells.

`@service` makes a function one unit of work: one transaction, whatever services it calls, tried again after a
deadlock. What is told meanwhile is collected and written once, at its end, under the last locks; after the commit it
is published, and a failed publish loses nothing, since the rows are the log.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from accounts import kinds
from offers_project.kernel import clock, patience, rows
from offers_project.kernel.actors import ActorKey
from offers_project.kernel.rows import Statement
from presence import bus, metrics, renderers, streams

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 8
LOCK_WAIT_TIMEOUT, DEADLOCK = 1205, 1213
DEADLOCK_CODES = frozenset({LOCK_WAIT_TIMEOUT, DEADLOCK})
"""MySQL's, as the first argument of an error."""


@dataclass(slots=True)
class _Unit:
    """What one unit of work has to say. Later tellings of the same thing to the same person replace earlier ones."""

    tellings: dict[streams.Telling, Mapping[str, Any] | None] = field(default_factory=dict)
    passing: list[bus.Passing] = field(default_factory=list)
    controls: list[bus.Control] = field(default_factory=list)
    at: datetime | None = None
    heads: streams.LockedHeads = field(default_factory=dict)
    """Those that are locked already."""

    def finish(self) -> None:
        batch = bus.Batch(events=self._write(), passing=self.passing, controls=self.controls)
        if batch:
            transaction.on_commit(lambda: bus.publish(batch), robust=True)

    def _write(self) -> list[bus.Event]:
        if not self.tellings:
            return []
        at = self.at or clock.now()
        tellings = list(self.tellings)
        numbers = streams.append(tellings, at=at, locked=self.heads)
        shown = _shown(tellings, list(self.tellings.values()), at)
        return [
            bus.Event(to=telling.to, seq=seq, kind=telling.kind, at=at, data=data)
            for telling, seq, data in zip(tellings, numbers, shown, strict=True)
        ]


_unit: ContextVar[_Unit | None] = ContextVar("unit_of_work", default=None)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a service. Called by another service, it is part of that one's unit of work.

    A lock that others hold one after the other is waited for in several tries, for `patience.queue_seconds` in all.
    A service that refuses must do so before it changes anything: then whoever called it may go on without it.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _unit.get() is not None:
            return function(*args, **kwargs)
        may_retry = not connection.in_atomic_block
        end = time.monotonic() + patience.queue_seconds.get()
        for attempt in range(1, TRIES + 1):
            try:
                return _outermost(function, *args, **kwargs)
            except OperationalError as error:
                is_over = attempt == TRIES or time.monotonic() > end
                if is_over or not may_retry or not _is_deadlock(error):
                    raise
                metrics.CONFLICTS.inc()
            # Those who stood in each other's way do not all come again at the same moment.
            time.sleep(random.random() * 0.02 * attempt)  # noqa: S311
        raise AssertionError("unreachable")

    return run


@contextmanager
def unheard() -> Iterator[None]:
    """Let services tell nobody, all of them in one transaction: what is made up as the past was heard by nobody."""
    token = _unit.set(_Unit())
    try:
        with transaction.atomic():
            yield
    finally:
        _unit.reset(token)


def tell(
    kind: StrEnum,
    *,
    object_id: int,
    to: Iterable[ActorKey],
    detail: int = 0,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Tell people of a change, durably: a row in each one's stream, and the event to whoever is connected.

    `kind` is one that a room has registered; any other raises `LookupError`.

    `detail` is the object's version, or the number within it. `data` is what everybody in `to` sees, when that is the
    same and already at hand; otherwise the room's renderer is asked, once for all.
    `at` is the time, for who knows it already.
    """
    unit, name = _current(), renderers.require(kind)
    unit.at = at or unit.at
    for key in to:
        telling = streams.Telling(to=key, kind=name, object_id=object_id, detail=detail)
        unit.tellings.pop(telling, None)
        unit.tellings[telling] = data


def about_to_tell(to: Iterable[ActorKey], *others: Statement) -> list[Sequence[tuple]]:
    """Do `others`, and in the same trip lock what has to be locked to tell these people. Gives what the others ask for.

    For a unit of work that locks nothing afterwards: these are the last locks of all.
    """
    *answers, found = rows.done(*others, streams.locking(to))
    _current().heads = streams.heads(found)
    return answers


def pass_on(kind: StrEnum, data: Mapping[str, Any], *, to: Iterable[str], but: Iterable[ActorKey] = ()) -> None:
    """Tell whoever listens to one of the topics (`presence.topics`) right now, except `but`. Not kept, may be lost.

    Inside a unit of work it goes out after the commit, elsewhere at once. Raises `LookupError` for a kind that no room
    has registered.
    """
    renderers.require_passing(kind)
    passing = bus.Passing(kind=kind, data=data, to=tuple(to), but=tuple(but))
    if (unit := _unit.get()) is not None:
        unit.passing.append(passing)
    else:
        bus.publish(bus.Batch(passing=[passing]))


def close_connections(key: ActorKey, *, auth_session_id: str | None = None) -> None:
    """Close a person's open connections with 4503 after the commit: all, or those of one sign-in."""
    _current().controls.append(bus.Control(action="close", key=key, argument=auth_session_id or ""))


def renew_connections(key: ActorKey) -> None:
    """Let a person's connections come again after the commit (4005): what they may hear is another than before."""
    _current().controls.append(bus.Control(action="renew", key=key))


def stop_listening(key: ActorKey, *, topics_beginning: str) -> None:
    """Take a person's connections out of the topics that begin so, after the commit: they may not see them any more."""
    _current().controls.append(bus.Control(action="leave", key=key, argument=topics_beginning))


def _outermost(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    unit = _Unit()
    token = _unit.set(unit)
    try:
        with metrics.COMMITS.time(), transaction.atomic():
            result = function(*args, **kwargs)
            unit.finish()
        return result
    finally:
        _unit.reset(token)


def _current() -> _Unit:
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("Only a service tells: call this from a function marked @service.")
    return unit


def _is_deadlock(error: OperationalError) -> bool:
    return bool(error.args) and error.args[0] in DEADLOCK_CODES


def _shown(
    tellings: list[streams.Telling], given: list[Mapping[str, Any] | None], at: datetime
) -> list[Mapping[str, Any] | None]:
    """The data of each telling: as given, or as its room renders it for that person."""
    asked = [index for index, data in enumerate(given) if data is None]
    if not asked:
        return given
    viewers = kinds.actors({tellings[index].to for index in asked})
    asked = [index for index in asked if tellings[index].to in viewers]
    answers = renderers.render(
        [
            (
                tellings[index].kind,
                renderers.Wanted(
                    viewer=viewers[tellings[index].to],
                    object_id=tellings[index].object_id,
                    detail=tellings[index].detail,
                    at=at,
                ),
            )
            for index in asked
        ]
    )
    shown = list(given)
    for index, data in zip(asked, answers, strict=True):
        shown[index] = data
    return shown
