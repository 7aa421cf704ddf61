"""A client of Driver Offers (docs/protocol.md)."""

from collections.abc import Callable
from typing import Any

import orjson

from benchmarks.clients.listener import Listener, client_id, read_client_id
from benchmarks.clients.websocket import Address, Socket
from benchmarks.schedule import Side

Event = dict[str, Any]


class OurClient(Socket):
    path = "/ws/"
    subprotocol = "offers.v1"

    def __init__(
        self,
        address: Address,
        token: str,
        *,
        side: Side = Side.OFFICE,
        pair: tuple[int, int] = (0, 0),
        listener: Listener | None = None,
        cursor: Event | None = None,
        on_event: Callable[["OurClient", Event], None] | None = None,
    ) -> None:
        super().__init__(address)
        self.head = 0
        self.recovered = False
        self._token = token
        self._side = side
        self._offer_id, self._driver_id = pair
        self._listener = listener
        self.cursor_seq: int = cursor["seq"] if cursor else 0
        self._cursor = cursor
        self._on_event = on_event
        self._seq: int | None = None

    def opened(self) -> None:
        said: Event = {"type": "authenticate", "token": self._token}
        if self._cursor is not None:
            said["cursor"] = self._cursor
        self.say(orjson.dumps(said))

    def send(self, run: int, number: int, message: str) -> None:
        said = {
            "type": "send_message",
            "ref": client_id(run, number),
            "offer_id": self._offer_id,
            "driver_id": self._driver_id,
            "message": message,
            "client_id": client_id(run, number),
        }
        self.say(orjson.dumps(said))

    def heard(self, text: bytes) -> None:
        frame = orjson.loads(text)
        match frame["type"]:
            case "ack" if self._listener is not None:
                self._listener.accepted(*read_client_id(frame["ref"]))
            case "error" if self._listener is not None and frame["ref"]:
                self._listener.refused(*read_client_id(frame["ref"]), frame["code"])
            case "ready":
                self._begin(frame)
            case kind if (seq := frame.get("seq")) is not None:
                self._follow(seq)
                if kind == "new_message" and self._listener is not None:
                    self._listener.received(*read_client_id(frame["data"]["client_id"]), self._side)
                if self._on_event is not None:
                    self._on_event(self, frame)

    def _begin(self, ready: Event) -> None:
        self.head, self.recovered = ready["head"], ready["recovered"]
        self._seq = self.cursor_seq if self.recovered else self.head
        if not self.is_ready.done():
            self.is_ready.set_result(None)

    def _follow(self, seq: int) -> None:
        """Numbers have no gap."""
        if self._seq is not None and seq != self._seq + 1 and self._listener is not None:
            self._listener.out_of_order()
        self._seq = seq
