"""Reading streams back: what somebody has missed, as they may see it now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings

from accounts import kinds
from kernel import clock
from kernel.actors import ActorKey
from presence import metrics
from presence.doorbell import wire
from presence.log import epochs, renderers, streams
from presence.lookups import Within
from presence.models import StreamEvent, StreamHead

PAGE = 200
"""How many events of one person are read at a time."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a client has come, and in which history."""

    epoch: str
    seq: int

    @classmethod
    def read(cls, data: Any) -> "Cursor | None":
        """The cursor that a client has sent; None where it is none that can be served."""
        if not isinstance(data, Mapping):
            return None
        epoch, seq = data.get("epoch"), data.get("seq")
        if not isinstance(epoch, str) or not isinstance(seq, int) or isinstance(seq, bool):
            return None
        return cls(epoch, seq)


class Head(NamedTuple):
    """How far a stream has come, and up to where it has been pruned."""

    seq: int = 0
    floor: int = 0


class Shown(NamedTuple):
    """One event, ready to be sent."""

    seq: int
    frame: str


class Wish(NamedTuple):
    """What one connection is missing: whatever came after `after`."""

    key: ActorKey
    after: int


def heads(keys: Collection[ActorKey]) -> dict[ActorKey, Head]:
    """The heads of those who have been told anything at all, in one query."""
    if not keys:
        return {}
    rows = StreamHead.objects.filter(streams.of_keys(keys)).values_list("actor_type", "actor_id", "seq", "floor")
    return {ActorKey(type_, id_): Head(seq, floor) for type_, id_, seq, floor in rows}


def place_of(key: ActorKey) -> tuple[str, Head]:
    """The epoch, and where this person's stream is in it."""
    return epochs.current(), heads({key}).get(key, Head())


def can_serve(cursor: Cursor | None, *, epoch: str, head: Head) -> bool:
    """Whether everything after the cursor can be told, without a gap."""
    return (
        cursor is not None
        and cursor.epoch == epoch
        and head.floor <= cursor.seq <= head.seq
        and head.seq - cursor.seq <= settings.PRESENCE["REPLAY_MAX"]
    )


def read_many(wishes: Sequence[Wish]) -> list[list[Shown]]:
    """The next events for each wish, in order and at most a page of each: one query, and one call of each renderer."""
    by_person = _render(_rows(set(wishes)))
    pages = [[shown for shown in by_person[key] if after < shown.seq <= after + PAGE] for key, after in wishes]
    metrics.REPLAYED.inc(sum(map(len, pages)))
    return pages


def since(key: ActorKey, cursor: Cursor | None) -> tuple[str, int, bool, list[str]]:
    """`(epoch, head, recovered, frames)`: all that came after the cursor, when that can be served."""
    epoch, head = place_of(key)
    if cursor is None or not can_serve(cursor, epoch=epoch, head=head):
        return epoch, head.seq, False, []
    frames: list[str] = []
    after = cursor.seq
    while after < head.seq:
        (page,) = read_many([Wish(key, after)])
        if not page or page[0].seq != after + 1:
            return epoch, head.seq, False, []  # Pruned meanwhile.
        frames += [shown.frame for shown in page]
        after = page[-1].seq
    return epoch, max(head.seq, after), True, frames


Row = tuple[str, int, int, str, int, int, datetime]


def _rows(wishes: Collection[Wish]) -> Iterable[Row]:
    # Numbers have no gap, so an upper bound is a limit for each person.
    wanted = [(key, after, after + PAGE) for key, after in wishes]
    return (
        StreamEvent.objects.filter(Within(wanted))
        .order_by("actor_type", "actor_id", "seq")
        .values_list("actor_type", "actor_id", "seq", "kind", "object_id", "detail", "at")
    )


def _render(rows: Iterable[Row]) -> dict[ActorKey, list[Shown]]:
    rows = list(rows)
    viewers = kinds.actors({ActorKey(type_, id_) for type_, id_, *_rest in rows})
    asked = [
        (kind, renderers.Wanted(viewer=viewers[ActorKey(type_, id_)], object_id=object_id, detail=detail, at=at))
        for type_, id_, _seq, kind, object_id, detail, at in rows
        if ActorKey(type_, id_) in viewers
    ]
    answers = iter(renderers.render(asked))
    encoder = wire.Encoder()
    shown: dict[ActorKey, list[Shown]] = defaultdict(list)
    kept = []  # Encoded mappings are known by identity, so none may be thrown away meanwhile.
    for type_, id_, seq, kind, _object_id, _detail, at in rows:
        key = ActorKey(type_, id_)
        data = next(answers) if key in viewers else None
        kept.append(data)
        place = encoder.place(data)
        encoded = None if place == wire.NOTHING else encoder.encoded[place]
        shown[key].append(Shown(seq, wire.durable_frame(kind, seq, clock.iso(at) or "", encoded)))
    return shown
