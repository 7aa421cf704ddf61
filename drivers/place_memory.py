"""Where the places lie that trucks' texts name, kept in memory: reading a text costs a hundred times what it says.

What is kept belongs to the text, not to a truck, so a truck that is written behind our back is never out of date here:
its new text is another one. The texts are forgotten when the table of places has been loaded anew.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Max

from drivers import places
from drivers.models import Place

REMEMBERED = 100_000
"""How many texts are kept, some 20 MB; with more they are forgotten, and read again."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Memory:
    """What texts name by one loading of the table, which its last id stands for; None where it is no place, or several.

    Texts are only added: where all are to be forgotten, another memory takes this one's place. Threads share it.
    """

    last_id: int | None = None
    points: dict[str, Point | None] = field(default_factory=dict)


_memory = _Memory()


def points_of(texts: Collection[str]) -> dict[str, Point]:
    """`{text: (latitude, longitude)}` of the texts that name one place. One query where all of them are remembered,
    and those of `places.find_many` for the others.
    """
    global _memory
    wanted = set(texts)
    if not wanted:
        return {}
    last_id = Place.objects.aggregate(last=Max("pk"))["last"]
    memory = _memory if _memory.last_id == last_id else _Memory(last_id)
    known = {text: memory.points[text] for text in wanted if text in memory.points}
    if new := wanted - known.keys():
        found = places.find_many(new)
        read = {text: _point(found.get(text)) for text in new}
        known |= read
        if len(memory.points) + len(read) > REMEMBERED:
            memory = _Memory(last_id)
        memory.points.update(read)
        _memory = memory
    return {text: point for text, point in known.items() if point is not None}


def _point(place: Place | None) -> Point | None:
    return None if place is None else (float(place.latitude), float(place.longitude))
