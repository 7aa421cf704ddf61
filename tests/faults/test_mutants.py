"""The checks notice: a short fault on a server that does without the mechanism which makes up for it."""

import time

import pytest

from tests.client import Device
from tests.faults import checks
from tests.faults.scenes import (
    PATIENT,
    SHORT_LEASES,
    coming_and_going,
    is_told_unavailable,
    others_go_on,
    standing_in_the_way,
)
from tests.faults.test_servers import triggered, wait_for_the_end

pytestmark = pytest.mark.faults

SOON = 12.0
"""How long is waited for what is not to come."""


@pytest.fixture
def found(stage, servers, spoiled):
    """What the checks find after `fault`, on servers without a mechanism and a database of their own."""

    def find(off, fault, kinds=("uvicorn",), **environment):
        started = servers(*kinds, database=spoiled, OFF=off, **environment)
        with stage.crowd(started, spoiled) as crowd:
            crowd.go_on(40)
            fault(crowd, started)
            return checks.violations(crowd, lambda *query: stage.mariadb.rows(*query, database=spoiled), SOON)

    return find


def cut_off(crowd, started):
    for _ in range(8):
        crowd.go_on(15)
        crowd.cut()
    crowd.go_on(15)


def talk(crowd, started):
    crowd.go_on(120)


@pytest.mark.parametrize(
    ("off", "fault", "environment", "violation"),
    [
        ("gap_filling", talk, {"LOST_DOORBELLS": "0.3"}, "missing"),
        ("heads", talk, {"LOST_DOORBELLS": "0.3"}, "missing"),
        ("order", talk, {"LOST_DOORBELLS": "0.3"}, "came after"),
        ("client_ids", cut_off, {}, "times"),
        ("pages", cut_off, {}, "closed with 4010"),
        ("durability", talk, {}, "was acknowledged as"),
    ],
)
def test_missing_mechanism_is_found(found, off, fault, environment, violation):
    violations = found(off, fault, **environment)
    assert any(violation in each for each in violations), violations


def test_half_done_work_is_found(found, tmp_path):
    def kill(crowd, started):
        with triggered(tmp_path, "before_commit"):
            wait_for_the_end(*started)
        crowd.go_on(20)

    violations = found("one_transaction", kill, kinds=("uvicorn", "uvicorn"))
    assert any("was told to" in each for each in violations), violations


def test_deadlocks_that_are_not_tried_again_are_found(stage, servers, spoiled):
    with stage.crowd(servers("uvicorn", database=spoiled, OFF="retry"), spoiled) as crowd:
        crowd.go_on(20)
        with standing_in_the_way(stage.mariadb, crowd, database=spoiled):
            crowd.wait(lambda: crowd.refusals["unavailable"], "a refusal")


def test_cache_without_fallback_is_found(stage, servers):
    with stage.crowd(servers("uvicorn", OFF="cache_fallback")) as crowd:
        crowd.go_on(20)
        with stage.redis.gone():
            crowd.wait(lambda: crowd.refusals["unavailable"], "a refusal")


def test_waiting_without_end_is_found(stage, servers):
    with stage.crowd(servers("uvicorn", OFF="time_outs")) as crowd:
        crowd.go_on(20)
        with stage.mariadb.frozen(), pytest.raises(AssertionError, match="Waited in vain"):
            is_told_unavailable(crowd, patience=SOON)


def test_batch_that_holds_up_everybody_is_found(stage, servers):
    with stage.crowd(servers("uvicorn", OFF="side_by_side", **PATIENT)) as crowd:
        crowd.go_on(20)
        with pytest.raises(AssertionError, match="Waited in vain"):
            others_go_on(stage.mariadb, crowd, acks=300, patience=SOON)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("off", "wrong"), [("leases", [True, False]), ("edges", [True, True])])
def test_presence_that_is_told_wrongly_is_found(stage, servers, off, wrong):
    (server,) = servers("uvicorn", OFF=off, **SHORT_LEASES)
    driver = next(each for each in stage.people if each["key"][0] == "driver")
    with (
        Device(server.socket_url, token=stage.people[0]["token"]) as desk,
        Device(server.socket_url, token=driver["token"]),
        Device(server.socket_url, token=driver["token"]),
    ):
        deadline = time.monotonic() + 60
        while coming_and_going(desk.passing).get(tuple(driver["key"]), [])[:2] != wrong:
            assert time.monotonic() < deadline, desk.passing
            time.sleep(0.1)
