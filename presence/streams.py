"""Streams: what each person has been told, numbered without a gap for that person, by reference."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from offers_project.kernel import rows
from offers_project.kernel.actors import ActorKey
from presence.models import StreamEvent, StreamHead

PERSON = ("actor_type", "actor_id")
KEPT = (*PERSON, "seq", "kind", "object_id", "detail", "at")


class Telling(NamedTuple):
    """One durable event for one person, not yet numbered."""

    to: ActorKey
    kind: str
    object_id: int
    detail: int


def append(tellings: Sequence[Telling], *, at: datetime) -> list[int]:
    """Number the tellings, each in its person's stream, and keep them. Gives their numbers in the same order.

    Locks the heads by (type, id), the last locks that a transaction takes.
    """
    heads = _locked_heads({telling.to for telling in tellings})
    numbers, events = [], []
    counts: dict[ActorKey, int] = defaultdict(int)
    kept_at = rows.moment(at)
    for to, kind, object_id, detail in tellings:
        counts[to] += 1
        seq = heads[to].seq + counts[to]
        numbers.append(seq)
        events.append((*to, seq, kind, object_id, detail, kept_at))
    rows.later(
        rows.inserting(StreamEvent, KEPT, events),
        rows.adding(StreamHead, "seq", {heads[key].pk: count for key, count in counts.items()}),
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


class _Head(NamedTuple):
    pk: int
    seq: int


def _locked_heads(keys: set[ActorKey]) -> dict[ActorKey, _Head]:
    found = _lock(keys)
    missing = keys - found.keys()
    if missing:
        StreamHead.objects.bulk_create(
            [StreamHead(actor_type=key.type, actor_id=key.id) for key in sorted(missing)], ignore_conflicts=True
        )
        found = _lock(keys)
    return found


def _lock(keys: set[ActorKey]) -> dict[ActorKey, _Head]:
    asked = rows.reading(StreamHead, (*PERSON, "id", "seq"), PERSON, sorted(keys), order=PERSON, lock=True)
    (found,) = rows.done(asked)
    return {ActorKey(type_, id_): _Head(pk, seq) for type_, id_, pk, seq in found}
