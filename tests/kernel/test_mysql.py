"""The trips that a transaction takes on MySQL and MariaDB."""

import gc
import threading
from contextlib import suppress

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from kernel import rows
from presence.models import StreamHead

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

INSERT = "INSERT INTO stream_heads (actor_type, actor_id, seq, floor) VALUES ('driver', %s, 0, 0)"


@pytest.fixture
def trips(monkeypatch):
    """What is sent to the database, each time."""
    if connection.vendor != "mysql":
        pytest.skip("This is about MySQL.")
    connection.ensure_connection()
    sent = []

    class Listening(type(connection.connection)):
        def query(self, query):
            sent.append(bytes(query).decode())
            super().query(query)

        def commit(self):
            sent.append("(commit)")
            super().commit()

        def rollback(self):
            sent.append("(rollback)")
            super().rollback()

    monkeypatch.setattr(connection.connection, "__class__", Listening)
    return sent


def ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def in_one(*steps):
    """Insert the numbers and ask the questions in one transaction; an exception is raised."""
    with transaction.atomic():
        for step in steps:
            if isinstance(step, int):
                connection.later(INSERT, [step])
            elif isinstance(step, str):
                ask(step)
            elif isinstance(step, list):
                connection.later("SELECT 5", (), step.append)
            else:
                raise step


def ids():
    return sorted(StreamHead.objects.values_list("actor_id", flat=True))


def test_a_transaction_begins_with_its_first_statement_and_ends_with_its_last(trips):
    with transaction.atomic():
        assert ask("SELECT 5") == ((5,),)
        connection.later(INSERT, [1])
        connection.later(INSERT, [2])
    assert [trip.split(" ", 2)[0] for trip in trips] == ["BEGIN;", "INSERT"]
    assert trips[0] == "BEGIN; SELECT 5"
    assert trips[1].count("INSERT") == 2
    assert trips[1].endswith("; COMMIT")
    assert ids() == [1, 2]


def test_a_transaction_in_which_nothing_is_asked_takes_no_trip(trips):
    with transaction.atomic():
        pass
    with transaction.atomic():
        transaction.set_rollback(True)
    assert trips == []


def test_what_was_asked_is_answered_and_counted_as_ever(trips):
    with transaction.atomic():
        connection.later(INSERT, [1])
        connection.later(INSERT, [2])
        assert StreamHead.objects.filter(actor_id__in=[1, 2]).update(seq=3) == 2
        assert list(StreamHead.objects.order_by("actor_id").values_list("actor_id", "seq")) == [(1, 3), (2, 3)]
    assert trips[-1] == "(commit)"


def test_a_transaction_is_one_and_its_end_is_its_end(trips):
    assert ask("SELECT @@autocommit, @@in_transaction") == ((1, 0),)
    with transaction.atomic():
        assert ask("SELECT @@in_transaction") == ((1,),)
    assert ask("SELECT @@autocommit, @@in_transaction") == ((1, 0),)


def test_what_fails_with_the_commit_leaves_nothing(trips):
    StreamHead.objects.create(actor_type="driver", actor_id=1)
    with pytest.raises(IntegrityError):
        in_one(2, 1)
    assert ids() == [1]
    assert ask("SELECT @@in_transaction") == ((0,),)


def test_what_fails_in_a_part_of_a_transaction_leaves_the_rest(trips):
    with transaction.atomic():
        connection.later(INSERT, [1])
        with pytest.raises(IntegrityError):
            in_one(2, 1)
        connection.later(INSERT, [3])
    assert ids() == [1, 3]


def test_what_is_given_up_is_not_done(trips):
    for steps in ((1, ZeroDivisionError), ("SELECT 5", 2, ZeroDivisionError)):
        with pytest.raises(ZeroDivisionError):
            in_one(*steps)
    assert ids() == []
    assert "(rollback)" in trips


def test_a_connection_that_has_ended_holds_nothing_back(trips):
    with pytest.raises(DatabaseError):
        in_one(1, "KILL CONNECTION_ID()")
    assert ask("SELECT 5") == ((5,),)
    assert ids() == []


