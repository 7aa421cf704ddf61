"""A process's line to the others: one channel of the channel layer, in the one group that every hub is in.

The layer may be away. Then what was to be published is counted and dropped, and the others find it in the rows.
"""

import asyncio
import logging
from collections.abc import Callable

from channels.layers import InMemoryChannelLayer, get_channel_layer

from presence import metrics
from presence.doorbell import standalone
from presence.doorbell.wire import Envelope, Packed, envelope, opened

logger = logging.getLogger(__name__)

GROUP = "presence.hubs"
RETRY_SECONDS = 2.0
TAKES_SECONDS = 5.0
WAITING_MAX = 1000
"""How many batches may wait for the channel layer. The rows tell what is dropped then."""
TOGETHER_MAX = 50
FAILED_SECONDS = 0.5
"""So long nothing is published after a failure: a layer that is away is not asked again for every message."""
PAUSE_SECONDS = 0.02
"""What comes within so short a time goes out in one message: each costs every process that hears it."""


class Exchange:
    """Publishes the batches of this process to the others, in their order; passes theirs to `on_batch`.

    It lives in the hub's loop.
    """

    def __init__(self, process: str, on_batch: Callable[[Packed], None]) -> None:
        self._process = process
        self._on_batch = on_batch
        self._waiting: list[Packed] = []
        self._publishing: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Receive what the others publish, over one channel for the whole process, for as long as it serves."""
        while is_shared():
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                while True:
                    self.receive(await layer.receive(channel))
            except Exception as error:
                logger.warning("the channel layer is away: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    def receive(self, message: Envelope) -> None:
        """Pass on what the layer has brought, unless this process has published it itself."""
        if message.get("from") == self._process:
            return
        try:
            for packed in opened(message):
                self._on_batch(packed)
        except Exception:
            logger.exception("a batch of another process was not understood")

    def publish(self, packed: Packed) -> None:
        """Send a batch to every other process, within milliseconds. Never raises, never waits."""
        if not is_shared():
            return
        if len(self._waiting) >= WAITING_MAX:
            metrics.PUBLISH_FAILURES.labels("too many waiting").inc()
            return
        self._waiting.append(packed)
        metrics.DOORBELL_WAITING.set(len(self._waiting))
        if self._publishing is None:
            self._publishing = asyncio.create_task(self._publish_all())

    async def _publish_all(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                metrics.DOORBELL_WAITING.set(len(self._waiting))
                try:
                    async with asyncio.timeout(TAKES_SECONDS):
                        await get_channel_layer().group_send(GROUP, envelope(together))
                    metrics.PUBLISHED.inc(len(together))
                    pause = PAUSE_SECONDS
                except Exception as error:
                    count_failure(error)
                    pause = FAILED_SECONDS
                await asyncio.sleep(pause)
        finally:
            self._publishing = None


def publish_from_outside(packed: Packed) -> None:
    """Publish from a process that has no hub; `packed` says so by `from`, which is `wire.OUTSIDE`."""
    if is_shared():
        standalone.publish(GROUP, envelope([packed]))


def is_shared() -> bool:
    """Whether the channel layer reaches other processes at all."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


def count_failure(error: Exception) -> None:
    metrics.PUBLISH_FAILURES.labels(type(error).__name__).inc()
    logger.warning("the doorbell failed: %s", type(error).__name__)
