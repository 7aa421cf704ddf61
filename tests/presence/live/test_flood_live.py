"""One client that says much and reads nothing takes no memory, and is parted with; the others go on."""

import base64
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.frames import Frame, Opcode

from tests.presence.factories import connect, make_user, token_of
from tests.servers import Server, serving

MEBIBYTE = 1024 * 1024
FLOOD_BYTES = 5 * MEBIBYTE
PATIENCE = 10


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def opened(server: Server) -> socket.socket:
    """A connection after its handshake, whose reader takes next to nothing."""
    address = urlsplit(server.socket_url)
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect((address.hostname, address.port))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    raw.sendall(
        f"GET /ws/ HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.recv(1)
    assert b" 101 " in head
    return raw


def pour(raw: socket.socket, piece: bytes) -> bool:
    """Send the same piece until five mebibytes are sent. True when the server closes the connection before."""
    chunk = piece * (64 * 1024 // len(piece))
    with suppress(TimeoutError):
        for _each in range(FLOOD_BYTES // len(chunk)):
            try:
                raw.sendall(chunk)
            except ConnectionError:
                return True
    return False


def has_ended(raw: socket.socket) -> bool:
    """Whether the connection ends soon, for one who only now begins to read."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if not raw.recv(65_536):
                return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True
    return False


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def running(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, request: Any
) -> Iterator[Server]:
    """One server of each kind for all tests here."""
    directory = tmp_path_factory.mktemp(request.param)
    application = "tests.presence.noting_server:application"
    with django_db_blocker.unblock(), serving(directory, kind=request.param, application=application) as server:
        yield server


@pytest.fixture
def server(transactional_db: None, running: Server) -> Server:
    return running


@pytest.fixture
def grown(server: Server) -> Callable[[], int]:
    """By how many bytes the server has grown. It has served before: what it makes once is made."""
    for _each in range(10):
        with connect(server, make_user()) as device:
            device.ask("note", number=5)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    return lambda: process.memory_info().rss - before


FLOODS = {
    "pings": frame(Opcode.PING, b"x" * 125),
    "pongs": frame(Opcode.PONG, b"x" * 125),
    "empty pieces": frame(Opcode.CONT, b"", fin=False),
}


@pytest.mark.parametrize("piece", FLOODS.values(), ids=FLOODS)
def test_a_flood_from_a_stranger_who_does_not_read_takes_no_memory_and_ends(server, grown, piece):
    with closing(opened(server)) as raw:
        raw.sendall(frame(Opcode.TEXT, b"", fin=False))
        has_been_ended = pour(raw, piece)
        assert grown() < MEBIBYTE
        assert has_been_ended or has_ended(raw)


def test_a_flood_of_texts_from_one_who_does_not_read_takes_no_memory(server, grown):
    with closing(opened(server)) as raw:
        token = token_of(make_user().actor)
        raw.sendall(frame(Opcode.TEXT, b'{"type": "authenticate", "token": "%s"}' % token.encode()))
        raw.settimeout(2)
        pour(raw, frame(Opcode.TEXT, b'{"type": "heartbeat"}'))
        with connect(server, make_user()) as device:
            assert device.ask("note", number=5)
        assert grown() < 8 * MEBIBYTE  # Answers to all of it would be more than twenty.


def test_one_who_reads_is_told_that_it_was_a_flood(server):
    with connect(server, make_user()) as device:
        device._socket.ping(b"once is fine").wait(PATIENCE)
        for _each in range(1000):
            with suppress(Exception):
                device._socket.ping()
        assert device.wait_until_closed() == 4501
