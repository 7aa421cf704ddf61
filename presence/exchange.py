"""A process's line to the others: one channel of the channel layer, in the one group that every hub is in.

It may be away. Then what was to be said is counted and dropped, and the others find it in the rows.
"""

import asyncio
import logging
from collections.abc import Callable

from channels.layers import InMemoryChannelLayer, get_channel_layer

from presence import metrics, outside
from presence.wire import Packed

logger = logging.getLogger(__name__)

GROUP = "presence.hubs"
RETRY_SECONDS = 2.0
TAKES_SECONDS = 5.0
WAITING_MAX = 1000
"""How many batches may wait for the channel layer. The rows tell what is dropped then."""


class Exchange:
    """Says what `say` is given, in its order, and lets `hear` have what others say. Lives in the hub's loop."""

    def __init__(self, process: str, hear: Callable[[Packed], None]) -> None:
        self._process = process
        self._hear = hear
        self._waiting: list[Packed] = []
        self._saying: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """One channel for the whole process, for as long as it serves."""
        while is_shared():
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self.take(await layer.receive(channel))
            except Exception as error:
                logger.warning("the channel layer is away: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    def take(self, packed: Packed) -> None:
        """What the layer has brought; a process does not need to hear itself."""
        if packed.get("from") == self._process:
            return
        try:
            self._hear(packed)
        except Exception:
            logger.exception("a batch of another process was not understood")

    def say(self, packed: Packed) -> None:
        """Send to every other process, some time soon."""
        if not is_shared():
            return
        if len(self._waiting) >= WAITING_MAX:
            metrics.PUBLISH_FAILURES.labels("too many waiting").inc()
            return
        self._waiting.append(packed)
        metrics.DOORBELL_WAITING.set(len(self._waiting))
        if self._saying is None:
            self._saying = asyncio.create_task(self._say_all())

    async def _say_all(self) -> None:
        try:
            while self._waiting:
                packed = self._waiting.pop(0)
                metrics.DOORBELL_WAITING.set(len(self._waiting))
                try:
                    async with asyncio.timeout(TAKES_SECONDS):
                        await get_channel_layer().group_send(GROUP, packed)
                    metrics.PUBLISHED.inc()
                except Exception as error:
                    count_failure(error)
        finally:
            self._saying = None


def say_from_outside(packed: Packed) -> None:
    """The same from a process that has no hub."""
    if is_shared():
        outside.publish(GROUP, packed)


def is_shared() -> bool:
    """Whether the channel layer reaches other processes at all."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


def count_failure(error: Exception) -> None:
    metrics.PUBLISH_FAILURES.labels(type(error).__name__).inc()
    logger.warning("the doorbell failed: %s", type(error).__name__)
