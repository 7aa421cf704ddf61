"""What may happen between a frame and its answer."""

import asyncio
import threading

import pytest

from accounts import services as accounts_services
from accounts.sign_in.validity import SignedIn
from kernel.actors import Actor
from kernel.errors import NotFound
from presence.doorbell import topics, wire
from presence.doorbell.bus import Batch, Control
from presence.here.leases import Lease
from presence.live import consumer as module
from presence.live.commands import Command
from presence.live.connection import Connection
from presence.live.consumer import LiveConsumer
from presence.live.entering import enter_many
from presence.live.hub import Hub
from tests.presence.factories import key, make_user

OLGA = Actor("dispatcher", 1, "Olga", "dispatcher")
CHAT = topics.of_chat(1, 2)


@pytest.fixture
async def sent():
    return []


@pytest.fixture
async def consumer(sent):
    """One whose client has connected, and nothing more."""

    async def send(message):
        sent.append(message)

    consumer = LiveConsumer()
    consumer.scope, consumer.base_send = {"headers": []}, send
    consumer.hub = Hub(asyncio.get_running_loop())
    consumer.connection = Connection("c", consumer.hub, send)
    return consumer


async def test_whoever_has_spoken_in_time_is_not_closed_while_the_server_looks_who_it_is(
    consumer, sent, settings, monkeypatch
):
    settings.PRESENCE = settings.PRESENCE | {"AUTHENTICATE_SECONDS": 0.01}
    found_out = threading.Event()
    monkeypatch.setattr(module.identity.tickets, "redeem", lambda _: found_out.wait(20) and None)
    await consumer.connect()
    opening = asyncio.ensure_future(consumer.open("a ticket", None))
    await asyncio.sleep(0.1)  # Ten times as long as they may be silent.
    assert not consumer.connection.is_closing
    found_out.set()
    await opening
    await consumer.connection.outbox.written()
    assert sent[-1] == {"type": "websocket.close", "code": 4500}


async def test_chat_that_is_taken_away_while_it_is_being_joined_is_not_joined(consumer, monkeypatch):
    asked = []

    async def do(command, call):
        asked.append(call)
        if len(asked) == 2:
            raise NotFound
        call.join(CHAT)
        control = Control("leave", OLGA.key, topics.of_offer_chats(1))
        consumer.hub.deliver(wire.pack(Batch(controls=[control]), sender="another"))

    monkeypatch.setattr(consumer.hub, "do", do)
    consumer.connection.bind(SignedIn(OLGA, None, None), expires_at=None, language="en")
    consumer.hub.add(consumer.connection)
    with pytest.raises(NotFound):
        await consumer._command("r", Command("join", None), {})
    assert CHAT not in consumer.connection.topics
    assert len(asked) == 2


@pytest.mark.django_db(transaction=True)
def test_sign_in_that_ended_before_anybody_listened_is_found_on_entering():
    users = [make_user() for _ in range(3)]
    sessions = [accounts_services.open_session(actor=user.actor, way="password") for user in users]
    entries = [
        Lease(f"lease{number}", "p", key(user), str(session.pk))
        for number, (user, session) in enumerate(zip(users, sessions, strict=True))
    ]
    accounts_services.end_session(auth_session_id=sessions[0].pk, key=key(users[0]), because="signed out")
    type(users[1]).objects.filter(pk=users[1].pk).update(role="manager")
    assert [entered.actor and entered.actor.role for entered in enter_many(entries)] == [None, "manager", "dispatcher"]
