"""The doorbell: what a commit tells, published to every process in one message.

It may fail and it may lose: the rows are the log, and whoever missed something is caught up from them. So `publish`
never raises, and never waits for the network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kernel.actors import ActorKey
from presence import metrics


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


_publisher: Callable[[Batch], None] | None = None


def subscribe(publisher: Callable[[Batch], None]) -> None:
    """Let `publisher` have every batch from now on, instead of the one before. It must neither raise nor wait."""
    global _publisher
    _publisher = publisher


def publish(batch: Batch) -> None:
    """Wake the others: hand a committed batch to the one who brings it to the hub of every process.

    To be called after the commit, or for what is not kept; services do so through `telling`. It never raises and never
    waits: what fails is counted, and found in the rows. Without a publisher the batch is dropped, and counted as well.
    """
    if _publisher is None:
        metrics.PUBLISH_FAILURES.labels("no publisher").inc()
        return
    _publisher(batch)
