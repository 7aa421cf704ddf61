"""Who is here, while processes die, stop and come back: each coming and going is told once, and nothing else."""

import signal
import time
from contextlib import ExitStack, contextmanager

import pytest

from tests.client import Device
from tests.faults.conftest import everything_is_right
from tests.faults.scenes import SHORT_LEASES, coming_and_going

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("nobody")]


@contextmanager
def watching(server, person):
    """An office person's device, which is told of every driver's coming and going."""
    with Device(server.socket_url, token=person["token"]) as device:
        yield device


def wait_until_told(device, told, patience=60):
    device.wait_until(lambda it: told(coming_and_going(it.passing)), timeout=patience)


def drivers(stage):
    return [tuple(each["key"]) for each in stage.people if each["key"][0] == "driver"]


def test_process_killed_where_everybody_is_elsewhere_too(stage, servers):
    dying, staying = servers("uvicorn", "daphne", **SHORT_LEASES)
    with watching(staying, stage.people[0]) as desk, stage.crowd([dying, staying]) as crowd:
        crowd.go_on()
        wait_until_told(desk, lambda told: len(told) == len(drivers(stage)))
        dying.process.kill()
        crowd.addresses = [staying.socket_url]
        crowd.go_on()
        time.sleep(2 * int(SHORT_LEASES["LEASE_SECONDS"]))  # By now it would have been told that somebody has gone.
        everything_is_right(stage, crowd)
        assert coming_and_going(desk.passing) == {key: [True] for key in drivers(stage)}


def test_process_killed_where_they_were(stage, servers):
    dying, staying = servers("uvicorn", "uvicorn", **SHORT_LEASES)
    with watching(staying, stage.people[0]) as desk:
        with stage.crowd([dying], devices=1) as crowd:
            crowd.go_on()
            wait_until_told(desk, lambda told: len(told) == len(drivers(stage)))
            dying.process.kill()
        wait_until_told(desk, lambda told: all(edges == [True, False] for edges in told.values()))
        assert set(coming_and_going(desk.passing)) == set(drivers(stage))


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_process_stopped_past_its_leases_and_back(stage, servers, kind):
    stopped, other = servers(kind, "uvicorn", **SHORT_LEASES, DATABASE_IDLE_SECONDS="4")
    with watching(other, stage.people[0]) as desk, stage.crowd([stopped], devices=1) as crowd:
        crowd.go_on()
        wait_until_told(desk, lambda told: len(told) == len(drivers(stage)))
        stopped.process.send_signal(signal.SIGSTOP)
        try:
            wait_until_told(desk, lambda told: all(edges == [True, False] for edges in told.values()))
        finally:
            stopped.process.send_signal(signal.SIGCONT)
        wait_until_told(desk, lambda told: all(edges == [True, False, True] for edges in told.values()))
        crowd.go_on()
        time.sleep(2 * int(SHORT_LEASES["LEASE_SECONDS"]))
        everything_is_right(stage, crowd)
        assert coming_and_going(desk.passing) == {key: [True, False, True] for key in drivers(stage)}


def test_database_away_for_longer_than_the_leases(stage, servers):
    """Nobody could renew, and nobody has gone."""
    with ExitStack() as stack:
        pair = servers("uvicorn", "daphne", **SHORT_LEASES)
        desk = stack.enter_context(watching(pair[0], stage.people[0]))
        crowd = stack.enter_context(stage.crowd(pair))
        crowd.go_on()
        wait_until_told(desk, lambda told: len(told) == len(drivers(stage)))
        with stage.mariadb.gone():
            time.sleep(2 * int(SHORT_LEASES["LEASE_SECONDS"]))
        crowd.go_on()
        time.sleep(2 * int(SHORT_LEASES["LEASE_SECONDS"]))
        assert crowd.everybody_stayed()
        everything_is_right(stage, crowd)
        assert coming_and_going(desk.passing) == {key: [True] for key in drivers(stage)}


def test_many_tabs(stage, servers):
    both = servers("uvicorn", "daphne", **SHORT_LEASES)
    driver = next(each for each in stage.people if each["key"][0] == "driver")
    key = tuple(driver["key"])
    with watching(both[0], stage.people[0]) as desk:
        with ExitStack() as tabs:
            for number in range(12):
                tabs.enter_context(Device(both[number % 2].socket_url, token=driver["token"]))
            for number in range(12):
                Device(both[number % 2].socket_url, token=driver["token"]).cut()
        wait_until_told(desk, lambda told: told.get(key) == [True, False])
        with Device(both[1].socket_url, token=driver["token"]):
            wait_until_told(desk, lambda told: told.get(key) == [True, False, True])
