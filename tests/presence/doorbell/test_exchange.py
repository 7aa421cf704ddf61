"""Processes publish to one another what they tell, together where it comes together, and in order."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import ANY

import pytest

from kernel.actors import ActorKey
from presence.doorbell import exchange, wire
from presence.doorbell.bus import Batch, Control, Event, Passing
from presence.doorbell.exchange import Exchange

DRIVER = ActorKey("driver", 7)
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Layer:
    """A channel layer that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[wire.Packed] = []
        self.fails = False

    async def group_send(self, group: str, message: wire.Packed) -> None:
        if self.fails:
            raise ConnectionError
        self.sent.append(message)


@pytest.fixture
def layer(monkeypatch):
    layer = Layer()
    monkeypatch.setattr(exchange, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(exchange, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(exchange, "FAILED_SECONDS", 0.02)
    return layer


@pytest.fixture
def received():
    return []


@pytest.fixture
async def mine(layer, received):
    return Exchange("mine", on_batch=received.append)


def batch(seq: int, sender: str = "mine") -> wire.Packed:
    data = {"id": seq}
    told = Batch(
        events=[Event(DRIVER, seq, "note", NOW, data), Event(DRIVER, seq + 1, "gone", NOW, None)],
        passing=[Passing("hum", {"of": seq}, ("topic",))],
        controls=[Control("close", DRIVER, str(seq))],
    )
    return wire.pack(told, sender=sender)


async def sent(layer: Layer) -> list[wire.Packed]:
    await asyncio.sleep(0.05)
    return layer.sent


async def test_the_first_batch_is_published_whoever_is_there(mine, layer):
    mine.publish(batch(1))
    (message,) = await sent(layer)
    assert [packed["events"] for packed in wire.opened(message)] == [batch(1)["events"]]


async def test_a_process_hears_the_others_and_not_itself(mine, received):
    others, outside = batch(1, sender="yours"), batch(3, sender=wire.OUTSIDE)
    for packed in (others, batch(2), outside):
        mine.receive(wire.envelope([packed]))
    assert received == [others, outside]


async def test_what_this_process_has_published_itself_is_not_even_decoded(mine, received):
    mine.receive({"type": wire.BATCH, "from": "mine", "batches": [b"nonsense"]})
    mine.receive({"type": wire.BATCH, "from": "yours", "batches": [b"nonsense"]})
    assert received == []


async def test_what_comes_together_is_published_together_and_in_order(mine, layer):
    for number in (1, 3, 5):
        mine.publish(batch(number))
    (message,) = await sent(layer)
    assert wire.opened(message) == [batch(number) | {"rung": ANY} for number in (1, 3, 5)]


async def test_a_layer_that_fails_stops_nothing(mine, layer):
    layer.fails = True
    mine.publish(batch(1))
    await asyncio.sleep(0.05)
    layer.fails = False
    mine.publish(batch(2))
    (message,) = await sent(layer)
    assert [packed["events"][0][2] for packed in wire.opened(message)] == [2]


async def test_no_more_waits_than_there_is_room_for(mine, layer, monkeypatch):
    monkeypatch.setattr(exchange, "WAITING_MAX", 1)
    for number in (1, 3):
        mine.publish(batch(number))
    (message,) = await sent(layer)
    assert [packed["events"][0][2] for packed in wire.opened(message)] == [1]
