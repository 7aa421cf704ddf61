"""A process's line to the others: one channel of the channel layer, in the one group that every hub is in.

It may be away. Then what was to be said is counted and dropped, and the others find it in the rows. Processes greet one
another, and where nobody else is there, nothing is said: every message costs whoever says it and whoever hears it.
"""

import asyncio
import logging
import math
from collections.abc import Callable

from channels.layers import InMemoryChannelLayer, get_channel_layer

from presence import metrics
from presence.doorbell import standalone
from presence.doorbell.wire import BATCH, GREETING, OUTSIDE, Packed, merged

logger = logging.getLogger(__name__)

GROUP = "presence.hubs"
RETRY_SECONDS = 2.0
TAKES_SECONDS = 5.0
WAITING_MAX = 1000
"""How many batches may wait for the channel layer. The rows tell what is dropped then."""
TOGETHER_MAX = 50
GREET_SECONDS = 1.0
GONE_SECONDS = 5.0
"""Who has not been heard for so long is not there. If they are all the same, they find it in the rows."""
LISTENED_SECONDS = 2 * GREET_SECONDS
FAILED_SECONDS = 0.5
"""So long nothing is said when it could not be: a layer that is away is not knocked at for every message."""
PAUSE_SECONDS = 0.005
"""What is said within so short a time goes out together: every message costs each process that hears it."""


class Exchange:
    """Says what `say` is given, in its order, and lets `hear` have what others say. Lives in the hub's loop."""

    def __init__(self, process: str, hear: Callable[[Packed], None]) -> None:
        self._process = process
        self._hear = hear
        self._waiting: list[Packed] = []
        self._saying: asyncio.Task[None] | None = None
        self._others: dict[str, float] = {}
        """When each of the other processes was heard last, in seconds of the loop's clock."""
        self._hears_since = math.inf
        """Since when it has heard its own greetings without a break; so long it would have heard those of others."""
        self._heard_itself = -math.inf

    async def listen(self) -> None:
        """One channel for the whole process, for as long as it serves."""
        while is_shared():
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                self._greet()
                while True:
                    self.take(await layer.receive(channel))
            except Exception as error:
                logger.warning("the channel layer is away: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def greet(self) -> None:
        """Let the others know that there is somebody to be told, again and again."""
        while is_shared():
            self._greet()
            await asyncio.sleep(GREET_SECONDS)

    def take(self, packed: Packed) -> None:
        """What the layer has brought; a process does not need to hear itself."""
        sender = packed.get("from")
        if sender == self._process:
            self._note_that_it_hears()
            return
        if isinstance(sender, str) and sender != OUTSIDE:
            is_new = sender not in self._others
            self._others[sender] = self._now()
            if is_new:
                self._greet()
        if packed.get("type") == GREETING:
            return
        try:
            self._hear(packed)
        except Exception:
            logger.exception("a batch of another process was not understood")

    def say(self, packed: Packed) -> None:
        """Send to every other process, some time soon."""
        if is_shared() and self._is_anybody_there():
            self._send(packed)

    def _greet(self) -> None:
        self._send({"type": GREETING, "from": self._process})

    def _note_that_it_hears(self) -> None:
        now = self._now()
        if now - self._heard_itself > GONE_SECONDS:
            self._hears_since = now
        self._heard_itself = now

    def _is_anybody_there(self) -> bool:
        """Whoever has not listened long enough, or was stopped for a while, cannot know that there is nobody."""
        now = self._now()
        if now - self._heard_itself > GONE_SECONDS or now - self._hears_since < LISTENED_SECONDS:
            return True
        if any(now - heard > GONE_SECONDS for heard in self._others.values()):
            self._others = {other: heard for other, heard in self._others.items() if now - heard <= GONE_SECONDS}
        return bool(self._others)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def _send(self, packed: Packed) -> None:
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
                together, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                metrics.DOORBELL_WAITING.set(len(self._waiting))
                try:
                    async with asyncio.timeout(TAKES_SECONDS):
                        for message in _joined(together):
                            await get_channel_layer().group_send(GROUP, message)
                    metrics.PUBLISHED.inc(len(together))
                    pause = PAUSE_SECONDS
                except Exception as error:
                    count_failure(error)
                    pause = FAILED_SECONDS
                await asyncio.sleep(pause)
        finally:
            self._saying = None


def _joined(together: list[Packed]) -> list[Packed]:
    """What is told in one message, and greetings as they are, once."""
    told = [packed for packed in together if packed["type"] == BATCH]
    greetings = [packed for packed in together if packed["type"] == GREETING]
    return [*([merged(told)] if told else []), *greetings[:1]]


def say_from_outside(packed: Packed) -> None:
    """The same from a process that has no hub."""
    if is_shared():
        standalone.publish(GROUP, packed)


def is_shared() -> bool:
    """Whether the channel layer reaches other processes at all."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


def count_failure(error: Exception) -> None:
    metrics.PUBLISH_FAILURES.labels(type(error).__name__).inc()
    logger.warning("the doorbell failed: %s", type(error).__name__)
