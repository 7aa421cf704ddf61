"""Who has a job: one worker at a time, for as long as it renews its lease."""

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from jobs import claiming, outcomes
from jobs.backend import new_job
from jobs.enums import State
from jobs.models import Job
from kernel import clock
from tests.jobs.conftest import claimed, later, state
from tests.jobs.examples import hear, tick
from tests.races import at_once

pytestmark = pytest.mark.django_db


def lapse():
    """The worker of what runs is killed."""
    Job.objects.filter(state=State.RUNNING).update(due_at=clock.now())
    claiming.take_back("default")
    Job.objects.filter(state=State.WAITING).update(due_at=clock.now())


def test_those_due_for_longest_come_first():
    now = clock.now()
    for name, seconds in {"second": 20, "first": 30, "third": 10}.items():
        hear.using(run_after=now - timedelta(seconds=seconds)).enqueue(name)
    names = [job.arguments["args"] for job in claiming.claim("default", worker="a", most=2)]
    assert names == [["first"], ["second"]]


def test_a_queue_has_its_own_jobs():
    hear.enqueue()
    assert claiming.claim("clock", worker="a", most=9) == []
    tick.enqueue()
    assert [job.task for job in claiming.claim("clock", worker="a", most=9)] == ["tests.jobs.examples.tick"]


def test_what_one_has_no_other_gets():
    job = claimed(hear)
    assert claiming.claim("default", worker="b", most=9) == []
    kept = Job.objects.get()
    assert (kept.state, kept.worker, kept.fence, kept.tries) == (State.RUNNING, "a", job.fence, 1)


def test_nothing_is_written_where_nothing_is_due():
    hear.using(run_after=clock.now() + timedelta(hours=1)).enqueue()
    with CaptureQueriesContext(connection) as queries:
        assert claiming.claim("default", worker="a", most=9) == []
        assert claiming.take_back("default") == 0
    begins = ("SELECT", "SAVEPOINT", "RELEASE")
    assert [each["sql"] for each in queries if not each["sql"].startswith(begins)] == []
    if connection.vendor == "sqlite":  # Where a transaction is a write.
        assert [each["sql"] for each in queries if not each["sql"].startswith("SELECT")] == []


def test_a_renewed_lease_is_not_taken_back(settings):
    job = claimed(hear)
    with later(seconds=settings.JOBS["LEASE_SECONDS"] - 1):
        assert claiming.take_back("default") == 0
    Job.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert claiming.renew([job.pk], worker="a") == 1
    assert claiming.take_back("default") == 0


def test_only_its_worker_renews_a_lease():
    job = claimed(hear)
    assert claiming.renew([job.pk], worker="b") == 0
    assert claiming.renew([], worker="a") == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_whose_row_is_locked_keeps_no_other_lease_from_being_renewed():
    if connection.vendor != "mysql":
        pytest.skip("Where rows are locked one by one.")
    jobs = [claimed(hear, number) for number in range(3)]
    Job.objects.update(due_at=clock.now())
    is_locked, is_over = threading.Event(), threading.Event()

    def lock():
        with transaction.atomic():
            Job.objects.select_for_update().get(pk=jobs[1].pk)
            is_locked.set()
            is_over.wait(30)
        connection.close()

    thread = threading.Thread(target=lock)
    thread.start()
    is_locked.wait(30)
    began = time.monotonic()
    assert claiming.renew([job.pk for job in jobs], worker="a") == 2
    assert claiming.take_back("default") == 0
    assert time.monotonic() - began < 4
    is_over.set()
    thread.join()
    assert claiming.take_back("default") == 1


def test_a_lapsed_lease_is_taken_back_and_the_first_worker_counts_no_more(settings):
    lost = claimed(hear)
    with later(seconds=settings.JOBS["LEASE_SECONDS"] + 1):
        assert claiming.take_back("default") == 1
        assert state(lost) == State.WAITING
        assert not outcomes.done(lost)
        (taken,) = claiming.claim("default", worker="b", most=1)
        assert (taken.pk, taken.tries) == (lost.pk, 2)
        assert not outcomes.done(lost)
        assert not outcomes.done_together([lost])
        assert not outcomes.went_wrong(lost, "late", wait=timedelta())
        assert claiming.give_back([lost], worker="a") == 0
        assert claiming.renew([lost.pk], worker="a") == 0
        assert state(lost) == State.RUNNING
        assert outcomes.done(taken)


