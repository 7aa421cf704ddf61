"""One job, or several in one transaction."""

import pytest
from django.db import OperationalError

from jobs import claiming, running
from jobs.enums import State
from jobs.models import Job
from kernel import request_id
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
