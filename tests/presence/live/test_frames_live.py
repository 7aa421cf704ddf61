"""What clients say, and what they are answered: one bad frame never ends a connection."""

import json
from contextlib import suppress

import pytest
from websockets.exceptions import InvalidStatus

from tests.client import Closed, Device, Refused
from tests.presence.factories import connect, make_user


@pytest.fixture
def device(shared_server):
    with connect(shared_server, make_user()) as device:
        yield device


def refusal(device, command, **fields):
    with pytest.raises(Refused) as refused:
        device.ask(command, **fields)
    return refused.value.frame


def last_error(device, raw):
    before = len(device.frames)
    device.say_raw(raw)
    return device.wait_for("error", since=before)


def test_ack_carries_the_answer_and_the_ref(device):
    device.say(type="note", ref=7, number=5)
    assert device.wait_for("ack") == {"type": "ack", "ref": 7, "data": {"by": device.ready["user"]["name"]}}


@pytest.mark.parametrize("ref", ["", 1.5, -1, 2**53, 2**64, True, False, None, [], {"a": [1, {"b": None}]}])
def test_any_ref_comes_back(device, ref):
    device.say(type="note", ref=ref, number=5)
    assert device.wait_for("ack")["ref"] == ref


def test_heartbeat_is_answered(device):
    device.say(type="heartbeat", ref="h")
    pong = device.wait_for("pong")
    assert pong["server_time"].endswith("Z")
    assert (pong["head"], pong["ref"]) == (0, "h")


@pytest.mark.parametrize(
    "raw",
    [
        "not json",
        "[]",
        "5",
        "null",
        '"text"',
        "{}",
        '{"type": 5}',
        f'{{"type": "heartbeat", "ref": {"[" * 300}{"]" * 300}}}',
        '{"type": NaN}',
        b"\x01\x02",
    ],
)
def test_malformed_frame_is_answered_and_the_next_one_works(device, raw):
    frame = last_error(device, raw)
    assert (frame["code"], frame["ref"], frame["retryable"]) == ("malformed_frame", None, False)
    assert device.ask("note", number=5)


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("malformed_frame", '{"type": "note", "number": 5, "text": "half an emoji \\ud83d", "ref": "r"}'),
        ("malformed_frame", '{"type": "note", "number": NaN, "ref": "r"}'),
        ("malformed_frame", f'{{"type": "note", "number": {"[" * 3000}{"]" * 3000}, "ref": "r"}}'),
        ("malformed_frame", '{"type": "note", "ref": "r"'),
        ("malformed_frame", '{"type": 5, "ref": "r"}'),
        ("malformed_frame", '{"type": null, "ref": "r"}'),
        ("malformed_frame", '{"ref": "r"}'),
        ("malformed_frame", b'{"type": "note", "number": 5, "ref": "r"}'),
        ("malformed_frame", b'{"type": "note", "text": "\xff\xfe", "ref": "r"}'),
        ("unknown_command", '{"type": "announce", "ref": "r"}'),
        ("unknown_command", '{"type": "", "ref": "q", "ref": "r"}'),
        ("validation_error", '{"type": "note", "number": {}, "ref": "r"}'),
        ("validation_error", '{"type": "note", "number": 5, "text": "\\u0000", "ref": "r"}'),
        ("validation_error", f'{{"type": "note", "number": {10**40}, "ref": "r"}}'),
        ("too_large", json.dumps({"type": "note", "text": "x" * 70_000, "ref": "r"})),
        ("too_large", json.dumps({"type": "note", "text": "x" * 900_000, "ref": "r"}).encode()),
    ],
)
def test_whatever_can_be_read_of_a_frame_is_answered_with_its_ref(device, code, raw):
    frame = last_error(device, raw)
    assert (frame["code"], frame["ref"], frame["retryable"]) == (code, "r", False)
    assert device.ask("note", number=5)


def test_large_frame_is_answered_up_to_a_mebibyte(device):
    for size in (64 * 1024 + 1, 900_000):
        assert last_error(device, "x" * size)["code"] == "too_large"
        assert last_error(device, b"x" * size)["code"] == "too_large"
    assert device.ask("note", number=5)


