"""A client of the reference: Socket.IO 4 (Engine.IO 4) in text frames."""

from typing import Any

import orjson

from benchmarks.clients.listener import Listener, client_id, read_client_id
from benchmarks.clients.websocket import Address, Socket
from benchmarks.schedule import Side

PONG = b"3"
CONNECT = b"40"
"""Engine.IO's message, Socket.IO's connect."""


class ReferenceClient(Socket):
    path = "/socket.io/?EIO=4&transport=websocket"

    def __init__(
        self,
        address: Address,
        token: str,
        *,
        side: Side = Side.OFFICE,
        pair: tuple[int, int] | None = None,
        listener: Listener | None = None,
    ) -> None:
        super().__init__(address)
        self._token = token
        self._side = side
        self._pair = pair
        self._listener = listener
        self._joining = 0
        self._asked: dict[int, tuple[int, int]] = {}
        self._asks = 0

    def opened(self) -> None:
        pass  # The server speaks first.

    def send(self, run: int, number: int, message: str) -> None:
        offer_id, driver_id = self._pair or (0, 0)
        self._asks += 1
        self._asked[self._asks] = (run, number)
        self._emit(
            "send_message",
            {
                "offer_id": offer_id,
                "driver_id": driver_id,
                "message": message,
                "client_id": client_id(run, number),
            },
        )

    def heard(self, text: bytes) -> None:
        match text[:1], text[1:2]:
            case b"4", b"2":
                name, data = orjson.loads(text[2:])
                if name == "new_message" and self._listener is not None:
                    self._listener.received(*read_client_id(data["client_id"]), self._side)
            case b"4", b"3":
                start = text.index(b"[")
                self._answered(int(text[2:start]), orjson.loads(text[start:])[0])
            case b"2", _:
                self.say(PONG)
            case b"0", _:
                self.say(CONNECT + orjson.dumps({"token": self._token}))
            case b"4", b"0":
                self._join()
            case b"4", b"4":
                self._fail(ConnectionError(text.decode()))

    def _emit(self, name: str, data: dict[str, Any]) -> None:
        self.say(b"42%d%b" % (self._asks, orjson.dumps([name, data])))

    def _join(self) -> None:
        if self._pair is None:
            self.is_ready.set_result(None)
            return
        self._asks += 1
        self._joining = self._asks
        self._emit("join_offer_chat", {"offer_id": self._pair[0], "driver_id": self._pair[1]})

    def _answered(self, ask: int, answer: dict[str, Any]) -> None:
        code = answer.get("error", {}).get("code")
        if ask == self._joining:
            if code:
                self._fail(ConnectionError(code))
            else:
                self.is_ready.set_result(None)
            return
        run, number = self._asked.pop(ask)
        if self._listener is None:
            return
        if code:
            self._listener.refused(run, number, code)
        else:
            self._listener.accepted(run, number)
