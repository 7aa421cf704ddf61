"""Streams: what each person has been told, numbered without a gap for that person, by reference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from kernel import rows
from kernel.actors import ActorKey
from kernel.rows import Row, Statement
from presence.models import StreamEvent, StreamHead

PERSON = ("actor_type", "actor_id")
KEPT = (*PERSON, "seq", "kind", "object_id", "detail", "at")


class Telling(NamedTuple):
    """One durable event for one person, not yet numbered."""

    to: ActorKey
    kind: str
    object_id: int
    detail: int


class LockedHead(NamedTuple):
    """The head of a stream, locked: its row, and how far its stream has come."""

    pk: int
    seq: int


LockedHeads = Mapping[ActorKey, LockedHead]


def locking(keys: Iterable[ActorKey]) -> Statement:
    """Locks the heads of these people by (type, id), the last locks that a transaction takes; `heads` reads what it
    gives.
    """
    return rows.reading(StreamHead, (*PERSON, "id", "seq"), PERSON, sorted(keys), order=PERSON, lock=True)


def heads(found: Iterable[Row]) -> LockedHeads:
    return {ActorKey(type_, id_): LockedHead(pk, seq) for type_, id_, pk, seq in found}


def append(tellings: Sequence[Telling], *, at: datetime, locked: LockedHeads) -> list[int]:
    """Number the tellings, each in its person's stream, and keep them. Gives their numbers in the same order.

    Locks the heads of those who are not among `locked`.
    """
    told = {telling.to for telling in tellings}
    if not told <= locked.keys():
        locked = _locked(told)
    numbers, events = [], []
    counts: dict[ActorKey, int] = defaultdict(int)
    kept_at = rows.moment(at)
    for to, kind, object_id, detail in tellings:
        counts[to] += 1
        seq = locked[to].seq + counts[to]
        numbers.append(seq)
        events.append((*to, seq, kind, object_id, detail, kept_at))
    rows.later(
        rows.inserting(StreamEvent, KEPT, events),
        rows.adding(StreamHead, "seq", {locked[key].pk: count for key, count in counts.items()}),
    )
    return numbers


def of_keys(keys: Iterable[ActorKey]) -> Q:
    """The condition that a row belongs to one of these people."""
    ids: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        ids[key.type].append(key.id)
    condition = Q(pk__in=[])
    for actor_type, actor_ids in ids.items():
        condition |= Q(actor_type=actor_type, actor_id__in=actor_ids)
    return condition


def _locked(keys: set[ActorKey]) -> LockedHeads:
    (found,) = rows.done(locking(keys))
    locked = heads(found)
    if missing := keys - locked.keys():
        StreamHead.objects.bulk_create(
            [StreamHead(actor_type=key.type, actor_id=key.id) for key in sorted(missing)], ignore_conflicts=True
        )
        (found,) = rows.done(locking(keys))
        locked = heads(found)
    return locked