def test_frame_of_exactly_the_limit_is_read(device):
    text = "é" * 10_000
    room = 64 * 1024 - len(f'{{"type":"refuse","ref":"r","text":"{text}"}}'.encode())
    frame = last_error(device, f'{{"type":"refuse","ref":"r","text":"{text}{"x" * room}"}}')
    assert (frame["code"], frame["ref"]) == ("conflict", "r")


def test_larger_frame_ends_the_connection(each_shared_server):
    with connect(each_shared_server, make_user()) as device:
        with suppress(Closed):
            device.say_raw("x" * (1024 * 1024 + 1))
        assert device.wait_until_closed() in (4501, 1009, 1006)


def test_hundred_bad_frames_are_a_flood(each_shared_server):
    with connect(each_shared_server, make_user()) as device:
        with suppress(Closed):
            for _ in range(100):
                device.say_raw("not json")
        assert device.wait_until_closed() == 4501


def test_flood_is_refused_and_then_ended(server):
    with connect(server, make_user()) as device:
        with suppress(Closed):
            for _ in range(20_000):
                device.say_raw('{"type": "heartbeat"}')
        assert device.wait_until_closed() == 4501
        assert {frame["code"] for frame in device.frames if frame["type"] == "error"} == {"rate_limited"}


def test_there_is_no_connection_elsewhere(each_shared_server):
    with pytest.raises(InvalidStatus) as refused:
        Device(each_shared_server.socket_url + "elsewhere/", authenticate=False)
    assert refused.value.response.status_code in (403, 404)


def test_unknown_command_and_unknown_or_missing_fields(device):
    assert refusal(device, "announce_offer", offer_id=1)["code"] == "unknown_command"
    frame = refusal(device, "note", number=5, colour="red")
    assert (frame["code"], list(frame["fields"])) == ("validation_error", ["colour"])
    assert list(refusal(device, "note")["fields"]) == ["number"]
    assert list(refusal(device, "heartbeat", x=1)["fields"]) == ["x"]
    assert list(refusal(device, "resume", cursor={"epoch": "x"})["fields"]) == ["cursor.seq"]


def test_refusal_keeps_its_words_and_what_comes_with_them(device):
    frame = refusal(device, "refuse")
    assert (frame["code"], frame["current"], frame["retryable"]) == ("conflict", {"version": 3}, False)


def test_stumbling_command_is_answered_and_the_next_one_works(device):
    frame = refusal(device, "stumble")
    assert (frame["code"], frame["retryable"]) == ("unavailable", True)
    assert device.ask("note", number=5)


def test_refusals_speak_the_language_of_the_browser(shared_server):
    with connect(shared_server, make_user(), headers={"Accept-Language": "es-MX,es;q=0.9"}) as device:
        for command in ("note", "note_together"):
            frame = refusal(device, command)
            assert frame["fields"] == {"number": ["Este campo es requerido."]}


def test_commands_of_many_connections_are_done_together(shared_server):
    people = [connect(shared_server, make_user()) for _ in range(8)]
    for times in range(20):
        for device in people:
            device.say(type="note_together", ref=f"t{times}", number=5)
    for device in people:
        device.wait_until(lambda it: len(it.durable) == 20)
        device.wait_until(lambda it: sum(frame["type"] == "ack" for frame in it.frames) == 20)
        device.close()
        assert device.faults == []
    acks = [frame for device in people for frame in device.frames if frame["type"] == "ack"]
    assert max(ack["data"]["together"] for ack in acks) > 1


def test_one_bad_call_of_many_fails_alone(shared_server):
    people = [connect(shared_server, make_user()) for _ in range(6)]
    for _ in range(5):
        for place, device in enumerate(people):
            device.say(type="note_together", ref="x", number=(-1, 666, 5)[place % 3])
    for place, device in enumerate(people):
        device.wait_until(lambda it: sum(frame.get("ref") == "x" for frame in it.frames) == 5)
        answers = {frame.get("code", "ack") for frame in device.frames if frame.get("ref") == "x"}
        assert answers == {("conflict", "unavailable", "ack")[place % 3]}
        device.close()
