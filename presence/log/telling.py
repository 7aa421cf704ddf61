"""The door through which services tell people what has changed.

What a unit of work tells is collected and written once, at its end, under the last locks; after the commit it is
published, and a failed publish loses nothing, since the rows are the log.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts import kinds
from kernel import clock, rows, unit_of_work
from kernel.actors import ActorKey
from kernel.rows import Statement
from presence.doorbell import bus
from presence.log import renderers, streams


@dataclass(slots=True)
class _Tellings:
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
            unit_of_work.after_commit(lambda: bus.publish(batch))

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


@contextmanager
def unheard() -> Iterator[None]:
    """Let services tell nobody, all of them in one transaction: what is made up as the past was heard by nobody."""
    with unit_of_work.unfinished():
        yield


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
    told, name = _current(), renderers.require(kind)
    told.at = at or told.at
    for key in to:
        telling = streams.Telling(to=key, kind=name, object_id=object_id, detail=detail)
        told.tellings.pop(telling, None)
        told.tellings[telling] = data


def lock_early(to: Iterable[ActorKey]) -> Statement:
    """A statement that locks what has to be locked to tell these people; `locked_early` is given its answer.

    For a unit of work whose other locks are in the same trip before it: these are the last locks of all.
    """
    return streams.locking(to)


def locked_early(found: Sequence[tuple], to: Collection[ActorKey]) -> bool:
    """Note what was locked. Gives whether that is enough to tell these people."""
    heads = streams.heads(found)
    _current().heads = heads
    return heads.keys() >= set(to)


def about_to_tell(to: Iterable[ActorKey], *others: Statement) -> list[Sequence[tuple]]:
    """Do `others`, and in the same trip lock what has to be locked to tell these people. Gives what the others ask for.

    For a unit of work that locks nothing afterwards: these are the last locks of all.
    """
    *answers, found = rows.done(*others, streams.locking(to))
    _current().heads = streams.heads(found)
    return answers


def pass_on(kind: StrEnum, data: Mapping[str, Any], *, to: Iterable[str], but: Iterable[ActorKey] = ()) -> None:
    """Tell those who listen to one of the topics (`presence.doorbell.topics`) now, except `but`. Not kept, may be lost.

    Inside a unit of work it goes out after the commit, elsewhere at once. Raises `LookupError` for a kind that no room
    has registered.
    """
    renderers.require_passing(kind)
    passing = bus.Passing(kind=kind, data=data, to=tuple(to), but=tuple(but))
    if unit_of_work.current() is not None:
        _current().passing.append(passing)
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


def _current() -> _Tellings:
    unit = unit_of_work.current()
    if unit is None:
        raise RuntimeError("Only a service tells: call this from a function marked @service.")
    return unit.part(_Tellings)


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
