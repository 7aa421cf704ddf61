"""The database is away, in trouble, or busy with somebody else: who sends is told `unavailable` soon and may say it
again, nothing is half done, connections stay open, and everything goes on by itself afterwards.
"""

import httpx
import pytest

from tests.faults.conftest import everything_is_right
from tests.faults.scenes import PATIENT, is_told_unavailable, others_go_on, standing_in_the_way

pytestmark = pytest.mark.faults


def readiness(server):
    answer = httpx.get(f"{server.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["checks"]["database"]


def test_gone_and_back(stage, pair, crowd):
    crowd.go_on()
    with stage.mariadb.gone():
        is_told_unavailable(crowd)
        assert {readiness(server) for server in pair} == {(503, "failing")}
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)
    assert {readiness(server) for server in pair} == {(200, "ok")}


def test_frozen(stage, pair, crowd):
    crowd.go_on()
    with stage.mariadb.frozen():
        is_told_unavailable(crowd, times=60)
        assert {readiness(server) for server in pair} == {(503, "failing")}
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)


def test_connections_killed(stage, crowd):
    for _ in range(3):
        crowd.go_on()
        assert stage.mariadb.end_connections() > 0
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)


def test_read_only(stage, crowd):
    crowd.go_on()
    with stage.mariadb.set_to(read_only=1):
        is_told_unavailable(crowd)
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)


def test_out_of_connections(stage, crowd):
    crowd.go_on()
    with stage.mariadb.out_of_connections():
        is_told_unavailable(crowd)
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)


def test_deadlocks_are_tried_again(stage, crowd):
    crowd.go_on()
    with standing_in_the_way(stage.mariadb, crowd):
        crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}


def test_lock_held_by_somebody_else_holds_up_only_those_who_need_it(stage, servers):
    with stage.crowd(servers("uvicorn", **PATIENT)) as crowd:
        crowd.go_on()
        others_go_on(stage.mariadb, crowd)
        crowd.go_on()
        everything_is_right(stage, crowd)
        assert crowd.refusals == {}


def test_whoever_waits_in_vain_for_a_lock_is_told(stage, crowd):
    crowd.go_on()
    held = crowd.people[0].chats[0]["conversation_id"]
    with stage.mariadb.locked("SELECT * FROM conversations WHERE id = %s FOR UPDATE", held):
        is_told_unavailable(crowd, times=2)
    crowd.go_on()
    assert crowd.everybody_stayed()
    everything_is_right(stage, crowd)
