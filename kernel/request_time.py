"""uvicorn's HTTP protocol, which waits for a request only so long, and for an answer to be read.

For `uvicorn --http kernel.request_time:Protocol`. uvicorn itself has no time for a request to come in,
nor for a client that reads no answer, and it takes as many requests ahead of their answers as come in one piece.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 30.0
"""From the first byte of a request (for the first one: from the opening of the connection) until all of it is there."""
STUCK_SECONDS = 25.0
"""So long a client may take nothing of an answer."""
AHEAD_MAX = 32
"""Requests of one connection that wait for the answers to those before them."""
SLICE = 4096
"""Bytes that are parsed before it is looked how many requests they were."""


class Protocol(HttpToolsProtocol):
    _waiting: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        self._is_stuck_no_more()
        super().connection_lost(exc)
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE):
            super().data_received(data[start : start + SLICE])
            if len(self.pipeline) > AHEAD_MAX:
                self.transport.abort()
            # After an upgrade to a WebSocket nothing more is HTTP.
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                return

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(STUCK_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        self._is_stuck_no_more()
        super().resume_writing()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._waiting is None:
            self._begin_to_wait()

    def on_message_complete(self) -> None:
        self._wait_no_more()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._wait_no_more()
        super().handle_websocket_upgrade()

    def _begin_to_wait(self) -> None:
        self._waiting = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _is_stuck_no_more(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _give_up(self) -> None:
        self._waiting = None
        self.transport.abort()
