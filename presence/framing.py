"""uvicorn's WebSocket protocol, with a short way for the frames that nearly all are: a text, whole and not too long.

For `uvicorn --ws presence.framing:Protocol`. It finds where frames begin and end. Everything but such a text goes to
uvicorn as it came, and everything else that is said of a connection is said by uvicorn. Without it all works the same:
uvicorn and websockets take about ten times as long for a frame, and pause and resume the reading at each.
"""

import asyncio
from collections import deque
from struct import Struct
from typing import Any, NamedTuple

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import apply_mask
from websockets.protocol import OPEN

FINAL, OPCODE, MASKED, LENGTH = 0x80, 0x0F, 0x80, 0x7F
"""The bits of a frame's first two bytes."""
WHOLE_TEXT = 0x81
LAST_OF_DATA = 2
"""The opcodes up to here carry data, those above are for control."""
TWO_BYTES, EIGHT_BYTES = 126, 127
"""These lengths say that the length follows."""
HEAD_OF_TWO, HEAD_OF_EIGHT = Struct("!BBH"), Struct("!BBQ")
MASK_SIZE = 4
LONGEST = 0xFFFF
AHEAD = 16
"""So many frames may wait for the application before no more is read."""


class Bounds(NamedTuple):
    """Of a frame's payload, after its mask."""

    start: int
    end: int


class Inbox:
    """What uvicorn needs of an `asyncio.Queue`, for the one application that takes from it."""

    __slots__ = ("_items", "_taker")

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._taker: asyncio.Future[None] | None = None

    def put_nowait(self, item: Any) -> None:
        self._items.append(item)
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)

    async def get(self) -> Any:
        while not self._items:
            self._taker = asyncio.get_running_loop().create_future()
            await self._taker
        return self._items.popleft()

    def empty(self) -> bool:
        return not self._items

    def qsize(self) -> int:
        return len(self._items)


class Protocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue: Any = Inbox()
        self._longest = min(LONGEST, self.config.ws_max_size)
        self._begun = b""
        """A text of which more is to come."""
        self._passing = 0
        """How many of the next bytes belong to a frame that is uvicorn's."""
        self._is_in_pieces = False
        """Whether a message has begun whose last frame has not come yet."""
        self._knows_frames = True
        """Whether it is known where frames begin."""

    def data_received(self, data: bytes) -> None:
        if self._begun:
            data, self._begun = self._begun + data, b""
        at, size = 0, len(data)
        while at < size:
            if self.conn.state is not OPEN or not self._knows_frames:
                if self.handshake_initiated:
                    self._knows_frames = False
                at = self._pass(data, at, size)
            elif self._passing:
                end = min(size, at + self._passing)
                self._passing -= end - at
                at = self._pass(data, at, end)
            elif (bounds := _bounds(data, at)) is None:
                self._begun = data[at:]
                break
            elif not self._is_plain(data, at, bounds):
                self._passing = bounds.end - at
            elif bounds.end > size:
                self._begun = data[at:]
                break
            elif not self._take(data, bounds):
                self._passing = bounds.end - at
            else:
                at = bounds.end

    def put(self, frame: str) -> bool:
        """Send a text at once, or say that it cannot be: as `send` would, in the same order, without its ceremony."""
        if self.conn.state is not OPEN or self.disconnected or not self.writable.is_set():
            return False
        payload = frame.encode()
        self.transport.write(_head(len(payload)) + payload)
        return True

    def _pass(self, data: bytes, start: int, end: int) -> int:
        super().data_received(data[start:end])
        return end

    def _is_plain(self, data: bytes, at: int, bounds: Bounds) -> bool:
        first = data[at]
        was_in_pieces = self._is_in_pieces
        if first & OPCODE <= LAST_OF_DATA:
            self._is_in_pieces = not first & FINAL
        is_short = bounds.end - bounds.start <= self._longest
        return first == WHOLE_TEXT and is_short and not was_in_pieces and bool(data[at + 1] & MASKED)

    def _take(self, data: bytes, bounds: Bounds) -> bool:
        start, end = bounds
        try:
            text = apply_mask(data[start:end], data[start - MASK_SIZE : start]).decode()
        except UnicodeDecodeError:
            return False
        self.queue.put_nowait({"type": "websocket.receive", "text": text})
        if not self.read_paused and self.queue.qsize() >= AHEAD:
            self.read_paused = True
            self.transport.pause_reading()
        return True


def _bounds(data: bytes, at: int) -> Bounds | None:
    """Of the frame that begins at `at`; None while they cannot be known."""
    start = at + 2
    if len(data) < start:
        return None
    length = data[at + 1] & LENGTH
    if length >= TWO_BYTES:
        said_at, start = start, start + (2 if length == TWO_BYTES else 8)
        if len(data) < start:
            return None
        length = int.from_bytes(data[said_at:start], "big")
    if data[at + 1] & MASKED:
        start += MASK_SIZE
    return Bounds(start, start + length)


def _head(size: int) -> bytes:
    """What stands before a text of so many bytes."""
    if size < TWO_BYTES:
        return bytes((WHOLE_TEXT, size))
    if size <= LONGEST:
        return HEAD_OF_TWO.pack(WHOLE_TEXT, TWO_BYTES, size)
    return HEAD_OF_EIGHT.pack(WHOLE_TEXT, EIGHT_BYTES, size)
