"""What is told soon: at once when it was quiet, then once in a while, a little at a time."""

import pytest
from django.db import transaction

from presence.engine import coalescing
from presence.engine.coalescing import Coalescer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    moment = {"now": 1000.0}
    monkeypatch.setattr(coalescing.time, "monotonic", lambda: moment["now"])
    return moment


def test_is_due_at_once_and_then_once_in_a_while(clock):
    changed: Coalescer[str] = Coalescer()
    changed.mark_on_commit(["a"])
    assert changed.take_due() == {"a"}
    changed.mark_on_commit(["a", "b"])
    assert changed.take_due() == {"b"}
    clock["now"] += coalescing.EVERY_SECONDS - 0.1
    assert changed.take_due() == set()
    clock["now"] += 0.2
    assert changed.take_due() == {"a"}
    clock["now"] += 5
    assert changed.take_due() == set()


def test_what_waited_longest_comes_first_a_little_at_a_time(clock, monkeypatch):
    monkeypatch.setattr(coalescing, "AT_A_TIME", 2)
    changed: Coalescer[int] = Coalescer()
    for number in range(5):
        changed.mark_on_commit([number])
    assert [changed.take_due() for _look in range(4)] == [{0, 1}, {2, 3}, {4}, set()]


def test_nothing_changes_before_it_is_committed_nor_when_it_is_not(clock):
    changed: Coalescer[str] = Coalescer()
    with transaction.atomic():
        changed.mark_on_commit(["a"])
        assert changed.take_due() == set()
    assert changed.take_due() == {"a"}
    with transaction.atomic():
        changed.mark_on_commit(["b"])
        transaction.set_rollback(True)
    assert changed.take_due() == set()


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(coalescing, "MOST", 2)
    changed: Coalescer[int] = Coalescer()
    for number in range(4):
        changed.mark_on_commit([number])
    assert changed.take_due() == {0, 1}
    changed.mark_on_commit([7])
    assert changed.take_due() == {7}
    changed.mark_on_commit([8])
    changed.reset()
    assert changed.take_due() == set()


def test_whoever_takes_long_to_tell_rests_for_longer(clock):
    changed: Coalescer[str] = Coalescer()
    changed.mark_on_commit(["a"])
    with changed.draining() as due:
        assert due == {"a"}
        clock["now"] += 1
    changed.mark_on_commit(["b"])
    clock["now"] += coalescing.REST - 0.1
    with changed.draining() as due:
        assert due == set()
    clock["now"] += 0.2
    with changed.draining() as due:
        assert due == {"b"}


def test_more_may_be_due_at_one_time_where_it_costs_little():
    changed: Coalescer[int] = Coalescer(at_a_time=coalescing.AT_A_TIME + 5)
    changed.mark(range(coalescing.AT_A_TIME + 9))
    assert [len(changed.take_due()) for _look in range(3)] == [coalescing.AT_A_TIME + 5, 4, 0]
