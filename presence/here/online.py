"""Who is online, and when they were last."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count

from kernel.actors import ActorKey
from presence import rules
from presence.log import streams
from presence.models import Attendance


class Seen(NamedTuple):
    """Whether somebody is here, as last told, and when they came or were here last; None for never."""

    online: bool = False
    last_seen: datetime | None = None


def online(keys: Collection[ActorKey]) -> dict[ActorKey, Seen]:
    """Each of the people, in one query; those who were never here too."""
    seen = {key: Seen() for key in keys}
    if seen:
        rows = Attendance.objects.filter(streams.of_keys(seen))
        for type_, id_, is_online, last_seen in rows.values_list("actor_type", "actor_id", "online", "last_seen"):
            seen[ActorKey(type_, id_)] = Seen(is_online, last_seen)
    return seen


def here(actor_type: str) -> list[ActorKey]:
    """Everybody of one kind who is here."""
    ids = Attendance.objects.filter(actor_type=actor_type, online=True).values_list("actor_id", flat=True)
    return [ActorKey(actor_type, id_) for id_ in ids]


def counts() -> dict[str, int]:
    """How many are here: `{"drivers": n, "dispatchers": n}`."""
    rows = Attendance.objects.filter(online=True).values_list("actor_type").annotate(number=Count("pk"))
    numbers = dict(rows)
    return {name: numbers.get(actor_type, 0) for actor_type, name in rules.COUNTED.items()}
