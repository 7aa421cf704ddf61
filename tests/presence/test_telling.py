"""A unit of work that stands in somebody's way is tried again, but not for ever."""

import pytest
from django.db import OperationalError

from presence import telling
from presence.telling import DEADLOCK, LOCK_WAIT_TIMEOUT, service


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(telling.time, "sleep", lambda seconds: None)


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
def test_not_once_the_time_for_an_answer_is_over(monkeypatch):
    monkeypatch.setattr(telling, "TRY_SECONDS", -1)
    with pytest.raises(OperationalError):
        stumbling(1, LOCK_WAIT_TIMEOUT)()


@pytest.mark.django_db(transaction=True)
def test_what_is_no_deadlock_is_not_tried_again():
    with pytest.raises(OperationalError):
        stumbling(1, 2013)()
