"""Where one connection is in its person's stream, and what it is sent next.

Numbers decide. A connection knows the last number it was sent and sends only the next one; a lower one was sent before,
and a higher one waits until the rows have told what is missing. So live events, replays and resumes need no order among
themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from django.db import DatabaseError, InterfaceError

from kernel.actors import ActorKey
from presence import metrics
from presence.engine.batching import MicroBatcher
from presence.log.replay import Shown, Wish

CANNOT_RESUME = 4010
GAP_SECONDS = 0.05
"""Two processes may publish in another order than they committed: so long a missing number may still come by itself."""
AHEAD_MAX = 256
"""How many events may wait for a missing one. What is beyond is read from the rows."""
RETRY_SECONDS = 1.0


class Reader(Protocol):
    """What a position needs of its connection."""

    key: ActorKey

    @property
    def is_closing(self) -> bool: ...

    def push(self, frame: str) -> None: ...

    def close(self, code: int) -> None: ...

    async def until_there_is_room(self) -> None: ...


class StreamPosition:
    """Made without a place; `start_from` gives it one. Everything happens in the hub's loop."""

    __slots__ = ("_ahead", "_filling", "_loop", "_read_rows", "_reader", "head", "sent")

    def __init__(
        self, reader: Reader, loop: asyncio.AbstractEventLoop, read_rows: MicroBatcher[Wish, list[Shown]]
    ) -> None:
        self._reader = reader
        self._loop = loop
        self._read_rows = read_rows
        self._ahead: dict[int, str] | None = None
        self._filling: asyncio.Task[None] | None = None
        self.sent: int | None = None
        """The last number sent; None until the place in the stream is known."""
        self.head = 0
        """The highest number known to be committed."""

    def deliver(self, seq: int, frame: str) -> None:
        """Send a durable event that was just published: at once if it is the next, after a gap is filled, or never."""
        if seq > self.head:
            self.head = seq
        if self.sent is None:
            self._keep(seq, frame)
        elif seq == self.sent + 1:
            self.sent = seq
            self._reader.push(frame)
            if self._ahead:
                self._drain_ahead()
        elif seq > self.sent:
            self._keep(seq, frame)
            self._fill(after=GAP_SECONDS)

    def start_from(self, seq: int, *, head: int) -> None:
        """Send everything after `seq` from now on; the stream is known to reach to `head`."""
        self.sent = seq
        self.head = max(self.head, head)
        if self._ahead:
            self._ahead = {number: frame for number, frame in self._ahead.items() if number > seq}
        self._drain_ahead()
        self.catch_up(self.head)

    def catch_up(self, head: int) -> None:
        """The stream reaches to `head`: read from the rows what no doorbell has brought."""
        self.head = max(self.head, head)
        if self.sent is not None and self.sent < self.head:
            self._fill()

    def stop(self) -> None:
        """Send nothing more."""
        if self._filling is not None:
            self._filling.cancel()
        self._ahead = None

    async def filled(self) -> None:
        """Wait until no gap is being filled."""
        while self._filling is not None:
            await asyncio.wait([self._filling])

    def _advance(self, seq: int, frame: str) -> None:
        self.sent = seq
        self._reader.push(frame)

    def _keep(self, seq: int, frame: str) -> None:
        if self._ahead is None:
            self._ahead = {}
        if len(self._ahead) < AHEAD_MAX:
            self._ahead[seq] = frame

    def _drain_ahead(self) -> None:
        while self._ahead and self.sent is not None:
            frame = self._ahead.pop(self.sent + 1, None)
            if frame is None:
                break
            self._advance(self.sent + 1, frame)
        if not self._ahead:
            self._ahead = None

    def _fill(self, *, after: float = 0.0) -> None:
        if self._filling is None and not self._reader.is_closing:
            self._filling = self._loop.create_task(self._fill_gap(after))

    async def _fill_gap(self, after: float) -> None:
        try:
            if after:
                await asyncio.sleep(after)
                if self.sent is not None and self.sent < self.head:
                    metrics.GAPS.inc()
            while self.sent is not None and self.sent < self.head and not self._reader.is_closing:
                await self._reader.until_there_is_room()
                if not await self._fill_a_page(self.sent):
                    return
        finally:
            self._filling = None

    async def _fill_a_page(self, sent: int) -> bool:
        try:
            page = await self._read_rows.call(Wish(self._reader.key, sent))
        except (DatabaseError, InterfaceError):
            await asyncio.sleep(RETRY_SECONDS)
            return True
        if sent == self.sent and (not page or page[0].seq != sent + 1):
            self._reader.close(CANNOT_RESUME)  # Pruned, or a backup was restored.
            return False
        self._take_page(page)
        return True

    def _take_page(self, page: Sequence[Shown]) -> None:
        for shown in page:
            if self.sent is not None and shown.seq == self.sent + 1:
                self._advance(shown.seq, shown.frame)
        self._drain_ahead()
