"""A client of the live connection for tests: it authenticates, writes down what it hears, and checks the numbering.

    with Device(server.socket_url, token=access_token(...)) as device:
        message = device.ask("send_message", offer_id=1, driver_id=2, message="Hello", client_id="a")
        event = device.wait_for("new_message", lambda event: event["data"]["id"] == message["id"])

A thread reads, so the test itself is an ordinary function that uses the ORM. `cursor` of one device given
to the next one resumes where the first has stopped; `device.durable` are its durable events, whose numbers it checks
to be without a gap, `device.passing` the others.
"""

import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 20
"""Seconds until something that must come counts as missing, on a machine that does much else."""

Frame = dict[str, Any]


class Refused(Exception):
    """The server has answered a command with `error`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.code: str = frame["code"]
        super().__init__(f"{frame['code']}: {frame['message']}")


class Closed(Exception):
    """The connection has ended while something was waited for."""

    def __init__(self, code: int | None, faults: Sequence[str] = ()) -> None:
        self.code = code
        super().__init__(f"closed with {code}", *faults)


class Device:
    """One open connection of one person."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        cursor: Frame | None = None,
        cookie: str | None = None,
        origin: str | None = None,
        authenticate: bool = True,
        headers: dict[str, str] | None = None,
        receive_buffer: int | None = None,
    ) -> None:
        """Connects and, unless told not to, authenticates and waits until the server is ready."""
        self.frames: list[Frame] = []
        self.durable: list[Frame] = []
        self.passing: list[Frame] = []
        self.cursor = cursor
        self.ready: Frame | None = None
        self.close_code: int | None = None
        self.faults: list[str] = []
        self._refs = itertools.count(1)
        self._heard = threading.Condition()
        sent = dict(headers or {}) | ({"Cookie": cookie} if cookie else {})
        self._reads = threading.Event()
        self._reads.set()
        self._open = ExitStack()
        connecting = connect(
            url,
            subprotocols=["offers.v1"],
            additional_headers=sent,
            origin=origin,
            open_timeout=PATIENCE,
            ping_interval=None,
            max_size=None,
            close_timeout=2,
            proxy=None,
            sock=_tcp(url, receive_buffer) if receive_buffer else None,
        )
        self._socket = self._open.enter_context(connecting)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if authenticate:
            self.authenticate(token=token, cursor=cursor)

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
        if exception[0] is None:
            assert self.faults == []

    # --- saying something -------------------------------------------------------------------------------------------

    def authenticate(self, *, token: str | None = None, cursor: Frame | None = None) -> Frame:
        """The `ready` frame, or `Closed`."""
        said = {"token": token, "cursor": cursor}
        before = len(self.frames)
        self.say(type="authenticate", **{name: value for name, value in said.items() if value is not None})
        return self.wait_for("ready", since=before)

    def ask(self, command: str, **fields: Any) -> Any:
        """The ack's data; `Refused` for an error, `Closed` when the connection ends first."""
        ref = f"r{next(self._refs)}"
        self.say(type=command, ref=ref, **fields)
        answer = self.wait(lambda: next((frame for frame in self.frames if frame.get("ref") == ref), None), ref)
        if answer["type"] == "error":
            raise Refused(answer)
        return answer.get("data")

    def say(self, **frame: Any) -> None:
        """Send a frame without waiting for an answer."""
        self.say_raw(json.dumps(frame))

    def say_raw(self, frame: str | bytes) -> None:
        try:
            self._socket.send(frame)
        except ConnectionClosed as closed:
            raise Closed(_code(closed)) from closed

    def resume(self, cursor: Frame | None = None) -> Frame:
        """Resume on the open connection from `cursor`, or from the last event that came."""
        cursor = cursor or self.cursor
        assert cursor is not None
        with self._heard:
            self.cursor = dict(cursor)  # What follows is numbered from here.
        answer: Frame = self.ask("resume", cursor=cursor)
        if not answer["recovered"]:
            self.cursor = {"epoch": answer["epoch"], "seq": answer["head"]}
        return answer

    def close(self) -> None:
        self._open.close()
        self._reader.join(timeout=PATIENCE)

    def fall_silent(self) -> None:
        """Answer nothing any more, not even pings, as a phone in a tunnel: nobody says that it has gone."""
        self._socket.protocol_mutex.acquire()

    def cut(self) -> None:
        """End without a close frame, as when the network changes; what had come until then has been heard."""
        with suppress(OSError):  # The server may have been faster.
            self._socket.socket.shutdown(socket.SHUT_RDWR)
        self.close()

    def stop_reading(self) -> None:
        """Take nothing any more, as a frozen reader; best with a small `receive_buffer`."""
        self._reads.clear()

    def go_on_reading(self) -> None:
        self._reads.set()

    # --- hearing something ------------------------------------------------------------------------------------------

    def wait_for(
        self,
        kind: str,
        matching: Callable[[Frame], bool] = lambda frame: True,
        *,
        since: int = 0,
        timeout: float = PATIENCE,
    ) -> Frame:
        """The first frame of this type that matches, among those that have come since (frame number) or are to come."""

        def found() -> Frame | None:
            return next((frame for frame in self.frames[since:] if frame["type"] == kind and matching(frame)), None)

        return self.wait(found, kind, timeout=timeout)

    def wait_until(self, true: Callable[["Device"], bool], timeout: float = PATIENCE) -> None:
        """Until something is true of what this device has heard."""
        self.wait(lambda: true(self) or None, "a condition", timeout=timeout)

    def wait_until_closed(self, timeout: float = PATIENCE) -> int | None:
        """The code with which the server has closed."""
        self._reader.join(timeout=timeout)
        assert not self._reader.is_alive(), "The connection is still open."
        return self.close_code

    def wait(self, look: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
        deadline = time.monotonic() + timeout
        with self._heard:
            while True:
                if (found := look()) is not None:
                    return found
                if not self._reader.is_alive() or self.close_code is not None:
                    raise Closed(self.close_code, self.faults)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"Waited in vain for {what}; heard {self.frames[-5:]}")
                self._heard.wait(left)

    @property
    def head(self) -> int:
        """The number of the last durable event that came, or where the stream was at the beginning."""
        return self.cursor["seq"] if self.cursor else 0

    def _read(self) -> None:
        try:
            for text in self._socket:
                self._reads.wait()
                with self._heard:
                    self._hear(json.loads(text))
                    self._heard.notify_all()
        except ConnectionClosed:
            pass
        except Exception as error:  # A fault of the server, shown where the test ends.
            self.faults.append(repr(error))
        finally:
            with self._heard:
                self.close_code = self._socket.close_code or 1006
                self._heard.notify_all()

    def _hear(self, frame: Frame) -> None:
        self.frames.append(frame)
        if frame["type"] == "ready" and self.ready is None:
            self.ready = frame
            seq = self.cursor["seq"] if frame["recovered"] and self.cursor else frame["head"]
            self.cursor = {"epoch": frame["epoch"], "seq": seq}
        elif "seq" in frame:
            if self.cursor is None or frame["seq"] != self.cursor["seq"] + 1:
                self.faults.append(f"{frame['seq']} came after {self.cursor}")
            self.cursor = {**(self.cursor or {}), "seq": frame["seq"]}
            self.durable.append(frame)
        elif "ref" not in frame and frame["type"] not in ("pong", "ready", "error"):
            self.passing.append(frame)


def _tcp(url: str, receive_buffer: int) -> socket.socket:
    """A connection on whose other side little can wait."""
    address = urlsplit(url)
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    tcp.connect((address.hostname, address.port))
    return tcp


def _code(closed: ConnectionClosed) -> int | None:
    return closed.rcvd.code if closed.rcvd else None
