"""How frames get to the network, where the server leaves something to be wished for.

uvicorn lets `send` wait while a reader does not read, but writes every frame to the socket by itself, and that costs
more than all else that is done for the frame. So there, what is sent to a connection within a moment is written in one,
and a frame that can go at once does not take the whole way of an ASGI message.
Daphne does that, but takes everything and keeps it in memory: its transport is asked to say when it has enough.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from presence.engine import loop_ticks
from presence.engine.back_pressure import Reins

CLOSE_SECONDS = 10
"""How long a client may take to answer the close frame. Daphne gives it a second, too little for one that is behind: it
would be cut off before it has read why."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Put = Callable[[str], bool]


def put_nothing(_frame: str) -> bool:
    """For whoever cannot send anything without waiting."""
    return False


def nothing() -> None:
    """For servers that see for themselves what the application has taken."""


class Outlet(NamedTuple):
    """`send` takes ASGI messages, and waits while the reader does not read. `put` takes a text frame at once, or says
    that it cannot. `taken` is to be called when a message of the client has been done.
    """

    send: Send
    put: Put = put_nothing
    taken: Callable[[], None] = nothing


class Flusher:
    """Lets what was written go out soon: a few turns of the loop later, when what belongs to it has come too, such as
    the acknowledgement of a message with its event.
    """

    TURNS = 4

    def __init__(self) -> None:
        self._waiting: list[Corked] = []

    def soon(self, corked: "Corked") -> None:
        if not self._waiting:
            loop_ticks.after(self.TURNS, self._flush)
        self._waiting.append(corked)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for corked in waiting:
            corked.flush()


class Corked:
    """A transport that is given several pieces and hands them on as one."""

    __slots__ = ("_flusher", "_parts", "_size", "_transport")

    ENOUGH = 64 * 1024

    def __init__(self, transport: Any, flusher: Flusher) -> None:
        self._transport = transport
        self._flusher = flusher
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._flusher.soon(self)
        self._parts.append(data)
        self._size += len(data)
        if self._size > self.ENOUGH:
            self.flush()

    def flush(self) -> None:
        if not self._parts:
            return
        data = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        if not self._transport.is_closing():
            self._transport.write(data)

    def write_eof(self) -> None:
        self.flush()
        self._transport.write_eof()

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def outlet_for(send: Send, flusher: Flusher) -> Outlet:
    """`send`, made better by what the server lacks. To be asked for after the handshake."""
    uvicorn: Any = getattr(send, "__self__", None)
    if hasattr(getattr(uvicorn, "transport", None), "write"):
        uvicorn.transport = Corked(uvicorn.transport, flusher)
        return Outlet(send, getattr(uvicorn, "put", put_nothing))
    daphne: Any = next(iter(getattr(send, "args", ())), None)  # Daphne binds its protocol to `send`.
    return _reined_in(send, daphne) if hasattr(daphne, "registerProducer") else Outlet(send)


def _reined_in(send: Send, protocol: Any) -> Outlet:
    """Made to wait while the reader of this connection takes nothing."""
    protocol.closeHandshakeTimeout = CLOSE_SECONDS
    reins = Reins(protocol)
    protocol.unregisterProducer()  # The HTTP channel that the socket began as.
    protocol.registerProducer(reins, True)

    async def send_through(message: dict[str, Any]) -> None:
        await reins.passed()
        await send(message)

    return Outlet(send_through, taken=reins.taken)
