"""A unit of work that stands in somebody's way is tried again, but not for ever."""

import contextvars

import pytest
from django.db import OperationalError

from offers_project.kernel import patience
from presence import pool, telling
from presence.telling import DEADLOCK, LOCK_WAIT_TIMEOUT, service


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(telling.time, "sleep", lambda seconds: None)


def each_takes_five_seconds(monkeypatch):
    now = [1000.0]
    outermost = telling._outermost

    def slow(*args, **kwargs):
        now[0] += 5
        return outermost(*args, **kwargs)

    monkeypatch.setattr(telling, "_outermost", slow)
    monkeypatch.setattr(telling.time, "monotonic", lambda: now[0])


def stumbling(times, code):
    tries = []

    @service
    def work():
        tries.append(code)
        if len(tries) <= times:
            raise OperationalError(code, "in the way")
        return len(tries)

    return work


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", [DEADLOCK, LOCK_WAIT_TIMEOUT])
def test_a_deadlock_is_tried_again(code):
    assert stumbling(3, code)() == 4


@pytest.mark.django_db(transaction=True)
def test_not_for_ever():
    with pytest.raises(OperationalError):
        stumbling(telling.TRIES, DEADLOCK)()


@pytest.mark.django_db(transaction=True)
def test_not_once_the_time_for_an_answer_is_over():
    token = patience.queue_seconds.set(-1)
    with pytest.raises(OperationalError):
        stumbling(1, LOCK_WAIT_TIMEOUT)()
    patience.queue_seconds.reset(token)


@pytest.mark.django_db(transaction=True)
def test_who_stands_in_line_for_a_lock_is_served_however_often_the_wait_for_it_was_cut_off(monkeypatch):
    """Five seconds each: more than a request waited for in all, when only one time-out was allowed for."""
    each_takes_five_seconds(monkeypatch)
    assert stumbling(4, LOCK_WAIT_TIMEOUT)() == 5


@pytest.mark.django_db(transaction=True)
def test_in_a_thread_that_others_wait_for_the_line_is_shorter(monkeypatch):
    each_takes_five_seconds(monkeypatch)
    with pytest.raises(OperationalError):
        contextvars.copy_context().run(pool.with_connection, stumbling(4, LOCK_WAIT_TIMEOUT))


@pytest.mark.django_db(transaction=True)
def test_what_is_no_deadlock_is_not_tried_again():
    with pytest.raises(OperationalError):
        stumbling(1, 2013)()
