"""What is done to jobs from outside: an office person runs one again, and the clock forgets old ones."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from jobs import waking
from jobs.enums import State
from jobs.errors import AnotherIsToCome, StillAtWork
from jobs.facts import JobRunAgain
from jobs.models import Job
from jobs.task import named
from kernel import clock, facts
from kernel.actors import Actor
from kernel.errors import NotFound, PermissionDenied
from kernel.unit_of_work import after_commit, service

PORTION = 1000
"""How many are forgotten in one transaction."""
KEEP_TICKS = timedelta(hours=1)
"""What is done every few seconds and went well is worth no longer look."""


def can_run_jobs_again(actor: Actor) -> bool:
    return actor.is_manager


@service
def run_again(*, actor: Actor, job_id: int) -> None:
    """Let a job that has ended or waits for its next try be run now, with all its tries. Managers only.

    Raises `StillAtWork` for a job that is running, and `AnotherIsToCome` where another one has its key by now.
    """
    if not can_run_jobs_again(actor):
        raise PermissionDenied()
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound()
    if job.state == State.RUNNING:
        raise StillAtWork()
    _take_key_again(job)
    before = {"state": job.state, "tries": job.tries, "last_error": job.last_error}
    job.state, job.tries, job.due_at = State.WAITING, 0, clock.now()
    job.finished_at = None
    job.save(update_fields=["state", "tries", "due_at", "finished_at"])
    facts.publish(JobRunAgain(actor=actor, job_id=job.pk, task=job.task, before=before))
    after_commit(lambda: waking.wake(job.queue))


def _take_key_again(job: Job) -> None:
    """A job that has ended has no key any more, and of each key there is one unfinished job."""
    try:
        key = named(job.task).key_of(job.arguments["args"], job.arguments["kwargs"])
    except Exception:
        return  # What it was called with has no key today: what runs it says what is wrong with it.
    if key is None or key == job.unique_key:
        return
    try:
        with transaction.atomic():
            Job.objects.filter(pk=job.pk).update(unique_key=key)
    except IntegrityError as taken:
        raise AnotherIsToCome() from taken


def prune() -> int:
    """Forget jobs that have ended some time ago: failed ones are kept for longer, those of schedules not as long.

    Gives how many.
    """
    now = clock.now()
    done = timedelta(hours=settings.JOBS["KEEP_DONE_HOURS"])
    failed = timedelta(days=settings.JOBS["KEEP_FAILED_DAYS"])
    by_clock = ~Q(schedule="")
    return (
        _forget(Job.objects.filter(by_clock, state=State.DONE, finished_at__lt=now - KEEP_TICKS))
        + _forget(Job.objects.filter(by_clock, state=State.FAILED, finished_at__lt=now - done))
        + _forget(Job.objects.filter(state=State.DONE, finished_at__lt=now - done))
        + _forget(Job.objects.filter(state=State.FAILED, finished_at__lt=now - failed))
    )


def _forget(jobs: QuerySet[Job]) -> int:
    forgotten = 0
    while ids := list(jobs.order_by("finished_at").values_list("pk", flat=True)[:PORTION]):
        forgotten += jobs.filter(pk__in=ids).delete()[0]
    return forgotten
