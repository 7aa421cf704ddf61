"""What is done to jobs from outside: an office person runs one again, and the clock forgets old ones."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from jobs import waking
from jobs.enums import State
from jobs.errors import StillAtWork
from jobs.facts import JobRunAgain
from jobs.models import Job
from offers_project.kernel import clock, facts
from offers_project.kernel.actors import Actor
from offers_project.kernel.errors import NotFound, PermissionDenied

PORTION = 1000
"""How many are forgotten in one transaction."""


def can_run_jobs_again(actor: Actor) -> bool:
    return actor.is_manager


@transaction.atomic
def run_again(*, actor: Actor, job_id: int) -> None:
    """Let a job that has ended or waits for its next try be run now, with all its tries. Managers only.

    Raises `StillAtWork` for a job that is running.
    """
    if not can_run_jobs_again(actor):
        raise PermissionDenied()
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound()
    if job.state == State.RUNNING:
        raise StillAtWork()
    before = {"state": job.state, "tries": job.tries, "last_error": job.last_error}
    job.state, job.tries, job.due_at = State.WAITING, 0, clock.now()
    job.finished_at = None
    job.save(update_fields=["state", "tries", "due_at", "finished_at"])
    facts.publish(JobRunAgain(actor=actor, job_id=job.pk, task=job.task, before=before))
    transaction.on_commit(lambda: waking.wake(job.queue), robust=True)


def prune() -> int:
    """Forget jobs that have ended some time ago; failed ones are kept for longer. Gives how many."""
    now = clock.now()
    kept = {
        State.DONE: timedelta(hours=settings.JOBS["KEEP_DONE_HOURS"]),
        State.FAILED: timedelta(days=settings.JOBS["KEEP_FAILED_DAYS"]),
    }
    pruned = 0
    for state, span in kept.items():
        while ids := list(_ended_before(state, now - span)[:PORTION]):
            pruned += Job.objects.filter(pk__in=ids, state=state).delete()[0]
    return pruned


def _ended_before(state: State, moment: datetime) -> QuerySet[Job, int]:
    ended = Job.objects.filter(state=state, finished_at__lt=moment)
    return ended.order_by("finished_at").values_list("pk", flat=True)
