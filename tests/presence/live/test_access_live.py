"""Access that is taken away ends on open connections too: by our doors at once, by the older system's writes soon."""

import time

import httpx
import pytest

from accounts import services as accounts_services
from accounts.facts import RoleChanged, SessionsEnded
from drivers.models import Driver
from kernel.unit_of_work import service
from presence import services
from presence.doorbell import topics
from presence.log.telling import stop_listening
from tests.client import Closed, Device
from tests.presence import notes
from tests.presence.factories import connect, key, make_driver, make_user, token_of

AT_MOST = 10
"""Seconds until what the older system takes away must have ended."""


def deactivated_user(server):
    user = make_user()
    device = connect(server, user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    return device


def deleted_user(server):
    user = make_user()
    device = connect(server, user)
    type(user).objects.filter(pk=user.pk).delete()
    return device


def deactivated_truck(server):
    driver = make_driver()
    device = connect(server, driver)
    Driver.objects.filter(pk=driver.pk).update(is_active=False)
    return device


def another_phone(server):
    driver = make_driver(cell_phone="214 555 0101")
    device = connect(server, driver)
    Driver.objects.filter(pk=driver.pk).update(cell_phone="214 555 0199")
    return device


def another_password(server):
    user = make_user(password="$2y$04$before")
    device = connect(server, user)
    type(user).objects.filter(pk=user.pk).update(password="$2y$04$after")
    return device


@pytest.mark.parametrize(
    "take_away", [deactivated_user, deleted_user, deactivated_truck, another_phone, another_password]
)
def test_what_the_older_system_takes_away_ends(shared_server, take_away):
    with connect(shared_server, make_user()) as other:
        assert take_away(shared_server).wait_until_closed(timeout=AT_MOST) == 4503
        assert other.ask("note", number=5)


def test_another_role_lets_them_come_again(shared_server):
    user = make_user("manager")
    device = connect(shared_server, user)
    type(user).objects.filter(pk=user.pk).update(role="dispatcher")
    assert device.wait_until_closed(timeout=AT_MOST) == 4005
    with connect(shared_server, type(user).objects.get(pk=user.pk)) as again:
        assert again.ready["user"]["role"] == "dispatcher"


def test_another_role_is_not_kept_by_renewing(serve):
    server = serve(WATCH_SECONDS=600)
    user = make_user("manager")
    device = connect(server, user)
    type(user).objects.filter(pk=user.pk).update(role="dispatcher")
    with pytest.raises(Closed) as closed:
        device.authenticate(token=token_of(user.actor))
    assert closed.value.code == 4005


def test_signing_out_at_the_same_server_closes_at_once(serve):
    server = serve(WATCH_SECONDS=600)
    user = make_user()
    mine = accounts_services.begin_session(actor=user.actor, way="password")
    with connect(server, user) as other:
        device = Device(server.socket_url, token=mine.access)
        began = time.monotonic()
        said = {"Authorization": f"Bearer {mine.access}"}
        assert httpx.post(f"{server.url}/api/auth/logout", json={"refresh": mine.refresh}, headers=said).is_success
        assert device.wait_until_closed() == 4503
        assert time.monotonic() - began < 1
        assert other.ask("note", number=5)


def test_ended_sign_in_closes_its_own_connections_only(shared_server):
    user = make_user()
    mine, others = token_of(user.actor), token_of(user.actor)
    with Device(shared_server.socket_url, token=others) as other:
        device = Device(shared_server.socket_url, token=mine)
        sid = str(device_session(mine))
        accounts_services.end_session(auth_session_id=sid, key=key(user), because="signed out")
        assert device.wait_until_closed(timeout=AT_MOST) == 4503
        assert other.ask("note", number=5)


def device_session(token: str) -> object:
    from accounts.sign_in import tokens

    return tokens.actor_of(token).auth_session_id


@pytest.mark.django_db(transaction=True)
def test_closing_by_our_own_doors_is_told_at_once(rung):
    user = make_user()
    services.close_ended(SessionsEnded(key(user)))
    services.close_ended(SessionsEnded(key(user), "a-session"))
    services.come_again(RoleChanged(key(user), before="manager", after="dispatcher"))
    told = [(each.action, each.key, each.argument) for batch in rung for each in batch.controls]
    assert told == [
        ("close", key(user), ""),
        ("close", key(user), "a-session"),
        ("renew", key(user), ""),
    ]


@pytest.mark.services
def test_our_own_doors_close_within_a_second(serve):
    server = serve(WATCH_SECONDS=600, HEADS_SECONDS=600)
    user, other = make_user(), make_user()
    with connect(server, other) as stays:
        device = connect(server, user)
        began = time.monotonic()
        services.close_ended(SessionsEnded(key(user)))
        assert device.wait_until_closed() == 4503
        assert time.monotonic() - began < 1
        assert stays.ask("note", number=5)


@pytest.mark.services
def test_narrowing_takes_a_person_out_of_a_chat(serve):
    server = serve()

    @service
    def narrow(key) -> None:
        stop_listening(key, topics_beginning=topics.of_offer_chats(1))

    one, two, three = make_user(), make_user(), make_user()
    with connect(server, one) as hums, connect(server, two) as narrowed, connect(server, three) as hears:
        for device in (hums, narrowed, hears):
            device.ask("listen")
        narrow(key(two))
        notes.write(to=[key(two)], number=5)
        narrowed.wait_until(lambda it: it.durable)
        hums.ask("hum")
        hears.wait_for("humming_ended")
        assert not [frame for frame in narrowed.passing if frame["type"].startswith("humming")]
