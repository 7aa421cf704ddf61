"""Processes say to one another what they tell, together where it comes together, and nothing where nobody listens."""

import asyncio
from datetime import UTC, datetime

import pytest

from kernel.actors import ActorKey
from presence.doorbell import exchange, wire
from presence.doorbell.bus import Batch, Control, Event, Passing
from presence.doorbell.exchange import Exchange

DRIVER = ActorKey("driver", 7)
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Layer:
    """A channel layer that keeps what is said."""

    def __init__(self) -> None:
        self.said: list[wire.Packed] = []
        self.fails = False

    async def group_send(self, group: str, message: wire.Packed) -> None:
        if self.fails:
            raise ConnectionError
        self.said.append(message)


@pytest.fixture
def layer(monkeypatch):
    layer = Layer()
    monkeypatch.setattr(exchange, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(exchange, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(exchange, "FAILED_SECONDS", 0.02)
    return layer


@pytest.fixture
def heard():
    return []


@pytest.fixture
def now(monkeypatch):
    """The loop's time, which a test moves."""
    moment = {"now": 1000.0}
    monkeypatch.setattr(Exchange, "_now", staticmethod(lambda: moment["now"]))
    return moment


@pytest.fixture
async def mine(layer, heard, now):
    """One that has listened long enough to know that there is nobody else."""
    exchange = Exchange("mine", hear=heard.append)
    listen_on(exchange, now)
    return exchange


def listen_on(mine: Exchange, now, seconds: int = 3) -> None:
    """Its own greetings come back for a while."""
    for _second in range(seconds):
        mine.take(greeting("mine"))
        now["now"] += 1
    mine.take(greeting("mine"))


def batch(seq: int, sender: str = "mine") -> wire.Packed:
    data = {"id": seq}
    told = Batch(
        events=[Event(DRIVER, seq, "note", NOW, data), Event(DRIVER, seq + 1, "gone", NOW, None)],
        passing=[Passing("hum", {"of": seq}, ("topic",))],
        controls=[Control("close", DRIVER, str(seq))],
    )
    return wire.pack(told, sender=sender)


def greeting(sender: str) -> wire.Packed:
    return {"type": wire.GREETING, "from": sender}


async def said(layer: Layer) -> list[str]:
    await asyncio.sleep(0.05)
    return [message["type"] for message in layer.said]


async def test_nothing_is_said_where_nobody_else_is(mine, layer):
    mine.say(batch(1))
    assert await said(layer) == []


@pytest.mark.parametrize("has_listened", [False, True])
async def test_who_has_only_begun_to_listen_or_was_stopped_does_not_know_that_nobody_is_there(layer, now, has_listened):
    mine = Exchange("mine", hear=print)
    if has_listened:
        listen_on(mine, now)
        now["now"] += 60
    mine.say(batch(1))
    assert await said(layer) == [wire.BATCH]
    mine.take(greeting("mine"))
    mine.say(batch(2))
    assert await said(layer) == [wire.BATCH] * 2
    listen_on(mine, now)
    mine.say(batch(3))
    assert await said(layer) == [wire.BATCH] * 2


async def test_who_is_heard_first_is_greeted_and_told_from_then_on(mine, layer, heard):
    mine.take(greeting("yours"))
    assert await said(layer) == [wire.GREETING]
    mine.take(greeting("yours"))
    assert await said(layer) == [wire.GREETING]
    mine.say(batch(1))
    assert await said(layer) == [wire.GREETING, wire.BATCH]
    assert heard == []


async def test_what_comes_from_no_server_is_heard_and_not_greeted(mine, layer, heard):
    told = batch(1, sender=wire.OUTSIDE)
    mine.take(told)
    mine.say(batch(2))
    assert await said(layer) == []
    assert heard == [told]


async def test_who_is_not_heard_of_for_long_is_not_there(mine, layer, now):
    mine.take(greeting("yours"))
    listen_on(mine, now, 6)
    mine.say(batch(1))
    assert wire.BATCH not in await said(layer)
    mine.take(greeting("yours"))
    mine.say(batch(2))
    assert wire.BATCH in await said(layer)


async def test_greets_again_and_again(mine, layer, monkeypatch):
    monkeypatch.setattr(exchange, "GREET_SECONDS", 0.01)
    greeting = asyncio.create_task(mine.greet())
    await asyncio.sleep(0.1)
    greeting.cancel()
    assert len(await said(layer)) >= 2


async def test_what_comes_together_is_said_together_and_in_order(mine, layer):
    mine.take(greeting("yours"))
    for number in (1, 3, 5):
        mine.say(batch(number))
    await said(layer)
    (told,) = [message for message in layer.said if message["type"] == wire.BATCH]
    events = [
        (seq, kind, None if place == wire.NOTHING else told["data"][place])
        for _type, _id, seq, kind, _at, place in told["events"]
    ]
    assert events == [
        (1, "note", b'{"id":1}'),
        (2, "gone", None),
        (3, "note", b'{"id":3}'),
        (4, "gone", None),
        (5, "note", b'{"id":5}'),
        (6, "gone", None),
    ]
    assert [told["data"][place] for _kind, place, *_to in told["passing"]] == [b'{"of":1}', b'{"of":3}', b'{"of":5}']
    assert [argument for *_who, argument in told["controls"]] == ["1", "3", "5"]


async def test_joining_changes_no_batch(layer):
    first, second = batch(1), batch(3)
    wire.merged([first, second])
    assert (first, second) == (batch(1) | {"rung": first["rung"]}, batch(3) | {"rung": second["rung"]})
    assert wire.merged([first]) is first


async def test_a_layer_that_fails_stops_nothing(mine, layer):
    mine.take(greeting("yours"))
    await said(layer)
    layer.fails = True
    mine.say(batch(1))
    await asyncio.sleep(0.05)
    layer.fails = False
    mine.say(batch(2))
    await said(layer)
    assert layer.said[-1]["events"][0][2] == 2
