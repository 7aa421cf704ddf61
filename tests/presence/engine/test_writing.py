"""What goes to one reader within a moment is written in one piece, in its order, and nothing stays behind."""

import asyncio

import pytest

from presence.engine import writing
from tests.transports import Transport


class Protocol:
    """As uvicorn has them: `send` is its method, and `transport` where it writes."""

    def __init__(self, transport: object) -> None:
        self.transport = transport

    async def send(self, message: dict) -> None:
        self.transport.write(message["text"].encode())


def corked() -> tuple[Transport, writing.Corked]:
    transport = Transport()
    return transport, writing.Corked(transport, writing.Flusher())


async def turns(number: int) -> None:
    for _turn in range(number):
        await asyncio.sleep(0)


async def test_pieces_of_a_moment_go_out_as_one():
    transport = Transport()
    protocol = Protocol(transport)
    send, _put, _taken = writing.outlet_for(protocol.send, writing.Flusher())
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
    flusher = writing.Flusher()
    transports = [Transport() for _ in range(3)]
    for number, transport in enumerate(transports):
        writing.Corked(transport, flusher).write(b"%d" % number)
    await turns(5)
    assert [transport.written for transport in transports] == [[b"0"], [b"1"], [b"2"]]


async def test_much_does_not_wait():
    transport, cork = corked()
    cork.write(b"x" * (writing.Corked.ENOUGH + 1))
    assert len(transport.written) == 1
    await turns(5)
    assert len(transport.written) == 1


@pytest.mark.parametrize("end", ["close", "write_eof"])
async def test_the_end_comes_after_what_is_left_and_nothing_is_written_afterwards(end):
    transport, cork = corked()
    cork.write(b"the last")
    getattr(cork, end)()
    assert transport.written == [b"the last"]
    assert transport.is_closed
    cork.write(b"too late")
    await turns(5)
    assert transport.written == [b"the last"]


async def test_everything_else_is_the_transports():
    _transport, cork = corked()
    assert cork.get_extra_info("peername") == "peername"
    assert not cork.is_closing()


async def test_a_server_that_is_neither_is_left_alone():
    async def send(message: dict) -> None: ...

    outlet = writing.outlet_for(send, writing.Flusher())
    assert outlet.send is send
    assert not outlet.put("at once")
