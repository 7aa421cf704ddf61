"""What is counted, with labels that rows cannot make more of."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from prometheus_client import REGISTRY

from jobs import metrics
from jobs.enums import State
from jobs.models import Job
from kernel import clock
from tests.jobs.examples import faults, faulty, hear, hopeless

pytestmark = pytest.mark.django_db


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels)


def test_jobs_are_counted_by_queue_and_state(do_all):
    hopeless.enqueue("x")
    do_all()
    hear.enqueue()
    hear.using(queue_name="clock", run_after=clock.now() + timedelta(hours=1)).enqueue()
    Job.objects.filter(queue="default", state=State.WAITING).update(due_at=clock.now() - timedelta(seconds=40))
    metrics.look()
    assert value("jobs", queue="default", state="waiting") == value("jobs", queue="default", state="failed") == 1
    assert value("jobs", queue="clock", state="waiting") == 1
    assert value("jobs", queue="clock", state="running") == 0
    assert 40 <= value("jobs_oldest_due_seconds", queue="default") < 60
    assert value("jobs_oldest_due_seconds", queue="clock") == 0


def test_without_a_database_there_are_no_figures(monkeypatch):
    metrics.look()
    monkeypatch.setattr(clock, "now", lambda: (_ for _ in ()).throw(DatabaseError()))
    metrics.look()
    assert value("jobs", queue="default", state="waiting") is None


def test_tries_are_counted_by_task_and_outcome(do_all):
    name = "tests.jobs.examples.faulty"
    before = [value("job_failures_total", task=name, how=how) or 0 for how in ("retried", "failed")]
    seconds = value("job_seconds_count", task=name) or 0
    faults.extend([ValueError()] * 3)
    faulty.enqueue(1)
    for _try in range(3):
        do_all()
        Job.objects.update(due_at=clock.now())
    after = [value("job_failures_total", task=name, how=how) for how in ("retried", "failed")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1]
    assert value("job_seconds_count", task=name) == seconds + 3


def test_what_rows_name_makes_no_labels(do_all):
    for name in ("a.b", "c.d", "os.getcwd"):
        hear.enqueue()
        Job.objects.filter(task="tests.jobs.examples.hear").update(task=name)
    do_all()
    assert value("job_failures_total", task="unknown", how="retried") >= 3
    assert value("job_failures_total", task="a.b", how="retried") is None


def test_the_page_of_figures_has_them(settings):
    settings.METRICS_TOKEN = "t"
    hear.enqueue()
    metrics.look()
    said = Client(headers={"Authorization": "Bearer t"}).get("/metrics").content.decode()
    assert 'jobs{queue="default",state="waiting"} 1.0' in said