def test_a_job_whose_worker_is_lost_again_and_again_has_failed(settings):
    job = claimed(hear)
    Job.objects.update(tries=job.tries_max, due_at=clock.now())
    assert claiming.take_back("default") == 1
    kept = Job.objects.get()
    assert kept.state == State.FAILED
    assert kept.last_error == f"Tried {job.tries_max} times. Its worker was lost in the middle of it."


def test_a_job_lost_for_the_second_time_waits():
    job = claimed(hear)
    Job.objects.update(tries=2, due_at=clock.now())
    claiming.take_back("default")
    assert Job.objects.get(pk=job.pk).due_at > clock.now() + timedelta(seconds=1)


def test_a_job_that_kills_its_worker_costs_those_claimed_with_it_no_try(settings):
    """What kills may be any of them, and the others had perhaps not begun."""
    for name in ("first", "killer", "third"):
        hear.enqueue(name)
    Job.objects.update(tries_max=1)
    assert len(claiming.claim("default", worker="a", most=9)) == 3
    lapse()
    assert {job.arguments["args"][0]: job.state for job in Job.objects.all()} == {
        "first": State.FAILED,
        "killer": State.WAITING,
        "third": State.WAITING,
    }
    hear.enqueue("fourth")
    (killer,) = claiming.claim("default", worker="a", most=9)
    lapse()
    assert state(killer) == State.FAILED
    (third,) = claiming.claim("default", worker="a", most=9)
    assert outcomes.done(third)
    (fourth,) = claiming.claim("default", worker="a", most=9)
    assert outcomes.done(fourth)


def test_those_before_one_that_was_lost_are_claimed_without_it():
    for name in "abc":
        hear.enqueue(name)
    Job.objects.filter(arguments__args=["b"]).update(last_error=outcomes.LOST)
    claims = [claiming.claim("default", worker="a", most=9) for _time in range(3)]
    assert [[job.arguments["args"][0] for job in jobs] for jobs in claims] == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize("end", [outcomes.done, lambda job: outcomes.done_together([job])])
def test_each_of_those_claimed_together_has_been_tried_once_when_it_has_ended(end):
    for name in "abc":
        hear.enqueue(name)
    jobs = claiming.claim("default", worker="a", most=9)
    assert [job.tries for job in jobs] == [1, 1, 1]
    assert end(jobs[0])
    assert outcomes.went_wrong(jobs[1], "x", wait=timedelta())
    assert claiming.give_back(jobs[2:], worker="a") == 1
    assert list(Job.objects.order_by("pk").values_list("tries", flat=True)) == [1, 1, 0]


def test_what_is_given_back_was_never_tried():
    job = claimed(hear)
    assert claiming.give_back([job], worker="a") == 1
    (again,) = claiming.claim("default", worker="b", most=1)
    assert (again.pk, again.tries, again.fence) == (job.pk, 1, job.fence + 1)


@pytest.mark.django_db(transaction=True)
def test_claims_at_once_share_the_jobs(repetitions):
    for _time in range(repetitions):
        Job.objects.all().delete()
        Job.objects.bulk_create([new_job(hear, [number]) for number in range(60)])
        claims = at_once([partial(claiming.claim, "default", worker=f"w{number}", most=5) for number in range(16)])
        ids = [job.pk for jobs in claims for job in jobs]
        assert len(ids) == len(set(ids)) == 60


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_mariadb_finds_the_next_jobs_in_the_order_of_one_index():
    if connection.vendor != "mysql":
        pytest.skip("This is about MySQL.")
    now = clock.now()
    jobs = [new_job(hear, [number]) for number in range(3000)]
    for number, job in enumerate(jobs):
        job.state = State.WAITING if number % 3 else State.DONE
        job.due_at = now - timedelta(seconds=number) if number % 2 else now + timedelta(seconds=number)
    Job.objects.bulk_create(jobs, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE jobs")
        cursor.fetchall()
    with CaptureQueriesContext(connection) as queries:
        assert len(claiming.claim("default", worker="a", most=20)) == 20
    (claim,) = [each["sql"] for each in queries if "FOR UPDATE" in each["sql"]]
    assert "SKIP LOCKED" in claim
    assert " OR " not in claim
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {claim}")
        names = [column[0].lower() for column in cursor.description]
        (plan,) = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert plan["key"] == "jobs_next"
    assert "filesort" not in (plan["extra"] or "")
