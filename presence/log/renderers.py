"""How a reference in a stream becomes what its reader sees.

Each room declares a renderer for its kinds of event (`events.py`), and `offers_project.wiring` registers it here. The
same one serves the live telling and the replay, so that both show the object as it is now and that person may see it.

Kinds are members of an enum of their room. One that no room has registered is refused when it is told; in a stream
there may be events of an older version, whose kinds are no longer known.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from kernel.actors import Actor
from presence import metrics

logger = logging.getLogger(__name__)


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

Kind = TypeVar("Kind", bound=StrEnum)
_renderers: dict[str, Renderer] = {}
_passing: set[str] = set()


def register(renderers: Mapping[Kind, Renderer]) -> None:
    """The durable events of a room, and what each shows."""
    _renderers.update({str(kind): renderer for kind, renderer in renderers.items()})


def register_passing(*kinds: type[StrEnum]) -> None:
    """The events of rooms that are not kept, and carry what they show."""
    for each in kinds:
        _passing.update(each)


def require(kind: StrEnum) -> str:
    """The name of a registered durable kind. Raises `LookupError` for any other: it would be told as `redacted`."""
    if kind not in _renderers:
        raise LookupError(f"no room has registered a renderer for {kind!r}")
    return str(kind)


def require_passing(kind: StrEnum) -> str:
    """The name of a registered passing kind. Raises `LookupError` for any other: no client listens to it."""
    if kind not in _passing:
        raise LookupError(f"no room has registered the passing kind {kind!r}")
    return str(kind)


def render(wanted: Sequence[tuple[str, Wanted]]) -> list[Data | None]:
    """What `(kind, wanted)` pairs look like now: one call of a renderer for each kind, whatever their number.

    None for a kind that no room knows: rows of an older version. They are counted, and the kind is in the log.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, (kind, _wanted) in enumerate(wanted):
        places[kind].append(place)
    shown: list[Data | None] = [None] * len(wanted)
    for kind, indexes in places.items():
        if kind not in _renderers:
            metrics.UNKNOWN_KINDS.inc(len(indexes))
            logger.warning("%d events of an unknown kind are shown as redacted: %s", len(indexes), kind)
            continue
        answers = _renderers[kind]([wanted[index][1] for index in indexes])
        for index, data in zip(indexes, answers, strict=True):
            shown[index] = data
    return shown
