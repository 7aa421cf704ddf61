"""Ringing never raises and never waits; what comes from outside is delivered to those whom it concerns."""

import asyncio
import threading

import pytest
from channels.layers import InMemoryChannelLayer

from kernel import clock
from kernel.actors import Actor, ActorKey
from presence import metrics
from presence.doorbell import bus, exchange, standalone, topics, wire
from presence.doorbell.bus import Batch, Control, Event, Passing
from presence.here import acquaintances
from presence.live import hub, identity
from presence.live.hub import Hub

OLGA = Actor("dispatcher", 1, "Olga", "manager")
DRIVER = ActorKey("driver", 7)


class Ear:
    """Stands for a connection."""

    is_placed = True
    revocations = 0
    is_closing = False
    auth_session_id = None

    def __init__(self, actor):
        self.id = str(id(self))
        self.actor, self.key, self.topics = actor, actor.key, set()
        self.heard, self.codes = [], []
        self.position = self

    def deliver(self, seq, frame):
        self.heard.append(wire.read(frame))

    def pass_on(self, frame):
        self.heard.append(wire.read(frame))

    def close(self, code):
        self.codes.append(code)


def packed(**what):
    return wire.pack(Batch(**what), sender="another")


@pytest.fixture
async def the_hub():
    return Hub(asyncio.get_running_loop())


@pytest.fixture
def clocked(monkeypatch):
    monkeypatch.setattr(clock, "iso", lambda moment: "now")


async def test_delivers_by_person_and_by_topic(the_hub, clocked):
    olga, driver = Ear(OLGA), Ear(Actor("driver", 7, "Dan", "driver"))
    for ear in (olga, driver):
        the_hub.add(ear)
    data = {"id": 5}
    the_hub.deliver(
        packed(
            events=[Event(OLGA.key, 3, "note", None, data), Event(ActorKey("driver", 1), 3, "note", None, data)],
            passing=[
                Passing("a", data, (topics.OFFICE, topics.MANAGERS)),
                Passing("b", data, (topics.of_actor(DRIVER),)),
                Passing("c", data, (topics.OFFICE,), (OLGA.key,)),
            ],
        )
    )
    assert olga.heard == [{"type": "note", "seq": 3, "at": "now", "data": data}, {"type": "a", "data": data}]
    assert driver.heard == [{"type": "b", "data": data}]


async def test_same_data_is_encoded_once(clocked):
    data = {"id": 5}
    message = packed(events=[Event(ActorKey("driver", n), 1, "note", None, data) for n in range(200)])
    assert message["data"] == [b'{"id":5}']


async def test_controls_reach_the_connections_of_one_person(the_hub):
    olga, other = Ear(OLGA), Ear(Actor("dispatcher", 2, "Ole", "dispatcher"))
    for ear in (olga, other):
        ear.auth_session_id = "s"
        the_hub.add(ear)
        the_hub.roster.join(ear, topics.of_chat(1, 2))
        the_hub.roster.join(ear, topics.of_chat(3, 2))
    the_hub.deliver(packed(controls=[Control("leave", OLGA.key, topics.of_offer_chats(1))]))
    assert topics.of_chat(1, 2) not in olga.topics
    assert topics.of_chat(3, 2) in olga.topics
    assert topics.of_chat(1, 2) in other.topics
    the_hub.deliver(packed(controls=[Control("close", OLGA.key, "another"), Control("renew", OLGA.key)]))
    the_hub.deliver(packed(controls=[Control("close", OLGA.key, "s")]))
    assert (olga.codes, other.codes) == ([4005, 4503], [])


async def test_forgetting_leaves_nothing_behind(the_hub):
    the_hub.is_draining = True
    olga = Ear(OLGA)
    the_hub.add(olga)
    the_hub.roster.join(olga, "x")
    the_hub.forget(olga)
    the_hub.forget(olga)
    assert (the_hub.roster.people, the_hub.roster._topics, olga.topics) == ({}, {}, set())