def test_what_was_held_back_hands_over_its_rows_with_the_commit_or_before_what_is_asked_next(trips):
    heard = []
    with transaction.atomic():
        connection.later(f"{INSERT} RETURNING actor_id", [1], heard.append)
        connection.later(INSERT, [2])
        assert heard == []
    assert heard == [((1,),)]
    with transaction.atomic():
        connection.later(f"{INSERT} RETURNING actor_id", [3], heard.append)
        assert ask("SELECT 5") == ((5,),)
        assert heard == [((1,),), ((3,),)]
    assert ids() == [1, 2, 3]


def test_what_is_given_up_or_fails_hands_over_nothing(trips):
    heard = []
    with transaction.atomic():
        connection.later("SELECT 5", (), heard.append)
        transaction.set_rollback(True)
    StreamHead.objects.create(actor_type="driver", actor_id=1)
    with pytest.raises(IntegrityError):
        in_one(heard, 1)
    assert heard == []


def test_rows_name_the_keys_of_the_rows_inserted_before_them(trips):
    """`@@auto_increment_increment` is more than 1 where several servers write, each its own share of the numbers."""
    for step in (1, 3):
        StreamHead.objects.all().delete()
        ask(f"SET SESSION auto_increment_increment = {step}")
        names = ("actor_type", "actor_id", "seq", "floor")
        with transaction.atomic():
            rows.later(rows.inserting(StreamHead, names, [("driver", number, 0, 0) for number in (7, 8, 9)]))
            naming = [("office", number, rows.Inserted(place), 0) for place, number in enumerate((7, 8, 9))]
            rows.later(rows.inserting(StreamHead, names, naming))
        keys = dict(StreamHead.objects.filter(actor_type="driver").values_list("actor_id", "pk"))
        assert dict(StreamHead.objects.filter(actor_type="office").values_list("actor_id", "seq")) == keys
        assert keys[8] - keys[7] == keys[9] - keys[8] == step
    ask("SET SESSION auto_increment_increment = 1")


def test_what_comes_after_a_deadlock_that_was_caught_is_not_committed_without_what_came_before_it():
    if connection.vendor != "mysql":
        pytest.skip("This is about MySQL.")
    for number in (1, 2):
        ask(f"{INSERT % number}")
    both_are_there, faults = threading.Barrier(2), []

    def stand_in_the_way(first, second):
        try:
            with transaction.atomic():
                StreamHead.objects.select_for_update().get(actor_type="driver", actor_id=first)
                StreamHead.objects.create(actor_type="driver", actor_id=10 * first)
                both_are_there.wait(30)
                with suppress(OperationalError):
                    StreamHead.objects.select_for_update().get(actor_type="driver", actor_id=second)
                    return
                StreamHead.objects.create(actor_type="driver", actor_id=100 * first)
        except transaction.TransactionManagementError as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=stand_in_the_way, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(faults) == 1
    assert ids() in ([1, 2, 10], [1, 2, 20])


def test_an_error_keeps_no_result_that_another_thread_would_have_to_free(trips):
    """The collector frees it in whatever thread it runs, and takes the connection away from the one that uses it."""
    StreamHead.objects.create(actor_type="driver", actor_id=1)
    is_over = threading.Event()

    def collect():
        while not is_over.is_set():
            gc.collect(0)

    collector = threading.Thread(target=collect)
    collector.start()
    kept = []
    try:
        for _time in range(400):
            with pytest.raises(IntegrityError) as refused:
                connection.together([("SELECT 1", ()), ("SELECT 2", ()), (INSERT, [1])])
            kept.append(refused)
            kept[:-3] = []
            assert ask("SELECT 5") == ((5,),)
    finally:
        is_over.set()
        collector.join()


def test_where_a_transaction_cannot_be_ended_the_next_ones_are_still_transactions(trips, monkeypatch):
    def fail(_connection, _autocommit):
        raise OperationalError("gone")

    with monkeypatch.context() as failing:
        failing.setattr(type(connection.connection), "autocommit", fail, raising=False)
        with pytest.raises(OperationalError), transaction.atomic():
            ask("SELECT 1")
    with pytest.raises(ZeroDivisionError):
        in_one(1, "SELECT 5", ZeroDivisionError)
    assert ids() == []


def test_what_is_held_back_when_a_part_is_given_up_is_not_done(trips):
    heard = []
    with transaction.atomic():
        ask("SELECT 5")
        with pytest.raises(ZeroDivisionError):
            in_one(heard, 1, ZeroDivisionError)
    assert (heard, ids()) == ([], [])
