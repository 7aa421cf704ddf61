"""uvicorn's WebSocket protocol, with a short way for the frames that nearly all are: a text, whole and not too long.

For `uvicorn --ws presence.engine.framing:Protocol`. It finds where frames begin and end. Everything but such a text
goes to uvicorn as it came, and uvicorn says everything else that is said of a connection. Without it all works the
same: uvicorn and websockets take about ten times as long for a frame, and pause and resume the reading at each.

And no client can fill the memory: a client that does not read is not read from, and is disconnected after a while; of
the pings that come in that time only the last is answered; control frames and the pieces of a message are counted.
"""

import asyncio
from collections import deque
from struct import Struct
from typing import Any, NamedTuple

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, apply_mask
from websockets.protocol import OPEN

from presence import metrics
from presence.engine import limits
from presence.engine.allowance import Allowance

FINAL, OPCODE, MASKED, LENGTH = 0x80, 0x0F, 0x80, 0x7F
"""The bits of a frame's first two bytes."""
WHOLE_TEXT = 0x81
PONG = b"\x8a"
LAST_OF_DATA = 2
"""The opcodes up to here carry data, those above are for control."""
TWO_BYTES, EIGHT_BYTES = 126, 127
"""These lengths say that the length follows."""
HEAD_OF_TWO, HEAD_OF_EIGHT = Struct("!BBH"), Struct("!BBQ")
MASK_SIZE = 4
LONGEST = 0xFFFF


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
        self._controls = Allowance(limits.CONTROL_FRAMES_BURST, limits.CONTROL_FRAMES_PER_SECOND)
        self._owed = b""
        """The answer to the last ping, where its reader does not read."""
        self._stuck: asyncio.TimerHandle | None = None
        """Runs while the reader takes nothing."""
        self._is_deaf = False
        """Whether nothing is heard any more of what comes."""

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        if self._begun:
            data, self._begun = self._begun + data, b""
        at, size = 0, len(data)
        while at < size and not self._is_deaf:
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

    # --- those who do not read, or say too much ---------------------------------------------------------------------

    def pause_writing(self) -> None:
        """The reader does not keep up: until it does, nothing more is read from it."""
        super().pause_writing()
        self.transport.pause_reading()
        if self._stuck is None:
            self._stuck = self.loop.call_later(limits.STUCK_SECONDS + limits.GIVE_UP_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        self._cancel_stuck()
        owed, self._owed = self._owed, b""
        if owed and not self.close_sent:
            self.transport.write(owed)
        super().resume_writing()
        if not self.read_paused and not self._is_deaf:
            self.transport.resume_reading()

    async def receive(self) -> Any:
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            if self.writable.is_set() and not self._is_deaf:
                self.transport.resume_reading()
        return message

    def handle_ping(self) -> None:
        """Answer it, or keep the answer while the client reads nothing: the last one is enough (RFC 6455, 5.5.3)."""
        output = self.conn.data_to_send()
        pongs = [each for each in output if each[:1] == PONG]
        if not self._controls.take(self.loop.time()):
            self._end_flood()
            return
        if pongs and self.writable.is_set():
            self.transport.write(pongs[-1])
        elif pongs:
            self._owed = pongs[-1]
        if rest := [each for each in output if each[:1] != PONG]:  # A close frame that came along was answered, too.
            self.transport.write(b"".join(rest))

    def handle_pong(self, event: Frame) -> None:
        if self._controls.take(self.loop.time()):
            super().handle_pong(event)
        else:
            self._end_flood()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < limits.PIECES_MAX:
            super().handle_cont(event)
        else:
            self._end_flood()

    def keepalive_timeout(self) -> None:
        """The client may be gone, and never take what uvicorn still wants to write before it closes."""
        super().keepalive_timeout()
        self.loop.call_later(limits.GIVE_UP_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_stuck()
        self._is_deaf = True
        self._begun = self._owed = b""
        super().connection_lost(exc)

    def _end_flood(self) -> None:
        """Say why, hear nothing more, and part once it can have been read."""
        if self._is_deaf:
            return
        self._is_deaf = True
        self.transport.pause_reading()
        self.frames = []
        if not self.close_sent:
            self.close_sent = True
            metrics.CLOSED.labels(str(limits.FLOODED)).inc()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": limits.FLOODED})
            if self.conn.state is OPEN:
                self.conn.send_close(limits.FLOODED)
                self.transport.write(b"".join(self.conn.data_to_send()))
        if self.close_timer is not None:
            self.close_timer.cancel()
        # While it runs, uvicorn does not close by itself: unread data would take the close frame with it.
        self.close_timer = self.loop.call_later(limits.READ_THE_END_SECONDS, self.transport.abort)

    def _give_up(self) -> None:
        self._stuck = None
        self.transport.abort()

    def _cancel_stuck(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    # --- finding frames ---------------------------------------------------------------------------------------------

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
        if not self.read_paused and self.queue.qsize() >= limits.READ_AHEAD:
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
