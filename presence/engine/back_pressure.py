"""What Daphne lacks so that one client cannot fill the memory: it reads whether or not its reader reads, whether or not
the application has taken what it has read, and answers every ping.

Under uvicorn `presence.engine.framing` does the same.
"""

import asyncio
from typing import Any

from presence import metrics
from presence.engine import limits
from presence.engine.allowance import Allowance


class Reins:
    """On Daphne's protocol of one connection. It is also what Twisted calls a push producer: told to pause while the
    transport's buffer is full.
    """

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._controls = Allowance(limits.CONTROL_FRAMES_BURST, limits.CONTROL_FRAMES_PER_SECOND)
        self._ahead = 0
        """How many messages have been read that the application has not taken."""
        self._pieces = 0
        self._owed: bytes | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._has_ended = False
        self._hear, self._begin_piece = protocol.onMessage, protocol.onMessageFrameBegin
        protocol.onMessage, protocol.onMessageFrameBegin = self._message, self._piece
        protocol.onPing, protocol.onPong = self._ping, self._pong

    # --- what the application asks ----------------------------------------------------------------------------------

    async def passed(self) -> None:
        """When the reader takes something again."""
        if not self._open.is_set():
            await self._open.wait()

    def taken(self) -> None:
        """The application has done what it had been told last."""
        self._ahead = max(0, self._ahead - 1)
        if self._ahead == limits.READ_AHEAD - 1:
            self._read_or_wait()

    # --- what Twisted says ------------------------------------------------------------------------------------------

    def pauseProducing(self) -> None:
        self._open.clear()
        self._read_or_wait()
        if self._stuck is None:
            self._stuck = self._loop.call_later(limits.STUCK_SECONDS + limits.GIVE_UP_SECONDS, self._cut)

    def resumeProducing(self) -> None:
        self._let_go()
        owed, self._owed = self._owed, None
        if owed is not None:
            self._protocol.sendPong(owed)
        self._read_or_wait()

    def stopProducing(self) -> None:
        self._has_ended = True
        self._let_go()

    def _let_go(self) -> None:
        self._open.set()
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    # --- what autobahn has read -------------------------------------------------------------------------------------

    def _message(self, payload: bytes, is_binary: bool) -> None:
        self._pieces = 0
        self._ahead += 1
        self._hear(payload, is_binary)
        if self._ahead == limits.READ_AHEAD:
            self._read_or_wait()

    def _piece(self, length: int) -> None:
        self._pieces += 1
        if self._pieces > limits.PIECES_MAX:
            self._end_flood()
        else:
            self._begin_piece(length)

    def _ping(self, payload: bytes) -> None:
        """Answer it, or keep the answer while the client reads nothing: the last one is enough (RFC 6455, 5.5.3)."""
        if not self._controls.take(self._loop.time()):
            self._end_flood()
        elif self._open.is_set():
            self._protocol.sendPong(payload)
        else:
            self._owed = payload

    def _pong(self, payload: bytes) -> None:
        if not self._controls.take(self._loop.time()):
            self._end_flood()

    def _read_or_wait(self) -> None:
        if self._has_ended:
            return
        if self._open.is_set() and self._ahead < limits.READ_AHEAD:
            self._protocol.transport.resumeProducing()
        else:
            self._protocol.transport.pauseProducing()

    def _end_flood(self) -> None:
        """Say why, hear nothing more, and part once it can have been read."""
        if self._has_ended:
            return
        self._has_ended = True
        metrics.CLOSED.labels(str(limits.FLOODED)).inc()
        self._protocol.sendClose(limits.FLOODED)
        self._protocol.muted = True
        self._protocol.application_queue.put_nowait({"type": "websocket.disconnect", "code": limits.FLOODED})
        self._protocol.transport.pauseProducing()
        self._loop.call_later(limits.READ_THE_END_SECONDS, self._cut)

    def _cut(self) -> None:
        self._protocol.transport.abortConnection()
