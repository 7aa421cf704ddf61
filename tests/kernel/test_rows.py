"""Rows read and written by the hundred, on whatever database this is."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kernel import clock, rows
from presence.models import StreamEvent, StreamHead

pytestmark = pytest.mark.django_db

PERSON = ("actor_type", "actor_id")


def inserting(*numbers: int, **more) -> rows.Statement:
    return rows.inserting(StreamHead, (*PERSON, "seq", "floor"), [("driver", n, 0, 0) for n in numbers], **more)


def reading(*numbers: int, **more) -> rows.Statement:
    return rows.reading(StreamHead, ("actor_id", "seq"), PERSON, [("driver", n) for n in numbers], **more)


def test_what_is_inserted_is_read_by_several_columns():
    rows.done(inserting(1, 2, 3))
    (found,) = rows.done(reading(3, 1, 9, order=PERSON))
    assert [tuple(row) for row in found] == [(1, 0), (3, 0)]
    (found,) = rows.done(rows.reading(StreamHead, ("actor_id",), ("actor_id",), [(2,)], lock=True))
    assert [tuple(row) for row in found] == [(2,)]


def test_each_number_grows_by_its_own_amount_and_others_are_set():
    rows.done(inserting(1, 2, 3, 4))
    keys = dict(StreamHead.objects.values_list("actor_id", "pk"))
    rows.done(rows.adding(StreamHead, "seq", {keys[1]: 1, keys[2]: 5, keys[3]: 1}, floor=7))
    rows.done(rows.adding(StreamHead, "seq", {keys[1]: 2}))
    found = StreamHead.objects.order_by("actor_id").values_list("actor_id", "seq", "floor")
    assert list(found) == [(1, 3, 7), (2, 5, 7), (3, 1, 7), (4, 0, 0)]


def test_texts_are_quoted_and_nothing_is_something():
    hostile = "'; DROP TABLE stream_heads; -- %s %(x)s \\"
    at = rows.moment(clock.now())
    fields = (*PERSON, "seq", "kind", "object_id", "detail", "at")
    rows.done(rows.inserting(StreamEvent, fields, [("driver", 1, 1, hostile[:32], 5, 0, at)]))
    assert StreamEvent.objects.get().kind == hostile[:32]
    (found,) = rows.done(rows.reading(StreamEvent, ("seq",), ("kind",), [(hostile[:32],)]))
    assert [tuple(row) for row in found] == [(1,)]
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.done(rows.inserting(StreamEvent, fields, [("driver", 1, 2, None, 5, 0, at)]))


def test_answers_come_in_the_order_of_the_questions_whatever_is_between():
    answers = rows.done(reading(1), inserting(1), reading(1), reading(), inserting(2), reading(2))
    assert [[tuple(row) for row in answer] for answer in answers] == [[], [(1, 0)], [], [(2, 0)]]
    assert [list(found) for found in rows.done(reading())] == [[]]
    assert rows.done() == []


def test_the_database_tells_what_it_has_inserted_where_it_can():
    if not rows.can_tell():
        pytest.skip("This database does not.")
    told, found = rows.done(inserting(1, 2, tell=("actor_id", "id")), reading(2))
    assert {tuple(row) for row in told} == set(StreamHead.objects.values_list("actor_id", "pk"))
    assert [tuple(row) for row in found] == [(2, 0)]


def test_a_statement_that_fails_in_the_middle_is_said_and_nothing_is_half_done():
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.done(inserting(1), inserting(1), reading(1))
    assert not StreamHead.objects.exists()
    rows.done(inserting(1))  # The connection is as good as before.
    assert StreamHead.objects.count() == 1


def test_what_stands_together_is_one_trip_where_the_database_takes_it():
    with CaptureQueriesContext(connection) as trips:
        rows.done(inserting(1), reading(1), reading(), inserting(2))
    assert len(trips) == (1 if connection.vendor == "mysql" else 3)


def test_the_time_comes_along():
    before = clock.now()
    StreamHead.objects.create(actor_type="driver", actor_id=1)
    (found,) = rows.done(rows.reading(StreamHead, ("seq",), PERSON, [("driver", 1)], tell_time=True))
    ((_seq, told),) = found
    assert before <= clock.as_told(told) <= clock.now()
    with clock.standing_at(before):
        assert clock.as_told(told) == before


def test_what_may_be_done_later_is_done_before_anything_else_is_asked():
    with transaction.atomic():
        rows.later(inserting(1), inserting(2))
        (found,) = rows.done(reading(1, 2, order=PERSON))
        assert [tuple(row) for row in found] == [(1, 0), (2, 0)]
        rows.later(inserting(3))
        assert StreamHead.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_may_be_done_later_is_done_with_the_commit_or_not_at_all():
    rows.later(inserting(1))  # Outside of a transaction there is no later.
    assert StreamHead.objects.count() == 1
    with transaction.atomic():
        rows.later(inserting(2), inserting(3))
    assert StreamHead.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.later(inserting(4), inserting(1))
    with transaction.atomic():
        rows.later(inserting(5))
        transaction.set_rollback(True)
    assert StreamHead.objects.count() == 3
