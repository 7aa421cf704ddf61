"""The load generator's own WebSocket: bytes in, texts out, however they are cut."""

import pytest

from benchmarks.clients.websocket import PING, TEXT, Address, Socket, frame
from tests.transports import Transport

HANDSHAKE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Client(Socket):
    def __init__(self):
        super().__init__(Address("127.0.0.1", 1))
        self.texts = []

    def opened(self):
        self.is_ready.set_result(None)

    def heard(self, text):
        self.texts.append(text)


@pytest.fixture
async def client():
    client = Client()
    client.connection_made(Transport())
    return client


def from_server(opcode, payload):
    """A server's frame is a client's without the mask."""
    whole = frame(opcode, payload)
    head = len(whole) - len(payload) - 4
    return bytes((whole[0], whole[1] & 0x7F)) + whole[2:head] + payload


@pytest.mark.parametrize(
    ("size", "cut"), [(0, 1), (1, 1), (125, 1), (126, 3), (65535, 1000), (65536, 1000), (65536, 10**6)]
)
async def test_texts_come_whole_however_they_are_cut(client, size, cut):
    texts = [b"x" * size, b"after"]
    stream = HANDSHAKE + b"".join(from_server(TEXT, text) for text in texts)
    for start in range(0, len(stream), cut):
        client.data_received(stream[start : start + cut])
    assert client.is_ready.done()
    assert client.texts == texts


async def test_pings_are_answered(client):
    client.data_received(HANDSHAKE + from_server(PING, b"are you there"))
    assert client._transport.written[-1][6:] == b"are you there"


async def test_a_close_frame_tells_its_code(client):
    client.data_received(HANDSHAKE + from_server(0x8, (4008).to_bytes(2, "big")))
    assert client.closed_with == 4008
    assert client._transport.is_closed


async def test_a_refused_handshake_is_told(client):
    client.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    with pytest.raises(ConnectionError, match="403"):
        await client.is_ready