async def test_presence_of_the_office_is_told_to_each_driver_once(the_hub):
    driver = Ear(Actor("driver", 7, "Dan", "driver"))
    the_hub.add(driver)
    for _ in range(2):
        the_hub.announce_presence(OLGA, topics.of_chat(1, 7))
        the_hub.announce_presence(OLGA, topics.of_chat(2, 7))
        the_hub.announce_presence(driver.actor, topics.of_chat(2, 7))
        the_hub.announce_presence(OLGA, topics.OFFICE)
    assert [frame["data"]["online"] for frame in driver.heard] == [True]
    assert acquaintances.have_met(OLGA.key, topics.of_actor(DRIVER))
    assert acquaintances.met_by(OLGA.key) == (topics.of_actor(DRIVER),)
    the_hub.deliver(packed(controls=[Control("parted", OLGA.key)]))
    assert acquaintances.met_by(OLGA.key) == ()


async def test_nonsense_of_another_process_is_survived(the_hub):
    the_hub._exchange.receive({"type": wire.BATCH, "from": "another"})
    the_hub._exchange.receive({})


def failures() -> float:
    samples = [sample for metric in metrics.PUBLISH_FAILURES.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


def test_ringing_never_raises(monkeypatch):
    before = failures()
    hub.publish(Batch(passing=[Passing("a", {"bad": {1, 2}}, ("x",))]))
    monkeypatch.setattr(exchange, "is_shared", lambda: 1 / 0)
    hub.publish(Batch(passing=[Passing("a", {}, ("x",))]))
    assert failures() > before


def test_what_nobody_publishes_is_dropped_and_counted(monkeypatch):
    monkeypatch.setattr(bus, "_publisher", None)
    before = failures()
    bus.publish(Batch(passing=[Passing("a", {}, ("x",))]))
    assert failures() - before == 1


def test_the_hub_publishes():
    assert bus._publisher is hub.publish


def test_ringing_from_outside_goes_through_the_layer(monkeypatch):
    taken = []
    monkeypatch.setattr(exchange, "is_shared", lambda: True)
    monkeypatch.setattr("presence.doorbell.standalone.publish", lambda group, message: taken.append((group, message)))
    hub.publish(Batch(passing=[Passing("a", {}, ("x",))]))
    ((group, message),) = taken
    assert group == exchange.GROUP
    # What the layers of Channels may carry, and nothing else.
    assert InMemoryChannelLayer().require_valid_group_name(group)
    assert {type(value) for value in message.values()} <= {str, list}
    assert {type(each) for each in message["batches"]} == {bytes}


def test_outside_of_a_server_a_thread_rings(monkeypatch):
    heard = threading.Event()

    class Layer:
        async def group_send(self, group, message):
            heard.set()

    monkeypatch.setattr(standalone, "get_channel_layer", Layer)
    standalone.publish("group", wire.envelope([packed()]))
    assert heard.wait(20)
    monkeypatch.setattr(standalone, "WAITING_MAX", 0)
    before = failures()
    standalone.publish("group", wire.envelope([packed()]))
    assert failures() == before + 1


def test_figures_are_told_as_prometheus_reads_them():
    body, content_type = metrics.exposition()
    assert b"live_connections" in body
    assert content_type.startswith("text/plain")


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://localhost:8000", "localhost:8000", True),
        ("http://LOCALHOST", "localhost", True),
        ("https://localhost:8000", "localhost:8000", False),
        ("ws://localhost:8000", "localhost:8000", False),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://evil.example", "localhost:8000", False),
        ("http://evil.example", "evil.example", False),
        ("https://a.trusted.example", "localhost", True),
        ("http://a.trusted.example", "localhost", False),
        ("https://nottrusted.example", "localhost", False),
        ("null", "localhost", False),
        ("", "", False),
        ("file://", "", False),
        ("http://[", "localhost", False),
    ],
)
def test_origin_is_ours_or_trusted(settings, origin, host, ours):
    settings.ALLOWED_HOSTS = ["localhost", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.trusted.example"]
    assert identity.is_our_origin(origin, host, "http") is ours
