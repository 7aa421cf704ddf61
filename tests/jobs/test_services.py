"""What is done to jobs from outside."""

from datetime import timedelta

import pytest

from jobs import services
from jobs.enums import State
from jobs.models import Job
from kernel import clock
from tests.jobs.examples import hear

pytestmark = pytest.mark.django_db


def ended(state, *, hours, schedule=""):
    hear.enqueue()
    job = Job.objects.order_by("-pk")[0]
    finished = clock.now() - timedelta(hours=hours)
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=finished, schedule=schedule)
    return job.pk


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
