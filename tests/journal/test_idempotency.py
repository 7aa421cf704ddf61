"""Keys that are claimed, answered, given up and forgotten. How views use them is tested with the doors."""

import random
import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from journal import idempotency
from journal.models import Entry, IdempotencyKey
from kernel import clock
from kernel.errors import Conflict, RateLimited
from kernel.unit_of_work import service

pytestmark = pytest.mark.django_db

REQUEST = {"actor": "dispatcher:1", "key": "k", "path": "/api/offers", "body": b'{"a": 1, "b": 2}'}


def age(by: timedelta) -> None:
    IdempotencyKey.objects.update(created_at=clock.now() - by)


def test_a_key_is_claimed_answered_and_answered_again():
    claim = idempotency.begin(**REQUEST)
    idempotency.keep(claim, status=201, body=b"made")
    assert idempotency.begin(**REQUEST) == idempotency.Kept(status=201, body=b"made")
    assert idempotency.begin(**REQUEST | {"body": b'{"b":2,"a":1}'}) == idempotency.Kept(status=201, body=b"made")


@pytest.mark.parametrize("change", [{"body": b"{}"}, {"body": b"no json"}, {"path": "/api/other"}])
def test_another_request_is_a_conflict(change):
    claim = idempotency.begin(**REQUEST)
    for _ in range(2):
        with pytest.raises(Conflict):
            idempotency.begin(**REQUEST | change)
        idempotency.keep(claim, status=200, body=b"")
    assert IdempotencyKey.objects.count() == 1


def test_a_key_that_is_still_being_answered_is_a_conflict():
    idempotency.begin(**REQUEST)
    with pytest.raises(Conflict):
        idempotency.begin(**REQUEST)


def test_a_key_that_was_given_up_is_free():
    idempotency.give_up(idempotency.begin(**REQUEST))
    assert isinstance(idempotency.begin(**REQUEST), idempotency.Claim)


def test_an_answer_that_is_kept_is_not_given_up():
    claim = idempotency.begin(**REQUEST)
    idempotency.keep(claim, status=200, body=b"x")
    idempotency.give_up(claim)
    assert isinstance(idempotency.begin(**REQUEST), idempotency.Kept)


def test_a_claim_whose_process_died_is_free_after_a_while():
    idempotency.begin(**REQUEST)
    age(idempotency.GIVE_UP - timedelta(minutes=1))
    with pytest.raises(Conflict):
        idempotency.begin(**REQUEST)
    age(idempotency.GIVE_UP + timedelta(minutes=1))
    assert isinstance(idempotency.begin(**REQUEST), idempotency.Claim)


@service
def change(fault=None):
    Entry.objects.create(verb="x", at=clock.now())
    if fault:
        raise fault


@pytest.mark.parametrize("fault", [None, Conflict()])
def test_what_had_changed_something_before_its_process_died_is_not_done_again(fault):
    """Killed after the commit and before the answer was kept."""
    idempotency.begin(**REQUEST)
    with suppress(Conflict):
        change(fault)
    with pytest.raises(Conflict) as waiting:
        idempotency.begin(**REQUEST)
    assert waiting.value.extra == {"first_status": None}
    assert idempotency.what_became(actor=REQUEST["actor"], key="k") == idempotency.Known(status=None)
    age(idempotency.GIVE_UP + timedelta(minutes=1))
    if fault:
        assert idempotency.what_became(actor=REQUEST["actor"], key="k") is None
        assert isinstance(idempotency.begin(**REQUEST), idempotency.Claim)
        return
    for request in (REQUEST, REQUEST | {"body": b"{}"}):
        with pytest.raises(Conflict) as done:
            idempotency.begin(**request)
        assert done.value.extra == {"first_status": 200}
    assert idempotency.what_became(actor=REQUEST["actor"], key="k") == idempotency.Known(status=200)
    assert idempotency.answer_to(actor=REQUEST["actor"], key="k") is None


def test_what_has_changed_something_is_answered_or_given_up_as_before():
    claim = idempotency.begin(**REQUEST)
    change()
    idempotency.keep(claim, status=201, body=b"made")
    change()  # Something else, afterwards.
    assert idempotency.begin(**REQUEST) == idempotency.Kept(status=201, body=b"made")
    other = idempotency.begin(**REQUEST | {"key": "other"})
    change()
    idempotency.give_up(other)
    change()
    assert list(IdempotencyKey.objects.values_list("key", "status")) == [("k", 201)]


def test_answers_are_given_for_a_day():
    idempotency.keep(idempotency.begin(**REQUEST), status=200, body=b"x")
    age(timedelta(hours=23, minutes=59))
    assert idempotency.prune() == 0
    assert isinstance(idempotency.begin(**REQUEST), idempotency.Kept)
    age(timedelta(hours=24, minutes=1))
    assert isinstance(idempotency.begin(**REQUEST), idempotency.Claim)
    age(timedelta(hours=24, minutes=1))
    assert idempotency.prune() == 1
    assert not IdempotencyKey.objects.exists()


def test_an_answer_that_cannot_be_read_any_more_is_no_second_try(settings):
    idempotency.keep(idempotency.begin(**REQUEST), status=200, body=b"x")
    settings.SECRET_KEY = "another"
    with pytest.raises(Conflict):
        idempotency.begin(**REQUEST)


def test_a_long_answer_that_says_little_is_given_again():
    answer = b'{"id": 1, "route": "Dallas, TX to Tulsa, OK"}' * 10_000
    idempotency.keep(idempotency.begin(**REQUEST), status=201, body=answer)
    assert idempotency.begin(**REQUEST) == idempotency.Kept(status=201, body=answer)
    assert len(IdempotencyKey.objects.get().answer) < 10_000


def test_what_was_done_is_not_done_again_when_its_answer_is_too_long_to_be_kept():
    idempotency.keep(idempotency.begin(**REQUEST), status=201, body=random.randbytes(idempotency.ANSWER_MAX))
    assert IdempotencyKey.objects.get().answer is None
    with pytest.raises(Conflict) as refused:
        idempotency.begin(**REQUEST)
    assert "too long" in str(refused.value)


def test_a_refusal_too_long_to_be_kept_leaves_the_key_free():
    for size, kept in ((900, 1), (1024, 0)):
        IdempotencyKey.objects.all().delete()
        idempotency.keep(idempotency.begin(**REQUEST), status=400, body=random.randbytes(size))
        assert IdempotencyKey.objects.count() == kept


def test_an_actor_has_so_many_keys_a_day(settings):
    settings.IDEMPOTENCY_KEYS_PER_DAY = 3
    for number in range(3):
        idempotency.begin(**REQUEST | {"key": f"k{number}"})
    with pytest.raises(RateLimited):
        idempotency.begin(**REQUEST | {"key": "k3"})
    assert IdempotencyKey.objects.count() == 3
    assert isinstance(idempotency.begin(**REQUEST | {"actor": "driver:1"}), idempotency.Claim)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_the_work(repetitions):
    for number in range(repetitions):
        start = threading.Barrier(6)
        claims, refused = [], []

        def come(number=number, start=start, claims=claims, refused=refused) -> None:
            start.wait()
            try:
                claims.append(idempotency.begin(**REQUEST | {"key": f"k{number}"}))
            except Conflict:
                refused.append(1)
            finally:
                connection.close()

        threads = [threading.Thread(target=come) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(claims), len(refused)) == (1, 5)
