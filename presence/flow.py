"""Back-pressure where the server has none.

uvicorn lets `send` wait while a reader does not read. Daphne takes everything at once and keeps it in memory, so there
its transport is asked to say when it has enough.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

CLOSE_SECONDS = 10
"""How long a client may take to answer the close frame. Daphne gives it a second, too little for one that is behind: it
would be cut off before it has read why."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Gate:
    """What Twisted calls a push producer: told to pause while the transport's buffer is full."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def pauseProducing(self) -> None:
        self._open.clear()

    def resumeProducing(self) -> None:
        self._open.set()

    def stopProducing(self) -> None:
        self._open.set()

    async def passed(self) -> None:
        if not self._open.is_set():
            await self._open.wait()


def regulated(send: Send) -> Send:
    """`send`, made to wait while the reader of this connection takes nothing. To be asked for after the handshake."""
    protocol: Any = next(iter(getattr(send, "args", ())), None)  # Daphne binds its protocol to `send`.
    if not hasattr(protocol, "registerProducer"):
        return send
    protocol.closeHandshakeTimeout = CLOSE_SECONDS
    gate = Gate()
    protocol.unregisterProducer()  # The HTTP channel that the socket began as.
    protocol.registerProducer(gate, True)

    async def send_through(message: dict[str, Any]) -> None:
        await gate.passed()
        await send(message)

    return send_through
