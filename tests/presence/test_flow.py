"""What goes to one reader within a moment is written in one piece, in its order, and nothing stays behind."""

import asyncio

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.protocol import State

from presence import flow


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def write_eof(self) -> None:
        self.closed = True

    def get_extra_info(self, name: str) -> str:
        return name


class Protocol:
    """As uvicorn has them: `send` is its method, and `transport` where it writes."""

    def __init__(self, transport: object) -> None:
        self.transport = transport

    async def send(self, message: dict) -> None:
        self.transport.write(message["text"].encode())


def corked() -> tuple[Transport, flow.Corked]:
    transport = Transport()
    return transport, flow.Corked(transport, flow.Flusher(asyncio.get_running_loop()))


async def turns(number: int) -> None:
    for _turn in range(number):
        await asyncio.sleep(0)


async def test_pieces_of_a_moment_go_out_as_one():
    transport = Transport()
    protocol = Protocol(transport)
    send, _put = flow.regulated(protocol.send, flow.Flusher(asyncio.get_running_loop()))
    await send({"text": "event "})
    await turns(2)
    await send({"text": "ack"})
    assert transport.written == []
    await turns(5)
    assert transport.written == [b"event ack"]
    await send({"text": "later"})
    await turns(5)
    assert transport.written == [b"event ack", b"later"]


async def test_many_connections_are_flushed_each_for_itself():
    flusher = flow.Flusher(asyncio.get_running_loop())
    transports = [Transport() for _ in range(3)]
    for number, transport in enumerate(transports):
        flow.Corked(transport, flusher).write(b"%d" % number)
    await turns(5)
    assert [transport.written for transport in transports] == [[b"0"], [b"1"], [b"2"]]


async def test_much_does_not_wait():
    transport, cork = corked()
    cork.write(b"x" * (flow.Corked.ENOUGH + 1))
    assert len(transport.written) == 1
    await turns(5)
    assert len(transport.written) == 1


@pytest.mark.parametrize("end", ["close", "write_eof"])
async def test_the_end_comes_after_what_is_left_and_nothing_is_written_afterwards(end):
    transport, cork = corked()
    cork.write(b"the last")
    getattr(cork, end)()
    assert transport.written == [b"the last"]
    assert transport.closed
    cork.write(b"too late")
    await turns(5)
    assert transport.written == [b"the last"]


async def test_everything_else_is_the_transports():
    _transport, cork = corked()
    assert cork.get_extra_info("peername") == "peername"
    assert not cork.is_closing()


async def test_a_server_that_is_neither_is_left_alone():
    async def send(message: dict) -> None: ...

    outlet = flow.regulated(send, flow.Flusher(asyncio.get_running_loop()))
    assert outlet.send is send
    assert not outlet.put("at once")


@pytest.fixture
async def uvicorns():
    """What uvicorn has made of an open connection."""

    async def application(scope: dict, receive: object, send: object) -> None: ...

    config = Config(application, log_config=None)
    protocol = WebSocketsSansIOProtocol(config, ServerState(), app_state={})
    protocol.transport = Transport()
    protocol.conn.state = State.OPEN
    protocol.handshake_complete = True
    return protocol


async def test_frame_put_is_the_frame_that_the_server_would_have_sent(uvicorns):
    transport = uvicorns.transport
    outlet = flow.regulated(uvicorns.send, flow.Flusher(asyncio.get_running_loop()))
    for frame in ("short", "ñ" * 200, "x" * 70_000):
        assert outlet.put(frame)
        await turns(5)
        await outlet.send({"type": "websocket.send", "text": frame})
        await turns(5)
        by_put, by_server = transport.written
        assert by_put == by_server
        transport.written.clear()


async def test_what_is_put_and_what_is_sent_keep_their_order(uvicorns):
    transport = uvicorns.transport
    outlet = flow.regulated(uvicorns.send, flow.Flusher(asyncio.get_running_loop()))
    outlet.put("1")
    await outlet.send({"type": "websocket.send", "text": "2"})
    outlet.put("3")
    await outlet.send({"type": "websocket.close", "code": 4001})
    assert not outlet.put("4")
    await turns(5)
    assert transport.written == [b"\x81\x011\x81\x012\x81\x013\x88\x02\x0f\xa1"]
    uvicorns.close_timer.cancel()


@pytest.mark.parametrize("reason", ["not writable", "gone", "closing", "compressed"])
async def test_nothing_is_put_where_the_server_would_wait_or_do_something_else(uvicorns, reason):
    if reason == "compressed":
        uvicorns.conn.extensions = ["permessage-deflate"]
    outlet = flow.regulated(uvicorns.send, flow.Flusher(asyncio.get_running_loop()))
    match reason:
        case "not writable":
            uvicorns.pause_writing()
        case "gone":
            uvicorns.disconnected = True
        case "closing":
            uvicorns.conn.state = State.CLOSING
    assert not outlet.put("frame")
