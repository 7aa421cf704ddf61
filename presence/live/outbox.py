"""What waits to be written to one client, in order, and what is given up when it reads too slowly.

A frame that can go at once does so without a queue. An idle connection has no task; one is made only where the reader
does not take everything at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any, NamedTuple, Protocol

from django.conf import settings

from presence import metrics
from presence.engine import eager_task
from presence.engine.writing import Outlet

logger = logging.getLogger(__name__)


async def _send_nothing(_message: dict[str, Any]) -> None:
    """There is no client any more."""


NOWHERE = Outlet(_send_nothing)


class Owner(Protocol):
    """What an outbox needs of its connection."""

    id: str

    def abandon(self) -> None: ...

    def is_writing(self, *, now: bool) -> None: ...


class Waiting(NamedTuple):
    frame: str
    may_be_lost: bool


class Outbox:
    """`owner` is told when its writer has to wait for the reader, and abandoned when the client has gone."""

    __slots__ = (
        "_close_code",
        "_is_writing",
        "_largest",
        "_loop",
        "_outlet",
        "_owner",
        "_queue",
        "_room",
        "_writer",
        "since",
    )

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop, outlet: Outlet) -> None:
        self._owner = owner
        self._loop = loop
        self._outlet = outlet
        self._largest = settings.PRESENCE["QUEUE_MAX"]
        self._queue: deque[Waiting] = deque()
        self._room: asyncio.Event | None = None
        self._is_writing = False
        self._writer: asyncio.Task[None] | None = None
        self._close_code: int | None = None
        self.since = 0.0
        """The loop's time since when the reader has taken nothing; it counts while something is being written."""

    def __len__(self) -> int:
        return len(self._queue)

    def send_by(self, outlet: Outlet) -> None:
        """Send everything by this from now on."""
        self._outlet = outlet

    def put(self, frame: str) -> bool:
        """Send `frame` after what is waiting already. False when there is no room, even without passing events."""
        if self._has_gone_at_once(frame):
            return True
        if len(self._queue) >= self._largest:
            self._drop_what_may_be_lost()
            if len(self._queue) >= self._largest:
                return False
        self._queue.append(Waiting(frame, may_be_lost=False))
        self._write()
        return True

    def put_passing(self, frame: str) -> None:
        """Send a passing event: the first that a slow reader misses."""
        if self._has_gone_at_once(frame):
            return
        if len(self._queue) >= self._largest // 4:
            metrics.DROPPED.labels("passing").inc()
            return
        self._queue.append(Waiting(frame, may_be_lost=True))
        self._write()

    def put_close(self, code: int) -> None:
        """Send the close frame after what is waiting."""
        self._close_code = code
        self._write()

    def clear(self, reason: str) -> None:
        """Send nothing of what is waiting; `reason` is its label in the metrics."""
        metrics.DROPPED.labels(reason).inc(len(self._queue))
        self._queue.clear()

    def stop(self) -> None:
        """Stop writing at once, unless it is the writer itself that has failed, and forget the server's connection."""
        self._outlet = NOWHERE
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()

    async def written(self) -> None:
        """Wait until everything that was to be sent has been, the close frame too."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def until_there_is_room(self) -> None:
        """Wait while half of the queue is full: nothing is read for this reader then, and nothing is read from it."""
        if len(self._queue) < self._largest // 2:
            return
        if self._room is None:
            self._room = asyncio.Event()
        await self._room.wait()

    def tell_of_room(self) -> None:
        """Let those go on who wait for room."""
        if self._room is not None:
            self._room.set()
            self._room = None

    def _drop_what_may_be_lost(self) -> None:
        kept = deque(waiting for waiting in self._queue if not waiting.may_be_lost)
        metrics.DROPPED.labels("passing").inc(len(self._queue) - len(kept))
        self._queue = kept

    def _has_gone_at_once(self, frame: str) -> bool:
        if self._queue or self._is_writing or not self._outlet.put(frame):
            return False
        metrics.FRAMES_OUT.value += 1
        return True

    def _write(self) -> None:
        if not self._is_writing:
            self._is_writing = True
            eager_task.start(self._write_all(), self._go_on_writing)

    def _go_on_writing(self, rest: Coroutine[Any, Any, None]) -> None:
        """The reader does not take everything at once."""
        self._writer = self._loop.create_task(rest)
        self._owner.is_writing(now=True)

    async def _write_all(self) -> None:
        """Send what is waiting, then end."""
        try:
            while self._queue:
                self.since = self._loop.time()
                await self._outlet.send({"type": "websocket.send", "text": self._queue.popleft().frame})
                metrics.FRAMES_OUT.value += 1
                if self._room is not None and len(self._queue) < self._largest // 4:
                    self.tell_of_room()
            if self._close_code is not None:
                self.since = self._loop.time()
                await self._outlet.send({"type": "websocket.close", "code": self._close_code})
        except Exception as error:
            # The client has gone while we were writing; the server tells the consumer by itself.
            logger.debug("connection %s: %s", self._owner.id, type(error).__name__)
            self._owner.abandon()
        finally:
            self._is_writing = False
            self._writer = None
            self._owner.is_writing(now=False)
