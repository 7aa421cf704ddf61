"""Who is let in, how, and for how long."""

import json
from contextlib import ExitStack

import httpx
import pytest
from django.contrib.sessions.backends.db import SessionStore

from accounts import services as accounts_services
from tests.client import Closed, Device, Refused
from tests.presence import notes
from tests.presence.factories import connect, key, make_driver, make_user, token_of


def cookie_of(user) -> str:
    """The cookie of a browser in which this person has signed in by the page."""
    session = accounts_services.open_session(actor=user.actor, way="password")
    store = SessionStore()
    store["actor"] = list(user.actor.key)
    store["auth_session"] = str(session.pk)
    store.save()
    return f"sessionid={store.session_key}"


def test_ready_says_who_where_and_how_often(each_shared_server):
    olga = make_user()
    with connect(each_shared_server, olga) as device:
        ready = dict(device.ready)
        assert device._socket.subprotocol == "offers.v1"
    assert ready.pop("connection_id")
    assert ready.pop("epoch")
    assert ready.pop("server_time").endswith("Z")
    assert ready == {
        "type": "ready",
        "user": {"type": "dispatcher", "id": olga.pk, "name": olga.name, "role": "dispatcher"},
        "head": 0,
        "recovered": False,
        "heartbeat_interval": 25,
    }


@pytest.mark.parametrize(
    "first",
    [
        '{"type": "heartbeat", "ref": "1"}',
        '{"type": "authenticate", "token": "nonsense"}',
        '{"type": "authenticate", "token": "a.b.c"}',
        '{"type": "authenticate", "token": ""}',
        '{"type": "authenticate", "token": 5}',
        '{"type": "authenticate", "token": "%s"}' % ("x" * 9000),
        '{"type": "authenticate"}',
        '{"token": "x"}',
        "not json",
        "[]",
        b"\x00",
        "x" * 70_000,
    ],
    ids=[
        "another",
        "ticket",
        "token",
        "empty",
        "number",
        "long",
        "nothing",
        "untyped",
        "no json",
        "no object",
        "binary",
        "large",
    ],
)
def test_first_frame_that_shows_nobody_is_closed_as_not_authenticated(shared_server, first):
    device = Device(shared_server.socket_url, authenticate=False)
    device.say_raw(first)
    assert device.wait_until_closed() == 4500
    assert device.frames == []


def test_silence_is_closed_as_not_authenticated(each_shared_server):
    device = Device(each_shared_server.socket_url, authenticate=False)
    assert device.wait_until_closed(timeout=15) == 4500


def test_tokens_in_the_address_are_not_read(shared_server):
    token = token_of(make_user().actor)
    with pytest.raises(Closed) as closed:
        Device(f"{shared_server.socket_url}?token={token}")
    assert closed.value.code == 4500


def test_cookie_counts_from_our_own_pages_only(shared_server):
    cookie = cookie_of(make_user())
    with Device(shared_server.socket_url, cookie=cookie, origin=shared_server.url) as device:
        assert device.ready
    for origin in ("https://elsewhere.example", None):
        with pytest.raises(Closed) as closed:
            Device(shared_server.socket_url, cookie=cookie, origin=origin)
        assert closed.value.code == 4500


def test_ticket_opens_once(shared_server):
    user = make_user()
    answer = httpx.post(
        f"{shared_server.url}/api/socket/auth", headers={"Authorization": f"Bearer {token_of(user.actor)}"}
    )
    ticket = answer.json()["ticket"]
    with Device(shared_server.socket_url, token=ticket) as device:
        assert device.ready["user"]["id"] == user.pk
    with pytest.raises(Closed) as closed:
        Device(shared_server.socket_url, token=ticket)
    assert closed.value.code == 4500


def test_expired_token_closes_and_a_renewed_one_goes_on(each_shared_server):
    olga = make_user()
    url, token = each_shared_server.socket_url, token_of(olga.actor, seconds=3)
    with Device(url, token=token) as short, Device(url, token=token) as renewed:
        renewed.authenticate(token=token_of(olga.actor))
        assert short.wait_until_closed() == 4005
        assert renewed.ask("note", number=5) == {"by": olga.name}
        renewed.wait_until(lambda it: it.durable)


def test_renewing_is_for_the_same_person(shared_server):
    olga, other = make_user(), make_user()
    with connect(shared_server, olga) as device:
        for token in (token_of(other.actor), "a.b.c"):
            with pytest.raises(Refused) as refused:
                device.ask("authenticate", token=token)
            assert refused.value.code == "not_authenticated"
        assert device.ask("note", number=5) == {"by": olga.name}


def test_unknown_field_of_authenticate_is_refused_and_one_may_try_again(shared_server):
    token = token_of(make_user().actor)
    device = Device(shared_server.socket_url, authenticate=False)
    device.say_raw(json.dumps({"type": "authenticate", "token": token, "colour": "red"}))
    assert device.wait_for("error")["code"] == "validation_error"
    assert device.authenticate(token=token)
    device.close()


def test_cursor_is_served_where_it_can_be(serve):
    server = serve(REPLAY_MAX=5)
    olga = make_user()
    notes.write(to=[key(olga)], number=5, times=8)
    with connect(server, olga) as device:
        epoch = device.ready["epoch"]
        assert device.ready["head"] == 8
    for seq, recovered in ((8, True), (3, True), (2, False), (9, False), (-1, False)):
        with connect(server, olga, cursor={"epoch": epoch, "seq": seq}) as device:
            assert device.ready["recovered"] is recovered, seq
            device.ask("note", number=6)
            device.wait_until(lambda it: it.durable and it.durable[-1]["data"]["id"] == 6)
            assert len(device.durable) == (8 - seq + 1 if recovered else 1)
        olga = make_user()
        notes.write(to=[key(olga)], number=5, times=8)
    for cursor in ({"epoch": "another", "seq": 8}, {"epoch": epoch}, {"epoch": epoch, "seq": "8"}, [], "x"):
        with connect(server, olga, cursor=cursor) as device:
            assert device.ready["recovered"] is False


def test_drivers_are_let_in_too(shared_server):
    driver = make_driver()
    with connect(shared_server, driver) as device:
        assert device.ready["user"] == {"type": "driver", "id": driver.pk, "name": driver.name, "role": "driver"}


def test_beyond_so_many_connections_of_one_person_the_one_that_is_silent_for_longest_ends(serve):
    server = serve(CONNECTIONS_MAX=3)
    olga, otto = make_user(), make_user()
    with ExitStack() as stack:
        first, second, third = (stack.enter_context(connect(server, olga)) for _each in range(3))
        other = stack.enter_context(connect(server, otto))
        first.say(type="heartbeat")
        first.wait_for("pong")
        fourth = stack.enter_context(connect(server, olga))
        assert second.wait_until_closed() == 4501
        for device in (first, third, fourth, other):
            device.say(type="heartbeat")
            device.wait_for("pong")
            assert device.close_code is None
