"""What is done to jobs from outside."""

from datetime import timedelta
from functools import partial

import pytest

from jobs import claiming, outcomes, services
from jobs.enums import State
from jobs.errors import AnotherIsToCome
from jobs.models import Job
from kernel import clock
from kernel.actors import Actor
from tests.jobs.conftest import claimed
from tests.jobs.examples import hear, heard, keyed
from tests.races import at_once

pytestmark = pytest.mark.django_db


def ended(state, *, hours, schedule=""):
    hear.enqueue()
    job = Job.objects.order_by("-pk")[0]
    finished = clock.now() - timedelta(hours=hours)
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=finished, schedule=schedule)
    return job.pk


MANAGER = Actor(type="dispatcher", id=1, name="Ada", role="admin")


def failed(task, *args):
    job = claimed(task, *args)
    assert outcomes.gave_up(job, "x")
    return job.pk


def run_again(job_id):
    services.run_again(actor=MANAGER, job_id=job_id)


def test_a_keyed_job_that_is_run_again_has_its_key_again(do_all):
    job_id = failed(keyed, 7)
    run_again(job_id)
    assert keyed.enqueue(7).id == str(job_id)
    assert do_all() == 1
    assert heard == [(7, "")]


@pytest.mark.parametrize("is_running", [False, True])
def test_a_keyed_job_is_not_run_again_while_another_of_its_key_is_to_come(is_running):
    job_id = failed(keyed, 7)
    keyed.enqueue(7)
    if is_running:
        claiming.claim("default", worker="a", most=1)
    with pytest.raises(AnotherIsToCome):
        run_again(job_id)
    assert Job.objects.get(pk=job_id).state == State.FAILED


def test_a_job_of_another_version_can_be_run_again():
    job_id = failed(hear)
    Job.objects.update(task="tests.jobs.examples.gone")
    run_again(job_id)
    assert Job.objects.get().state == State.WAITING


@pytest.mark.django_db(transaction=True)
def test_run_again_by_many_at_once_it_runs_once(repetitions, do_all):
    for number in range(repetitions):
        first, second = failed(keyed, number), failed(keyed, number)
        results = at_once([partial(run_again, job_id) for job_id in (first, second, first, second)])
        assert sum(isinstance(each, AnotherIsToCome) for each in results) == 2
        assert do_all() == 1


def test_jobs_that_ended_some_time_ago_are_forgotten(monkeypatch):
    monkeypatch.setattr(services, "PORTION", 2)
    hear.enqueue()
    waiting = Job.objects.get().pk
    kept = [
        waiting,
        ended(State.DONE, hours=23),
        ended(State.FAILED, hours=24 * 29),
        ended(State.DONE, hours=0.9, schedule="s"),
        ended(State.FAILED, hours=23, schedule="s"),
    ]
    for _more in range(3):
        ended(State.DONE, hours=25)
        ended(State.FAILED, hours=24 * 31)
        ended(State.DONE, hours=1.1, schedule="s")
        ended(State.FAILED, hours=25, schedule="s")
    assert services.prune() == 12
    assert list(Job.objects.order_by("pk").values_list("pk", flat=True)) == kept
