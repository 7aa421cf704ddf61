"""As much of RFC 6455 as a load generator needs, on a bare asyncio protocol.

A library would cost more than the servers that are to be measured. Frames are masked with zeros: that is a mask, which
the server takes off as any other, and which the client does not have to put on.
"""

import asyncio
import base64
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL, MASKED = 0x80, 0x80
NO_MASK = bytes(4)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int


class Socket(asyncio.Protocol, ABC):
    """Subclasses say `opened` and `heard`; `is_ready` is done once their product has let them in."""

    path = "/"
    subprotocol = ""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.closed_with: int | None = None
        self.is_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport
        self._buffer = b""
        self._is_open = False

    @classmethod
    async def connect(cls, *args: object, **kwargs: object) -> "Socket":
        client = cls(*args, **kwargs)  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: client, client.address.host, client.address.port)
        await client.is_ready
        return client

    # --- what subclasses say ----------------------------------------------------------------------------------------

    @abstractmethod
    def opened(self) -> None:
        """The handshake is done."""

    @abstractmethod
    def heard(self, text: bytes) -> None:
        """A text frame has come."""

    # --- what they use ----------------------------------------------------------------------------------------------

    def say(self, text: bytes) -> None:
        self._transport.write(frame(TEXT, text))

    def close(self) -> None:
        if self._is_open and self.closed_with is None:
            self.closed_with = 1000
            self._transport.write(frame(CLOSE, (1000).to_bytes(2, "big")))
        self._transport.close()

    # --- asyncio ----------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        lines = [
            f"GET {self.path} HTTP/1.1",
            f"Host: {self.address.host}:{self.address.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
        ]
        if self.subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {self.subprotocol}")
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._fail(ConnectionError(head.partition(b"\r\n")[0].decode("latin-1")))
                return
            self._is_open = True
            self.opened()
        self._buffer = self._take_frames(buffer)

    def connection_lost(self, error: Exception | None) -> None:
        if self.closed_with is None:
            self.closed_with = 1006
        self._fail(error or ConnectionError(f"closed with {self.closed_with}"))

    # --- frames -----------------------------------------------------------------------------------------------------

    def _take_frames(self, buffer: bytes) -> bytes:
        """Give what is left: a frame that has not come whole."""
        at, end = 0, len(buffer)
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                start = at + 4
                length = int.from_bytes(buffer[at + 2 : start], "big")
            elif length == 127:
                start = at + 10
                length = int.from_bytes(buffer[at + 2 : start], "big")
            if start + length > end:
                break
            self._take(buffer[at], buffer[start : start + length])
            at = start + length
        return buffer[at:]

    def _take(self, first: int, payload: bytes) -> None:
        if first == FINAL | TEXT:
            self.heard(payload)
        elif first == FINAL | PING:
            self._transport.write(frame(PONG, payload))
        elif first == FINAL | CLOSE:
            self.closed_with = int.from_bytes(payload[:2], "big") or 1005
            self._transport.close()
        elif first != FINAL | PONG:
            self._fail(ConnectionError(f"a frame that begins with {first:#x}"))

    def _fail(self, error: Exception) -> None:
        if not self.is_ready.done():
            self.is_ready.set_exception(error)
        self._transport.close()


def frame(opcode: int, payload: bytes) -> bytes:
    """A client's frame, whole and masked."""
    length = len(payload)
    if length < 126:
        head = bytes((FINAL | opcode, MASKED | length))
    elif length < 65536:
        head = bytes((FINAL | opcode, MASKED | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((FINAL | opcode, MASKED | 127)) + length.to_bytes(8, "big")
    return head + NO_MASK + payload
