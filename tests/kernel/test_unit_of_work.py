"""One transaction for all services in it; tried again after a deadlock, not for ever; what joins refuses in time."""

import contextvars
import threading
from contextlib import suppress
from typing import ClassVar

import pytest
from django.db import OperationalError, connection

import journal.services
from accounts.models import AuthSession
from accounts.services import begin_session
from journal.models import Entry
from kernel import clock, database_timeouts, unit_of_work
from kernel.errors import Conflict
from kernel.unit_of_work import DEADLOCK, LOCK_WAIT_TIMEOUT, service
from presence.engine import pool
from tests.accounts.factories import make_user
from tests.units import Watch


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(unit_of_work.time, "sleep", lambda seconds: None)


def each_takes_five_seconds(monkeypatch):
    now = [1000.0]
    begin = unit_of_work._begin

    def slow(*args):
        now[0] += 5
        return begin(*args)

    monkeypatch.setattr(unit_of_work, "_begin", slow)
    monkeypatch.setattr(unit_of_work.time, "monotonic", lambda: now[0])


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
        stumbling(unit_of_work.TRIES, DEADLOCK)()


@pytest.mark.django_db(transaction=True)
def test_not_once_the_time_for_an_answer_is_over():
    token = database_timeouts.queue_seconds.set(-1)
    with pytest.raises(OperationalError):
        stumbling(1, LOCK_WAIT_TIMEOUT)()
    database_timeouts.queue_seconds.reset(token)


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


class Collected:
    """A part that keeps when it was finished, and in which transaction."""

    finished: ClassVar[list[tuple[list[str], bool]]] = []

    def __init__(self) -> None:
        self.said: list[str] = []

    def finish(self) -> None:
        self.finished.append((self.said, connection.in_atomic_block))


@pytest.fixture
def finished(monkeypatch):
    monkeypatch.setattr(Collected, "finished", [])
    return Collected.finished


def collect(word):
    unit_of_work.current().part(Collected).said.append(word)


@pytest.mark.django_db(transaction=True)
def test_services_in_one_another_are_one_unit(finished):
    told = []

    @service
    def inner(word):
        collect(word)
        unit_of_work.after_commit(lambda: told.append((word, connection.in_atomic_block)))

    @service
    def outer():
        inner("a")
        inner("b")
        assert (finished, told) == ([], [])

    outer()
    assert finished == [(["a", "b"], True)]
    assert told == [("a", False), ("b", False)]
    assert unit_of_work.current() is None


@pytest.mark.django_db(transaction=True)
def test_a_service_called_after_the_commit_is_a_unit_of_its_own(finished):
    """What it collects would otherwise be collected in a unit that has been finished."""
    seen = []

    @service
    def second():
        Entry.objects.create(verb="x", at=clock.now())
        collect("second")
        seen.append(connection.in_atomic_block)
        unit_of_work.after_commit(third)

    @service
    def third():
        collect("third")
        unit_of_work.after_commit(lambda: seen.append("last"))

    @service
    def fails():
        Entry.objects.create(verb="x", at=clock.now())
        raise Conflict

    @service
    def first():
        collect("first")
        unit_of_work.after_commit(fails)
        unit_of_work.after_commit(second)

    first()
    assert finished == [(["first"], True), (["second"], True), (["third"], True)]
    assert seen == [True, "last"]
    assert Entry.objects.count() == 1  # What the failing one wrote was undone.


@pytest.mark.django_db(transaction=True)
def test_a_service_in_another_thread_is_a_unit_of_its_own(finished):
    """Its connection has no part in the transaction of the unit that started it."""
    seen = []

    @service
    def inner():
        collect("inner")
        seen.append(connection.in_atomic_block)

    def work():
        try:
            seen.append(unit_of_work.current())
            may_write.wait(30)  # SQLite has one writer.
            inner()
        finally:
            connection.close()

    @service
    def outer():
        collect("outer")
        thread = threading.Thread(target=contextvars.copy_context().run, args=[work])
        thread.start()
        return thread

    may_write = threading.Event()
    thread = outer()
    may_write.set()
    thread.join()
    assert seen == [None, True]
    assert finished == [(["outer"], True), (["inner"], True)]


