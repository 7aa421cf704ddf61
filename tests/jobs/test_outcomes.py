"""What becomes of jobs that go wrong: they wait longer each time, and are given up with a reason."""

from datetime import timedelta

import pytest

from jobs import claiming, outcomes
from jobs.enums import State
from jobs.models import Job
from kernel import clock
from tests.jobs.conftest import claimed
from tests.jobs.examples import faults, faulty, hear, heard, hopeless

pytestmark = pytest.mark.django_db


def test_waits_grow_and_are_not_all_alike():
    waits = [[faulty.wait_after(tries).total_seconds() for _sample in range(50)] for tries in (1, 2, 3)]
    for tries, sample in enumerate(waits):
        middle = 10 * 2**tries
        assert all(0.5 * middle <= wait <= 1.5 * middle for wait in sample)
        assert max(sample) - min(sample) > 0.3 * middle
    assert faulty.wait_after(200) <= timedelta(hours=1.5)


def test_one_that_goes_wrong_is_tried_again_later(do_all):
    faults.extend([ValueError("once"), ValueError("twice")])
    faulty.enqueue(7)
    for number in (1, 2):
        assert do_all() == 0
        job = Job.objects.get()
        assert (job.state, job.tries) == (State.WAITING, number)
        assert job.due_at > clock.now()
        Job.objects.update(due_at=clock.now())
    assert do_all() == 1
    assert heard == [7]


def test_one_that_goes_wrong_too_often_has_failed_with_a_reason(do_all):
    faults.extend([ValueError(f"+1555555012{number}") for number in range(3)])
    faulty.enqueue(7)
    for _time in range(4):
        do_all()
        Job.objects.filter(state=State.WAITING).update(due_at=clock.now())
    job = Job.objects.get()
    assert (job.state, job.tries) == (State.FAILED, 3)
    assert job.last_error.startswith("Tried 3 times. ValueError at tests/jobs/examples.py:")
    assert heard == []


def test_what_a_fault_says_is_kept_nowhere(do_all, caplog):
    faults.extend([ValueError("123456 is your code")] * 3)
    faulty.enqueue(7)
    for _time in range(3):
        do_all()
        Job.objects.filter(state=State.WAITING).update(due_at=clock.now())
    assert "123456" not in Job.objects.get().last_error
    assert "ValueError" in caplog.text
    assert "123456" not in caplog.text


def test_one_that_gives_up_is_not_tried_again(do_all):
    hopeless.enqueue("the address is gone")
    do_all()
    job = Job.objects.get()
    assert (job.state, job.tries, job.last_error) == (State.FAILED, 1, "the address is gone")


NO_TASKS = ["tests.jobs.examples.gone", "os.getcwd", "no.module.of.this.name", "nothing", "", "..relative.path", "."]


@pytest.mark.parametrize("task", NO_TASKS)
def test_what_is_no_task_is_not_called(do_all, task):
    hear.enqueue()
    Job.objects.update(task=task, created_at=clock.now() - timedelta(hours=2))
    assert do_all() == 0
    job = Job.objects.get()
    assert job.state == State.FAILED
    assert job.last_error in ("There is no task of this name.", "What has this name is no task.")


def test_a_module_that_cannot_be_loaded_has_no_task(do_all, monkeypatch):
    def broken(path):
        raise SyntaxError(path)

    hear.enqueue()
    monkeypatch.setattr("jobs.task.import_string", broken)
    do_all()
    assert Job.objects.get().last_error == "There is no task of this name."


def test_a_task_of_another_version_waits_for_a_worker_that_knows_it(do_all):
    """A server of the version before takes it while the new one is being brought in."""
    hear.enqueue(1)
    Job.objects.update(task="tests.jobs.examples.new", tries_max=1)
    for _version_before in range(3):
        assert do_all() == 0
        job = Job.objects.get()
        assert (job.state, job.tries) == (State.WAITING, 0)
        assert clock.now() + timedelta(seconds=5) < job.due_at < clock.now() + timedelta(seconds=30)
        Job.objects.update(due_at=clock.now())
    Job.objects.update(task="tests.jobs.examples.hear")
    assert do_all() == 1
    assert heard == [((1,), {})]


@pytest.mark.parametrize("task", NO_TASKS)
def test_a_lost_job_of_another_version_keeps_no_other_from_being_taken_back(task):
    for number in (1, 2):
        claimed(hear, number)
    Job.objects.update(due_at=clock.now())
    Job.objects.filter(arguments__args=[1]).update(task=task)
    assert claiming.take_back("default") == 2
    assert set(Job.objects.values_list("state", flat=True)) == {State.WAITING}


def test_done_together_is_all_or_nothing():
    ours, lost = claimed(hear, 1), claimed(hear, 2)
    Job.objects.filter(pk=lost.pk).update(fence=9)
    assert not outcomes.done_together([ours, lost])
    assert Job.objects.filter(state=State.RUNNING).count() == 2
    Job.objects.filter(pk=lost.pk).update(fence=lost.fence)
    Job.objects.filter(pk=ours.pk).update(is_wanted_again=True)
    assert outcomes.done_together([ours, lost])
    assert dict(Job.objects.values_list("pk", "state")) == {ours.pk: State.WAITING, lost.pk: State.DONE}
