"""Enqueueing: rows of the caller's transaction, at most one of a key."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django_tasks import TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from jobs import claiming, outcomes, running
from jobs.backend import JobBackend, new_job
from jobs.enums import State
from jobs.models import Job
from kernel import clock, request_id
from kernel.unit_of_work import service
from tests.jobs.examples import faulty, hear, heard, hopeless, keyed, later_again, spelled
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_what_is_rolled_back_was_never_enqueued(do_all):
    with transaction.atomic():
        hear.enqueue(1)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert do_all() == 0


def test_arguments_come_as_they_were_given(do_all):
    hear.enqueue(1, "two", name=[3, {"four": None}])
    assert do_all() == 1
    assert heard == [((1, "two"), {"name": [3, {"four": None}]})]


def test_what_is_no_json_is_refused_where_it_is_enqueued():
    with pytest.raises(TypeError):
        hear.enqueue(datetime.now(UTC))
    assert not Job.objects.exists()


def test_runs_after_a_moment_and_not_before(do_all):
    hear.using(run_after=datetime.now(UTC) + timedelta(hours=1)).enqueue(1)
    assert do_all() == 0
    Job.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    assert do_all() == 1


def test_a_result_says_what_has_become_of_it(do_all):
    result = hear.enqueue(1)
    assert result.status == TaskResultStatus.READY
    do_all()
    result.refresh()
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.attempts == 1
    assert result.started_at <= result.finished_at
    assert result.return_value is None  # It may be a secret.
    assert hear.get_result(result.id).is_finished


def test_a_failed_result_says_why(do_all):
    result = hopeless.enqueue("the phone is gone")
    do_all()
    result.refresh()
    assert result.status == TaskResultStatus.FAILED
    assert [error.traceback for error in result.errors] == ["the phone is gone"]


@pytest.mark.parametrize("id_", ["7", "x", "", "²", "-1"])
def test_no_result_of_what_is_not_there(id_):
    with pytest.raises(TaskResultDoesNotExist):
        hear.get_result(id_)


def test_no_result_of_what_this_version_does_not_know():
    result = hear.enqueue()
    Job.objects.update(task="tests.jobs.examples.gone")
    with pytest.raises(TaskResultDoesNotExist):
        hear.get_result(result.id)


WHAT_NO_DATABASE_KEEPS = [float("nan"), float("inf"), "\ud800", ["x" * 70_000], {"a": "x" * 70_000}]


@pytest.mark.parametrize(
    "argument", WHAT_NO_DATABASE_KEEPS, ids=["nan", "infinite", "surrogate", "long", "long in a map"]
)
def test_arguments_that_cannot_be_kept_are_refused_where_they_are_enqueued(argument):
    with pytest.raises(ValueError, match=r"argument"):
        hear.enqueue(argument)
    with pytest.raises(ValueError, match=r"argument"):
        hear.enqueue(name=argument)
    assert not Job.objects.exists()


def test_arguments_that_nest_too_deeply_are_refused_where_they_are_enqueued():
    nested = 1
    for _level in range(40):
        nested = [nested]
    with pytest.raises(ValueError, match=r"argument"):
        hear.enqueue(nested)


def test_a_queue_that_there_is_not_is_refused():
    with pytest.raises(InvalidTaskError):
        hear.using(queue_name="elsewhere")


def test_the_request_goes_on_in_its_jobs():
    id_ = request_id.begin("request-of-a-test")
    hear.enqueue()
    assert Job.objects.get().request_id == id_


def test_one_unfinished_job_of_a_key(do_all):
    first = keyed.enqueue(7, name="first")
    second = keyed.enqueue(7, name="second")
    other = keyed.enqueue(8)
    assert first.id == second.id != other.id
    do_all()
    assert heard == [(7, "first"), (8, "")]
    assert keyed.enqueue(7).id != first.id


def test_a_key_that_is_wanted_earlier_is_due_earlier():
    later = keyed.using(run_after=datetime.now(UTC) + timedelta(hours=1)).enqueue(7)
    assert keyed.enqueue(7).id == later.id
    assert Job.objects.get().due_at < datetime.now(UTC) + timedelta(minutes=1)


def test_a_key_that_is_wanted_while_it_runs_runs_once_more(do_all):
    keyed.enqueue(7)
    (job,) = claiming.claim("default", worker="a", most=1)
    for _twice in range(2):
        assert keyed.enqueue(7).id == str(job.pk)
    assert Job.objects.count() == 1
    assert outcomes.done(job)
    assert do_all() == 1
    assert Job.objects.get().state == State.DONE


@pytest.mark.parametrize("together", [False, True])
def test_a_keyed_job_that_enqueues_itself_for_later_runs_then_and_not_before(do_all, together):
    later_again.enqueue(7)
    if together:
        (job,) = claiming.claim("default", worker="a", most=1)
        later_again.func(7)
        assert outcomes.done_together([job])
    else:
        assert do_all() == 1
    assert heard == [7]
    job = Job.objects.get()
    assert (job.state, job.tries, job.is_wanted_again, job.wanted_at) == (State.WAITING, 0, False, None)
    assert timedelta(minutes=59) < job.due_at - clock.now() < timedelta(minutes=61)
    later_again.enqueue(7)
    assert do_all() == 1


def test_a_key_of_a_server_of_the_version_before_runs_once_more_at_once():
    """It has no word about when."""
    keyed.enqueue(7)
    (job,) = claiming.claim("default", worker="a", most=1)
    Job.objects.update(is_wanted_again=True)
    assert outcomes.done(job)
    assert Job.objects.get().due_at < clock.now() + timedelta(seconds=1)


def test_keys_that_differ_in_what_a_database_passes_over_are_apart():
    keys = ["a", "a ", "A", "á", " a", "a\x00", "🚚", "🚛", "x" * 300, "x" * 300 + " "]
    assert len({new_job(spelled, [key]).unique_key for key in keys}) == len(keys)
    assert len({spelled.enqueue(key).id for key in keys}) == len(keys)


def test_keys_of_two_tasks_are_apart():
    keyed.enqueue(7)
    assert new_job(keyed, [7]).unique_key != new_job(faulty, [7]).unique_key
    long = new_job(keyed, ["x" * 500])
    assert len(long.unique_key) == 64


@pytest.mark.django_db(transaction=True)
def test_a_key_enqueued_by_many_at_once_is_one_job(repetitions):
    for number in range(repetitions):
        results = at_once([partial(keyed.enqueue, number)] * 12)
        assert len({result.id for result in results}) == 1
    assert Job.objects.count() == repetitions


@service
def enqueue_all(numbers):
    for number in numbers:
        keyed.enqueue(number)


@pytest.mark.django_db(transaction=True)
def test_keys_enqueued_in_any_order_and_at_once_are_one_job_each(repetitions):
    """MariaDB finds deadlocks among them."""
    for _time in range(repetitions):
        Job.objects.all().delete()
        at_once([partial(enqueue_all, range(8)), partial(enqueue_all, range(7, -1, -1))] * 6)
        assert Job.objects.count() == 8


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_what_is_done_counts_as_done_though_its_key_is_enqueued_in_that_moment(repetitions):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nothing stands in another's way, it only takes long.")
    faults, is_over = [], threading.Event()

    def work(number):
        try:
            while not is_over.is_set():
                for job in claiming.claim("default", worker=f"w{number}", most=5):
                    if not running.run(job):
                        faults.append(Job.objects.get(pk=job.pk).last_error)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[number]) for number in range(3)]
    for worker in workers:
        worker.start()
    try:
        for _time in range(4 * repetitions):
            at_once([partial(enqueue_all, [number % 5, number % 5 + 1]) for number in range(12)])
    finally:
        is_over.set()
        for worker in workers:
            worker.join()
    assert faults == []


def test_tasks_are_functions_of_a_module():
    with pytest.raises(InvalidTaskError):
        JobBackend("default", {}).validate_task(type("Other", (), {"func": print})())
