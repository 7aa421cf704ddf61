"""One job, or several in one transaction."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from jobs import claiming, running
from jobs.enums import State
from jobs.models import Job
from kernel import clock, request_id
from tests.jobs import examples
from tests.jobs.conftest import claimed, state
from tests.jobs.examples import hear, heard, tell_try, write, write_and_fail

pytestmark = pytest.mark.django_db


def never():
    return False


def together(jobs, seconds=60.0, is_stopping=never):
    return running.run_together(jobs, seconds=seconds, is_stopping=is_stopping)


def test_a_task_may_know_how_often_it_was_tried(do_all):
    result = tell_try.enqueue()
    do_all()
    assert heard == [(1, result.id)]


def test_a_job_works_under_its_requests_id(do_all, monkeypatch):
    request_id.begin("request-of-a-test")
    hear.enqueue()
    request_id.begin("another-request")
    seen = []
    monkeypatch.setattr(running, "_call", lambda job, task: seen.append(request_id.current()))
    do_all()
    assert seen == ["request-of-a-test"]


def test_what_fails_in_its_transaction_has_written_nothing(effects):
    job = claimed(write_and_fail, "x")
    assert not running.run(job)
    assert effects() == []
    assert state(job) == State.WAITING


def test_what_was_taken_by_another_has_written_nothing(effects):
    job = claimed(write, "x")
    Job.objects.update(fence=9, worker="b")
    assert not running.run(job)
    assert effects() == []
    assert state(job) == State.RUNNING


def test_several_are_done_in_one_transaction(effects):
    for name in "abc":
        write.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    assert all(map(running.can_be_done_together, jobs))
    assert together(jobs) == 3
    assert effects() == ["a", "b", "c"]
    assert {state(job) for job in jobs} == {State.DONE}


def test_one_that_fails_among_them_fails_alone(effects):
    for task, name in ((write, "a"), (write_and_fail, "b"), (write, "c")):
        task.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    assert [together(jobs), together(jobs[1:]), together(jobs[2:])] == [1, 1, 1]
    assert effects() == ["a", "c"]
    assert [state(job) for job in jobs] == [State.DONE, State.WAITING, State.DONE]


def test_one_that_is_not_ours_any_more_undoes_them_all_and_they_are_done_one_by_one(effects):
    for name in "ab":
        write.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    Job.objects.filter(pk=jobs[1].pk).update(fence=9, worker="b")
    assert together(jobs) == 1
    assert together(jobs[1:]) == 1
    assert effects() == ["a"]
    assert [state(job) for job in jobs] == [State.DONE, State.RUNNING]


def test_a_deadlock_undoes_them_all_and_they_are_done_one_by_one(effects, monkeypatch):
    for name in "ab":
        write.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    real, faults = running._call, [OperationalError(1213, "Deadlock")]

    def call(job, task):
        if job == jobs[1] and faults:
            raise faults.pop()
        real(job, task)

    monkeypatch.setattr(running, "_call", call)
    assert together(jobs) == 1
    assert effects() == ["a"]
    assert together(jobs[1:]) == 1
    assert effects() == ["a", "b"]


@pytest.mark.parametrize("how", [{"seconds": 0}, {"is_stopping": lambda: True}])
def test_a_transaction_of_several_does_not_go_on_for_long(effects, how):
    for name in "abc":
        write.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    assert together(jobs, **how) == 1
    assert [state(job) for job in jobs] == [State.DONE, State.RUNNING, State.RUNNING]


@pytest.mark.parametrize("task", [examples.leave, examples.leave_in_transaction])
def test_a_job_that_leaves_python_has_only_gone_wrong(effects, task):
    job = claimed(task)
    assert not running.run(job)
    assert state(job) == State.WAITING
    assert Job.objects.get().last_error.startswith("SystemExit at tests/jobs/examples.py")


def test_a_job_that_leaves_python_among_others_fails_alone(effects):
    for task, args in ((write, "a"), (examples.leave_in_transaction, ""), (write, "b")):
        task.enqueue(*args)
    jobs = claiming.claim("default", worker="a", most=9)
    assert [together(jobs), together(jobs[1:]), together(jobs[2:])] == [1, 1, 1]
    assert effects() == ["a", "b"]


OPENERS = [
    examples.open_and_forget,
    examples.enter_and_forget,
    examples.enter_and_forget_in_transaction,
    examples.break_transaction,
]


@pytest.mark.parametrize("task", OPENERS, ids=lambda task: task.name)
def test_a_transaction_that_a_job_has_left_open_or_broken_is_undone_and_hides_nothing(effects, task):
    job = claimed(task)
    assert not running.run(job)
    assert connection.get_autocommit()
    assert not connection.in_atomic_block
    after = claimed(write, "x")
    assert running.run(after)
    connection.close()  # What was not committed is gone.
    assert (state(job), state(after)) == (State.WAITING, State.DONE)
    assert effects() == ["x"]


@pytest.mark.parametrize("task", [examples.enter_and_forget_in_transaction, examples.break_transaction])
def test_one_that_leaves_or_breaks_the_transaction_that_several_share_fails_alone(effects, task):
    for each, args in ((write, "a"), (task, ""), (write, "b")):
        each.enqueue(*args)
    left = jobs = claiming.claim("default", worker="a", most=9)
    while left:
        left = left[together(left) :]
    connection.close()
    assert effects() == ["a", "b"]
    assert [state(job) for job in jobs] == [State.DONE, State.WAITING, State.DONE]


def test_what_a_job_changes_of_its_language_zone_and_time_ends_with_it(effects, settings):
    here = timezone.get_current_timezone_name()
    for _twice in range(2):
        assert running.run(claimed(examples.move_abroad))
        examples.move_abroad_in_transaction.enqueue()
    assert together(claiming.claim("default", worker="a", most=9)) == 2
    assert {(zone, language) for zone, language, _at in heard} == {(here, settings.LANGUAGE_CODE)}
    assert max(at for _zone, _language, at in heard) < clock.now() + timedelta(minutes=1)
