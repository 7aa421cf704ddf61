"""A worker's threads: quick to begin, in order to end, and nothing that goes wrong ends them."""

import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError
from prometheus_client import REGISTRY

from jobs import claiming, metrics, schedules, worker
from jobs.backend import new_job
from jobs.enums import State
from jobs.models import Job, ScheduleState
from jobs.worker import Worker
from kernel import clock
from kernel.in_process import InProcess
from tests.jobs.examples import hear, heard, leave, take_long, tick, write

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working(queues=None, **options):
    ours = Worker(queues or {"default": 1, "clock": 1}, **options)
    ours.start()
    try:
        yield ours
    finally:
        ours.stop(seconds=10)


def wait_until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_what_this_process_enqueues_is_done_at_once(monkeypatch):
    monkeypatch.setattr(worker, "LOOK_SECONDS", 60)
    with working():
        wait_until(lambda: threading.active_count() > 3)
        time.sleep(0.5)
        hear.enqueue(1)
        wait_until(lambda: heard == [((1,), {})], seconds=10)


def test_what_others_enqueue_is_found():
    with working():
        time.sleep(0.3)
        new_job(hear, [1]).save()  # Nothing wakes a thread.
        wait_until(lambda: heard == [((1,), {})])


def test_many_are_done_by_several_threads_each_once(effects):
    for number in range(120):
        write.enqueue(str(number))
    with working({"default": 3}):
        wait_until(lambda: not Job.objects.exclude(state=State.DONE).exists(), seconds=60)
    assert sorted(effects(), key=int) == [str(number) for number in range(120)]


def test_a_worker_that_stops_finishes_what_it_does_and_takes_nothing_new(effects):
    take_long.enqueue(1.0, "first")
    with working() as ours:
        wait_until(lambda: effects() == ["first begins"])
        take_long.enqueue(0.0, "second")
        ours.stop(seconds=20)
    assert effects() == ["first begins", "first ends"]
    assert list(Job.objects.order_by("id").values_list("state", flat=True)) == [State.DONE, State.WAITING]


def test_what_is_not_done_in_time_is_given_back(effects):
    take_long.enqueue(3.0, "long")
    with working() as ours:
        wait_until(lambda: effects() == ["long begins"])
        ours.stop(seconds=0.2)
        job = Job.objects.get()
        assert (job.state, job.tries, job.worker) == (State.WAITING, 0, "")
        assert [each.pk for each in claiming.claim("default", worker="b", most=1)] == [job.pk]
        wait_until(lambda: len(effects()) == 2)
        time.sleep(0.2)
        assert Job.objects.get().worker == "b"  # That the first one has ended it after all does not count.


def test_a_long_job_keeps_its_lease(effects, settings, monkeypatch):
    settings.JOBS = settings.JOBS | {"LEASE_SECONDS": 1.5}
    monkeypatch.setattr(worker, "CLOCK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "TAKE_BACK_SECONDS", 0.1)
    take_long.enqueue(4.0, "long")
    with working({"default": 2}):
        wait_until(lambda: Job.objects.get().state == State.DONE)
    assert effects() == ["long begins", "long ends"]
    assert Job.objects.get().tries == 1


def test_a_job_that_this_worker_has_lost_and_taken_again_keeps_its_second_lease(effects, settings, monkeypatch):
    """The thread that lost it ends earlier, and must not give up what the other one has."""
    settings.JOBS = settings.JOBS | {"LEASE_SECONDS": 1.5}
    monkeypatch.setattr(worker, "CLOCK_SECONDS", 0.1)
    monkeypatch.setattr(worker, "TAKE_BACK_SECONDS", 0.1)
    take_long.enqueue(3.0, "long")
    with working({"default": 2}):
        wait_until(lambda: effects() == ["long begins"])
        time.sleep(1.5)
        Job.objects.filter(state=State.RUNNING).update(state=State.WAITING, due_at=clock.now())
        wait_until(lambda: effects() == ["long begins"] * 2)
        wait_until(lambda: Job.objects.get().state == State.DONE)
    assert effects() == ["long begins", "long begins", "long ends", "long ends"]


def test_the_clock_ticks(monkeypatch):
    schedules.register(schedules.Schedule(name="quick", task=tick, every=0.5))
    with working():
        wait_until(lambda: heard.count("tick") >= 2)
    assert ScheduleState.objects.get().last_at < clock.now()


def test_a_database_that_is_away_ends_no_thread(monkeypatch):
    monkeypatch.setattr(worker, "TRY_AGAIN_SECONDS", 0.05)
    real, faults = claiming.claim, [OperationalError("away")] * 3

    def claim(*args, **options):
        if faults:
            raise faults.pop()
        return real(*args, **options)

    monkeypatch.setattr(claiming, "claim", claim)
    hear.enqueue(1)
    with working():
        wait_until(lambda: heard == [((1,), {})])


def test_a_job_that_leaves_python_ends_no_thread():
    leave.enqueue()
    hear.enqueue(1)
    with working({"default": 1}):
        wait_until(lambda: heard == [((1,), {})])


def test_what_leaves_python_beside_the_jobs_ends_no_thread():
    done = []

    def run():
        done.append(1)
        sys.exit(1)

    with working(beside=(InProcess("leaves", 0.05, run),)):
        wait_until(lambda: len(done) > 2)


def test_what_a_process_has_to_do_beside_is_done_and_once_more_at_the_end():
    done = []
    with working(
        beside=(InProcess("tell", 0.05, lambda: done.append(1)), InProcess("rare", 60, lambda: done.append(2)))
    ):
        wait_until(lambda: done.count(1) > 2)
        assert 2 not in done
    assert done.count(2) == 1


def test_what_waits_is_counted_now_and_then(monkeypatch):
    monkeypatch.setattr(worker, "COUNT_SECONDS", 0.1)
    metrics.JOBS.clear()
    hear.using(run_after=clock.now() + timedelta(hours=1)).enqueue()
    with working():
        wait_until(lambda: REGISTRY.get_sample_value("jobs", {"queue": "default", "state": "waiting"}) == 1)


def test_a_polite_worker_rests(effects, monkeypatch):
    slept = []
    real = time.sleep
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: slept.append(seconds) or real(seconds))
    take_long.enqueue(0.2, "x")
    with working(is_polite=True):
        wait_until(lambda: Job.objects.get().state == State.DONE)
        wait_until(lambda: Worker.REST_MAX in slept)
