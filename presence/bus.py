"""The doorbell: what a commit tells, published to every process in one message.

It may fail and it may lose: the rows are the log, and whoever missed something is caught up from them. So `publish`
never raises, and never waits for the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from offers_project.kernel.actors import ActorKey


class Event(NamedTuple):
    """A durable event for one person; `data` is None where they may not see the object."""

    to: ActorKey
    seq: int
    kind: str
    at: datetime
    data: Mapping[str, Any] | None


class Passing(NamedTuple):
    """A passing event for whoever listens to one of the topics, `but` some people."""

    kind: StrEnum
    data: Mapping[str, Any]
    to: tuple[str, ...]
    but: tuple[ActorKey, ...] = ()


class Control(NamedTuple):
    """Something for every process about one person: `close`, `renew` or `leave` for their connections; `met` and
    `parted` for whom their presence has been told to.
    """

    action: str
    key: ActorKey
    argument: str = ""


@dataclass(slots=True)
class Batch:
    events: list[Event] = field(default_factory=list)
    passing: list[Passing] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.events or self.passing or self.controls)


def publish(batch: Batch) -> None:
    """Ring: hand the batch to the hub of every process. Counted and swallowed when it fails."""
    from presence.hub import ring

    ring(batch)
