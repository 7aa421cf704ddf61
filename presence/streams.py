"""Streams: what each person has been told, numbered without a gap for that person, by reference."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from offers_project.kernel.actors import ActorKey
from presence.models import StreamEvent, StreamHead


@dataclass(frozen=True, slots=True)
class Telling:
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
    numbers = []
    counts: dict[ActorKey, int] = defaultdict(int)
    for telling in tellings:
        counts[telling.to] += 1
        numbers.append(heads[telling.to].seq + counts[telling.to])
    StreamEvent.objects.bulk_create(
        StreamEvent(
            actor_type=telling.to.type,
            actor_id=telling.to.id,
            seq=seq,
            kind=telling.kind,
            object_id=telling.object_id,
            detail=telling.detail,
            at=at,
        )
        for telling, seq in zip(tellings, numbers, strict=True)
    )
    _advance(heads, counts)
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


def _locked_heads(keys: set[ActorKey]) -> dict[ActorKey, StreamHead]:
    found = _lock(keys)
    missing = keys - found.keys()
    if missing:
        StreamHead.objects.bulk_create(
            [StreamHead(actor_type=key.type, actor_id=key.id) for key in sorted(missing)], ignore_conflicts=True
        )
        found = _lock(keys)
    return found


def _lock(keys: set[ActorKey]) -> dict[ActorKey, StreamHead]:
    rows = StreamHead.objects.select_for_update().filter(of_keys(keys)).order_by("actor_type", "actor_id")
    return {ActorKey(head.actor_type, head.actor_id): head for head in rows}


def _advance(heads: dict[ActorKey, StreamHead], counts: dict[ActorKey, int]) -> None:
    by_count: dict[int, list[int]] = defaultdict(list)
    for key, count in counts.items():
        by_count[count].append(heads[key].pk)
    for count, pks in by_count.items():
        StreamHead.objects.filter(pk__in=pks).update(seq=F("seq") + count)
