"""The short way for frames does what uvicorn does, whatever comes in and however it is cut."""

import asyncio
import random
from collections.abc import Coroutine

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from presence.engine import framing, limits, writing
from tests.transports import Transport

WS_MAX_SIZE = 80_000


async def application(scope: dict, receive: object, send: object) -> None: ...


def opened(kind: type[WebSocketsSansIOProtocol]) -> WebSocketsSansIOProtocol:
    """What uvicorn has made of an open connection."""
    config = Config(application, log_config=None, ws_max_size=WS_MAX_SIZE, ws_per_message_deflate=False)
    protocol = kind(config, ServerState(), app_state={}, _loop=asyncio.new_event_loop())
    protocol.loop.close()
    protocol.transport = Transport()
    protocol.conn.state = State.OPEN
    # The handshake is behind it.
    protocol.conn.parser = protocol.conn.parse()
    protocol.handshake_complete = protocol.handshake_initiated = True
    return protocol


@pytest.fixture
def quick() -> framing.Protocol:
    return opened(framing.Protocol)


def heard(protocol: WebSocketsSansIOProtocol) -> list:
    """What the application is told, until it is told that this was all."""
    told: list = []
    while not protocol.queue.empty() and (not told or told[-1]["type"] != "websocket.disconnect"):
        told.append(drive(protocol.queue.get()))
    return told