@pytest.mark.django_db(transaction=True)
def test_a_part_that_is_asked_for_by_one_that_finishes_is_finished_too(finished):
    class Asking:
        def finish(self):
            collect("asked for")

    @service
    def work():
        unit_of_work.current().part(Asking)

    work()
    assert finished == [(["asked for"], True)]


async def coroutine():
    pass


def generator():
    yield


async def asynchronous_generator():
    yield


@pytest.mark.parametrize("function", [coroutine, generator, asynchronous_generator])
@pytest.mark.parametrize("make", [service, unit_of_work.in_transaction])
def test_what_would_be_done_after_its_transaction_is_no_service(make, function):
    with pytest.raises(TypeError, match="after its transaction"):
        make(function)


@pytest.mark.django_db(transaction=True)
def test_what_is_no_unit_is_one_transaction_and_tried_again_as_well():
    tries = []

    @unit_of_work.in_transaction
    def work():
        Entry.objects.create(verb="x", at=clock.now())
        tries.append((connection.in_atomic_block, unit_of_work.current()))
        if len(tries) < 3:
            raise OperationalError(DEADLOCK, "in the way")

    work()
    assert tries == [(True, None)] * 3
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_is_undone_and_never_finished(finished):
    told = []

    @service
    def outer():
        Entry.objects.create(verb="x", at=clock.now())
        collect("a")
        unit_of_work.after_commit(lambda: told.append("a"))
        raise Conflict

    with pytest.raises(Conflict):
        outer()
    assert (finished, told, Entry.objects.count()) == ([], [], 0)


@pytest.mark.django_db(transaction=True)
def test_a_second_try_begins_with_nothing(finished):
    tries = []

    @service
    def work():
        Entry.objects.create(verb="x", at=clock.now())
        collect(len(tries))
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError(DEADLOCK, "in the way")

    work()
    assert finished == [([2], True)]
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_commit_takes_nothing_back(caplog):
    def fail():
        raise ZeroDivisionError

    @service
    def work():
        unit_of_work.after_commit(fail)
        return Entry.objects.create(verb="x", at=clock.now())

    assert work().pk
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_people_are_signed_in_again_after_a_deadlock(monkeypatch):
    """Services of accounts are units of work as well."""
    record, tries = journal.services.record, []

    def stumble_once(*args, **kwargs):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError(DEADLOCK, "in the way")
        return record(*args, **kwargs)

    monkeypatch.setattr(journal.services, "record", stumble_once)
    before = unit_of_work.RETRIES._value.get()
    assert begin_session(actor=make_user().actor, way="password").access
    assert unit_of_work.RETRIES._value.get() - before == 1
    assert (AuthSession.objects.count(), Entry.objects.count()) == (1, 1)


WRITERS = [({"inner"}, 1), ({"outer"}, 1), (set(), 0), ({"afterwards"}, 0)]


@pytest.mark.django_db
@pytest.mark.parametrize(("writers", "late"), WRITERS, ids=["itself", "its caller", "nothing", "its caller, later"])
def test_a_joining_service_that_refuses_after_something_was_written_is_found(monkeypatch, writers, late):
    """Though its caller continues as if nothing had been."""
    watch = Watch(monkeypatch)

    def write(who):
        if who in writers:
            Entry.objects.create(verb="x", at=clock.now())

    @service
    def inner():
        write("inner")
        raise Conflict

    @service
    def outer():
        write("outer")
        with suppress(Conflict):
            inner()
        write("afterwards")

    outer()
    assert len(watch.late) == late
    assert all("inner refused with `conflict`" in each for each in watch.late)


@pytest.mark.django_db
def test_one_that_begins_a_unit_may_refuse_at_any_time(monkeypatch):
    watch = Watch(monkeypatch)

    @service
    def work():
        Entry.objects.create(verb="x", at=clock.now())
        raise Conflict

    with pytest.raises(Conflict):
        work()
    assert watch.late == []
