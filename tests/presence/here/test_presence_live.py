"""Who comes and who has gone is told, once, to those whom it concerns."""

import signal
import time

import pytest

from presence.here import online
from presence.models import SocketSession
from tests.client import Device
from tests.presence.factories import connect, key, make_driver, make_user

SHORT = {"LEASE_SECONDS": 3, "LEASE_RENEW_SECONDS": 1, "PRESENCE_GRACE_SECONDS": 2}


def changes(device: Device, who) -> list[bool]:
    """What a device has heard of somebody's coming and going."""
    told = [frame["data"] for frame in device.passing if frame["type"] == "presence_changed"]
    return [data["online"] for data in told if data["actor"] == who.actor.as_dict()]


def test_office_hears_of_a_driver_coming_and_going_once(each_serve):
    server = each_serve(**SHORT)
    driver, other = make_driver(), make_driver()
    with connect(server, make_user()) as desk, connect(server, other) as stranger:
        phone = connect(server, driver)
        tablet = connect(server, driver)
        desk.wait_until(lambda it: changes(it, driver) == [True])
        assert online.online({key(driver)})[key(driver)].online
        phone.close()
        tablet.close()
        desk.wait_until(lambda it: changes(it, driver) == [True, False])
        seen = online.online({key(driver)})[key(driver)]
        assert not seen.online
        assert seen.last_seen is not None
        assert changes(stranger, driver) == []


def test_coming_back_within_the_grace_tells_nothing(serve):
    server = serve(**SHORT)
    driver = make_driver()
    with connect(server, make_user()) as desk:
        for _ in range(4):
            with connect(server, driver):
                time.sleep(0.3)
            time.sleep(0.3)
        with connect(server, driver):
            # Longer than the grace and the lease: it would have been told by now.
            time.sleep(4)
            assert changes(desk, driver) == [True]


def test_silence_and_a_killed_process_are_noticed_by_another(serve):
    first, second = serve(**SHORT), serve(HEADS_SECONDS=0.2, **SHORT)
    driver = make_driver()
    with connect(second, make_user()) as desk:
        connect(first, driver)
        deadline = time.monotonic() + 20
        while not online.online({key(driver)})[key(driver)].online:
            assert time.monotonic() < deadline
        first.process.send_signal(signal.SIGKILL)
        desk.wait_until(lambda it: changes(it, driver)[-1:] == [False], timeout=30)
    assert not online.online({key(driver)})[key(driver)].online


@pytest.mark.long
def test_who_falls_silent_is_gone_within_the_time_that_is_promised(serve):
    phones = {}
    for kind in ("uvicorn", "daphne"):
        driver = make_driver()
        phones[key(driver)] = connect(serve(kind), driver)
    assert all(seen.online for seen in online.online(phones).values())
    for phone in phones.values():
        phone.fall_silent()
    deadline = time.monotonic() + 75
    while any(seen.online for seen in online.online(phones).values()):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_driver_hears_of_those_who_joined_a_chat_with_them(serve):
    server = serve(**SHORT)
    driver = make_driver(id=2)  # `listen` joins the chat with this driver.
    olga, other = make_user(), make_user()
    with connect(server, driver) as phone, connect(server, other):
        desk = connect(server, olga)
        assert changes(phone, olga) == []
        desk.ask("listen")
        desk.ask("listen")
        phone.wait_until(lambda it: changes(it, olga) == [True])
        desk.close()
        again = connect(server, olga)
        again.ask("listen")
        again.close()
        phone.wait_until(lambda it: changes(it, olga) == [True, False])
        with connect(server, olga) as back:
            back.ask("listen")
            phone.wait_until(lambda it: changes(it, olga) == [True, False, True])
        assert changes(phone, other) == []


def test_counts_are_of_people_and_not_of_connections(server):
    driver = make_driver()
    with connect(server, driver), connect(server, driver), connect(server, make_user()):
        assert online.counts() == {"drivers": 1, "dispatchers": 1}
        assert SocketSession.objects.filter(actor_type="driver").count() == 2


def test_lost_leases_are_taken_again(serve):
    server = serve(**SHORT)
    driver = make_driver()
    with connect(server, make_user()) as desk, connect(server, driver):
        desk.wait_until(lambda it: changes(it, driver) == [True])
        SocketSession.objects.all().delete()
        deadline = time.monotonic() + 20
        while SocketSession.objects.count() < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