def drive(work: Coroutine) -> object:
    """What comes of work that need not wait."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("It waits.")


def outcome(protocol: WebSocketsSansIOProtocol) -> tuple:
    return heard(protocol), b"".join(protocol.transport.written), protocol.transport.is_closed


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True, masked: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=masked)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200).map(str.encode)
whole = texts.map(lambda text: frame(Opcode.TEXT, text))
long = st.sampled_from([125, 126, 127, 65_535, 65_536, 70_000, WS_MAX_SIZE + 1]).map(
    lambda size: frame(Opcode.TEXT, b"x" * size)
)
in_pieces = st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), texts, st.lists(texts, max_size=2)).map(
    lambda each: (
        frame(each[0], each[1], fin=False)
        + b"".join(frame(Opcode.CONT, piece, fin=False) for piece in each[2])
        + frame(Opcode.CONT, b"end")
    )
)
control = st.sampled_from([frame(Opcode.PING, b"are you there"), frame(Opcode.PONG), frame(Opcode.CLOSE, b"\x03\xe8")])
binary = texts.map(lambda text: frame(Opcode.BINARY, text))
wrong = st.sampled_from(
    [
        frame(Opcode.TEXT, b"\xff\xfe is no text"),
        frame(Opcode.TEXT, "ñ".encode()[:1]),
        frame(Opcode.TEXT, b"without a mask", masked=False),
        frame(Opcode.TEXT, b"the first of several", fin=False),
        frame(Opcode.CONT, b"of nothing"),
        b"\xc1" + frame(Opcode.TEXT, b"with a bit that nobody has agreed on")[1:],
        b"\x83\x80\x00\x00\x00\x00",
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"",
    ]
)
streams = st.lists(st.one_of(whole, whole, whole, long, in_pieces, control, binary, wrong), max_size=8)


def pieces(stream: bytes, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    cuts = sorted({chance.randrange(len(stream) + 1) for _ in range(chance.choice([0, 1, 3, 40]))})
    return [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


@given(streams, st.integers(0, 10**6))
@example([frame(Opcode.TEXT, b"the first of several", fin=False), frame(Opcode.TEXT, b"another")], 0)
@example([frame(Opcode.TEXT, b"without a mask", masked=False)], 0)
@example([frame(Opcode.TEXT, b"the last"), frame(Opcode.CLOSE, b"\x03\xe8"), frame(Opcode.TEXT, b"after it")], 0)
def test_the_same_is_heard_and_answered_as_without_it(stream, seed):
    quick, plain = opened(framing.Protocol), opened(WebSocketsSansIOProtocol)
    for piece in pieces(b"".join(stream), seed):
        quick.data_received(piece)
    for each in stream:  # One by one: uvicorn forgets what came along with something wrong.
        plain.data_received(each)
    assert outcome(quick) == outcome(plain)


def test_text_is_not_handed_to_uvicorn(quick, monkeypatch):
    monkeypatch.setattr(quick.conn, "receive_data", pytest.fail)
    quick.data_received(frame(Opcode.TEXT, b"one") + frame(Opcode.TEXT, "dós".encode()))
    assert [each["text"] for each in heard(quick)] == ["one", "dós"]


def test_bytewise_or_at_once_is_the_same(quick):
    for byte in frame(Opcode.TEXT, b"slow") + frame(Opcode.PING, b"?") + frame(Opcode.TEXT, b"x" * 300):
        quick.data_received(bytes([byte]))
    assert [each["text"] for each in heard(quick)] == ["slow", "x" * 300]
    assert quick.transport.written == [frame(Opcode.PONG, b"?", masked=False)]


def test_what_is_longer_than_any_frame_may_be_is_refused_at_its_head(quick):
    quick.data_received(b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff")
    assert quick.transport.is_closed
    assert quick._begun == b""


async def test_nothing_more_is_read_while_much_waits_for_the_application(quick):
    for number in range(limits.READ_AHEAD - 1):
        quick.data_received(frame(Opcode.TEXT, b"%d" % number))
    assert not quick.transport.is_paused
    quick.data_received(frame(Opcode.TEXT, b"one more"))
    assert quick.transport.is_paused
    for _each in range(limits.READ_AHEAD):
        assert quick.transport.is_paused
        await quick.receive()
    assert not quick.transport.is_paused


async def test_whoever_waits_for_a_frame_gets_it_and_may_stop_waiting(quick):
    waiting = asyncio.create_task(quick.receive())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    waiting = asyncio.create_task(quick.receive())
    await asyncio.sleep(0)
    assert not waiting.done()
    for text in ("one", "two"):
        quick.data_received(frame(Opcode.TEXT, text.encode()))
    assert (await waiting)["text"] == "one"
    assert (await quick.receive())["text"] == "two"


def test_what_comes_before_the_handshake_has_ended_is_left_to_uvicorn(quick, monkeypatch):
    passed = []
    monkeypatch.setattr(WebSocketsSansIOProtocol, "data_received", lambda self, data: passed.append(data))
    quick.conn.state = State.CONNECTING
    quick.data_received(frame(Opcode.TEXT, b"too early")[:5])
    quick.conn.state = State.OPEN
    quick.data_received(frame(Opcode.TEXT, b"nobody knows what this is part of"))
    assert len(passed) == 2
    assert heard(quick) == []


# --- those who do not read, or say too much -------------------------------------------------------------------------


@pytest.fixture
async def served(quick) -> framing.Protocol:
    """An open connection in a loop that runs."""
    quick.loop = asyncio.get_running_loop()
    return quick


PING = frame(Opcode.PING, b"?")


async def test_who_does_not_read_is_not_read_from_until_it_does(served):
    served.pause_writing()
    assert served.transport.is_paused
    served.data_received(frame(Opcode.TEXT, b"on its way already"))
    await served.receive()
    assert served.transport.is_paused
    served.resume_writing()
    assert not served.transport.is_paused


async def test_what_waits_for_the_application_keeps_the_reading_paused_when_the_reader_has_come_back(served):
    for _each in range(limits.READ_AHEAD):
        served.data_received(frame(Opcode.TEXT, b"x"))
    served.pause_writing()
    served.resume_writing()
    assert served.transport.is_paused
    for _each in range(limits.READ_AHEAD):
        await served.receive()
    assert not served.transport.is_paused


async def test_what_the_application_takes_does_not_resume_the_reading_while_the_reader_is_away(served):
    for _each in range(limits.READ_AHEAD):
        served.data_received(frame(Opcode.TEXT, b"x"))
    served.pause_writing()
    for _each in range(limits.READ_AHEAD):
        await served.receive()
    assert served.transport.is_paused
    served.resume_writing()
    assert not served.transport.is_paused


async def test_of_one_who_is_heard_no_more_nothing_is_read_either(served):
    for _each in range(limits.READ_AHEAD):
        served.data_received(frame(Opcode.TEXT, b"x"))
    served.data_received(PING * MANY)
    assert last_word(served) == FLOODED
    while (await served.receive())["type"] != "websocket.disconnect":
        assert served.transport.is_paused
    assert served.transport.is_paused
    served.pause_writing()
    served.resume_writing()
    assert served.transport.is_paused
    served.close_timer.cancel()


async def test_of_the_pings_of_one_who_does_not_read_the_last_is_answered(served):
    served.pause_writing()
    for number in range(10):
        served.data_received(frame(Opcode.PING, b"%d" % number))
    assert served.transport.written == []
    served.resume_writing()
    assert served.transport.written == [frame(Opcode.PONG, b"9", masked=False)]


async def cut_off(served) -> None:
    """Until the server has parted with it."""
    for _each in range(100):
        if served.transport.is_aborted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It is still open.")


def last_word(served) -> bytes:
    return served.transport.written[-1]


FLOODED = frame(Opcode.CLOSE, (4501).to_bytes(2, "big"), masked=False)
MANY = 3 * limits.CONTROL_FRAMES_BURST
"""Too many also where the machine is busy, and some allowance comes back before all of them have been read."""
FLOODS = {
    "pings": PING * MANY,
    "pongs": frame(Opcode.PONG, b"!") * MANY,
    "both": (PING + frame(Opcode.PONG)) * MANY,
    "empty pieces": frame(Opcode.TEXT, b"", fin=False) + frame(Opcode.CONT, b"", fin=False) * limits.PIECES_MAX,
    "small pieces": frame(Opcode.BINARY, b"x", fin=False) + frame(Opcode.CONT, b"x", fin=False) * limits.PIECES_MAX,
}


@pytest.mark.parametrize("knows_frames", [True, False], ids=["frames are found here", "uvicorn finds them"])
@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
async def test_a_flood_of_frames_that_say_nothing_ends_the_connection(served, monkeypatch, flood, knows_frames):
    monkeypatch.setattr(limits, "READ_THE_END_SECONDS", 0.05)
    served._knows_frames = knows_frames
    served.data_received(flood)
    assert last_word(served) == FLOODED
    assert heard(served)[-1] == {"type": "websocket.disconnect", "code": 4501}
    said = len(served.transport.written)
    served.data_received(flood)
    assert len(served.transport.written) == said
    await cut_off(served)


async def test_a_ping_every_now_and_then_is_no_flood(served, monkeypatch):
    passed = iter(range(0, 10**6, 1))
    monkeypatch.setattr(served, "loop", type("Loop", (), {"time": staticmethod(lambda: next(passed) / 9)}))
    for _each in range(10 * MANY):
        served.data_received(PING)
    assert len(served.transport.written) == 10 * MANY


async def test_a_message_in_many_pieces_is_whole(served):
    first = frame(Opcode.TEXT, b"x", fin=False)
    served.data_received(first + frame(Opcode.CONT, b"x", fin=False) * (limits.PIECES_MAX - 2) + frame(Opcode.CONT))
    assert [each["text"] for each in heard(served)] == ["x" * (limits.PIECES_MAX - 1)]


async def test_pings_after_our_close_frame_are_limited_too(served):
    await served.send({"type": "websocket.close", "code": 4500})
    for _ in range(10 * MANY):  # One at a time: pongs to pings that come together go out in one piece.
        served.data_received(PING)
    assert len(served.transport.written) <= 1 + MANY
    served.close_timer.cancel()


async def test_who_takes_nothing_for_long_is_parted_with(served, monkeypatch):
    monkeypatch.setattr(limits, "STUCK_SECONDS", 0.05)
    monkeypatch.setattr(limits, "GIVE_UP_SECONDS", 0.05)
    served.pause_writing()
    served.resume_writing()
    await asyncio.sleep(0.3)
    assert not served.transport.is_aborted
    served.pause_writing()
    await cut_off(served)


async def test_who_answers_no_ping_and_takes_nothing_is_parted_with(served, monkeypatch):
    monkeypatch.setattr(limits, "GIVE_UP_SECONDS", 0.05)
    served.keepalive_timeout()
    await cut_off(served)


async def test_a_close_frame_that_comes_with_a_ping_is_answered(served):
    served._knows_frames = False
    served.data_received(PING + frame(Opcode.CLOSE, b"\x03\xe8"))
    assert frame(Opcode.CLOSE, b"\x03\xe8", masked=False) in b"".join(served.transport.written)


# --- sending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["short", "x" * 125, "x" * 126, "ñ" * 200, "x" * 65_535, "x" * 65_536])
async def test_frame_put_is_the_frame_that_the_server_would_have_sent(quick, text):
    assert quick.put(text)
    await quick.send({"type": "websocket.send", "text": text})
    by_put, by_server = quick.transport.written
    assert by_put == by_server


async def test_what_is_put_and_what_is_sent_keep_their_order(quick):
    quick.loop = asyncio.get_running_loop()
    transport = quick.transport
    outlet = writing.outlet_for(quick.send, writing.Flusher())
    outlet.put("1")
    await outlet.send({"type": "websocket.send", "text": "2"})
    outlet.put("3")
    await outlet.send({"type": "websocket.close", "code": 4001})
    assert not outlet.put("4")
    for _turn in range(6):
        await asyncio.sleep(0)
    assert transport.written == [b"\x81\x011\x81\x012\x81\x013\x88\x02\x0f\xa1"]
    quick.close_timer.cancel()


async def test_nothing_is_put_for_a_reader_that_does_not_take_it_or_has_gone(quick):
    quick.loop = asyncio.get_running_loop()
    quick.pause_writing()
    assert not quick.put("wait")
    quick.resume_writing()
    quick.disconnected = True
    assert not quick.put("gone")
    assert quick.transport.written == []
