"""How a reference in a stream becomes what its reader sees.

Each room declares a renderer for its kinds of event (`events.py`), and `offers_project.wiring` registers it here. The
same one serves the live telling and the replay, so that both show the object as it is now and that person may see it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from offers_project.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """One event that one person is to be shown. `detail` is the version or number it was told about."""

    viewer: Actor
    object_id: int
    detail: int
    at: datetime


Data = Mapping[str, Any]
Renderer = Callable[[Sequence[Wanted]], Sequence[Data | None]]
"""Gives, in the order of what was wanted, the data or None where the viewer may not see it (any more).

The same mapping given for several viewers is encoded once.
"""

_renderers: dict[str, Renderer] = {}


def register(renderers: Mapping[str, Renderer]) -> None:
    _renderers.update(renderers)


def render(wanted: Sequence[tuple[str, Wanted]]) -> list[Data | None]:
    """What `(kind, wanted)` pairs look like now: one call of a renderer for each kind, whatever their number."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, (kind, _wanted) in enumerate(wanted):
        places[kind].append(place)
    shown: list[Data | None] = [None] * len(wanted)
    for kind, indexes in places.items():
        if kind not in _renderers:
            continue  # A kind of a room that is no more.
        answers = _renderers[kind]([wanted[index][1] for index in indexes])
        for index, data in zip(indexes, answers, strict=True):
            shown[index] = data
    return shown
