"""The product as a server with faults that the environment names: `application=` of `tests.servers.serving`.

`LOST_DOORBELLS` is the share of what is told that each process fails to hear, whoever rang, itself as well.
`FILL_NO_GAPS=1` takes out what makes up for it: where a number is missing, the rows are not read for it.
"""

import os
import random
from typing import Any

from offers_project.asgi import application
from presence.live.hub import Hub
from presence.live.position import StreamPosition

__all__ = ["application"]


def lose_doorbells(rate: float) -> None:
    chance = random.Random(os.getpid())
    deliver = Hub.deliver

    def deliver_or_not(hub: Hub, packed: dict[str, Any]) -> None:
        if chance.random() >= rate:
            deliver(hub, packed)

    Hub.deliver = deliver_or_not  # type: ignore[method-assign]


def fill_no_gaps() -> None:
    """Only who comes again is told what they have missed."""
    fill = StreamPosition._fill

    def fill_at_once_or_never(position: StreamPosition, *, after: float = 0.0) -> None:
        if not after:
            fill(position)

    StreamPosition._fill = fill_at_once_or_never  # type: ignore[method-assign]


if share := os.environ.get("LOST_DOORBELLS"):
    lose_doorbells(float(share))
if os.environ.get("FILL_NO_GAPS"):
    fill_no_gaps()
