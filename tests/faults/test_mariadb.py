"""The database is away, in trouble, or busy with somebody else: who sends is told `unavailable` soon and may say it
again, nothing is half done, connections stay open, and everything goes on by itself afterwards.
"""

import threading
from collections import Counter
from contextlib import suppress
from itertools import chain

import httpx
import MySQLdb
import pytest

from tests.faults.conftest import everything_is_right

pytestmark = pytest.mark.faults


def everybody_stayed(crowd):
    """Nobody's connection has ended, by whatever code."""
    return sum((phone.codes for phone in crowd.phones), Counter()) == Counter()


def is_told_unavailable(crowd, times=30):
    """Whoever sends is answered although the database is not there: so many refusals come while it is away."""
    enough = crowd.refusals["unavailable"] + times
    crowd.wait(lambda: crowd.refusals["unavailable"] >= enough, "refusals")


def readiness(server):
    answer = httpx.get(f"{server.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["checks"]["database"]


def test_gone_and_back(stage, pair, crowd):
    crowd.go_on()
    with stage.mariadb.gone():
        is_told_unavailable(crowd)
        assert {readiness(server) for server in pair} == {(503, "failing")}
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)
    assert {readiness(server) for server in pair} == {(200, "ok")}


def test_frozen(stage, pair, crowd):
    crowd.go_on()
    with stage.mariadb.frozen():
        is_told_unavailable(crowd, times=60)
        assert {readiness(server) for server in pair} == {(503, "failing")}
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)


def test_connections_killed(stage, crowd):
    for _ in range(3):
        crowd.go_on()
        assert stage.mariadb.end_connections() > 0
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)


def test_read_only(stage, crowd):
    crowd.go_on()
    with stage.mariadb.set_to(read_only=1):
        is_told_unavailable(crowd)
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)


def test_out_of_connections(stage, crowd):
    crowd.go_on()
    with stage.mariadb.out_of_connections():
        is_told_unavailable(crowd)
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)


def test_deadlocks_are_tried_again(stage, crowd):
    """Somebody else locks what sends lock, the other way round."""
    crowd.go_on()
    conversations = [chat["conversation_id"] for chat in chain(*(person.chats for person in crowd.people))]
    is_over, deadlocks = threading.Event(), stage.mariadb.deadlocks

    def stand_in_the_way():
        with stage.mariadb.session() as session:
            while not is_over.is_set():
                with suppress(MySQLdb.OperationalError):  # The one of the two that InnoDB has chosen.
                    session.do("BEGIN")
                    session.do("SELECT * FROM stream_heads ORDER BY id DESC FOR UPDATE")
                    session.do("SELECT * FROM conversations WHERE id IN %s ORDER BY id DESC FOR UPDATE", conversations)
                    session.do("UPDATE stream_heads SET floor = floor")
                session.do("ROLLBACK")
                is_over.wait(0.2)

    thread = threading.Thread(target=stand_in_the_way)
    before = deadlocks()
    thread.start()
    try:
        crowd.wait(lambda: deadlocks() >= before + 10, "ten deadlocks")
        crowd.go_on()
    finally:
        is_over.set()
        thread.join()
    everything_is_right(stage, crowd)
    assert crowd.refusals == {}


def test_lock_held_by_somebody_else_holds_up_only_those_who_need_it(stage, crowd):
    crowd.go_on()
    held = crowd.people[0].chats[0]["conversation_id"]
    with stage.mariadb.locked("SELECT * FROM conversations WHERE id = %s FOR UPDATE", held):
        # Longer than servers wait for a lock: those who need it are told, and say it again.
        crowd.wait(lambda: crowd.refusals["unavailable"] >= 2, "refusals")
        before = [message for message in crowd.acked.values() if message["conversation_id"] != held]
        crowd.wait(
            lambda: sum(message["conversation_id"] != held for message in crowd.acked.values()) > len(before) + 60,
            "others to go on",
        )
    crowd.go_on()
    assert everybody_stayed(crowd)
    everything_is_right(stage, crowd)
