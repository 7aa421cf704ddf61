"""Who works on which job: rows are claimed for a time, the time is renewed, and what is not renewed is taken back.

Both databases find what is due by one index (queue, state, due_at, id), in its order. MariaDB and MySQL pass over rows
that others are claiming; SQLite has one writer, and a transaction there begins by becoming it, so what was read in it
is still so. Where nothing is due, nothing is written.

These are no services: they are done every second, tell nothing, and would drown the changes that are counted as units
of work.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from itertools import takewhile

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, QuerySet, When

from jobs import metrics, outcomes
from jobs.enums import State
from jobs.models import Job
from jobs.outcomes import database_now
from kernel import clock
from kernel.unit_of_work import in_transaction

TAKEN_BACK_AT_A_TIME = 100


def is_due(queue: str) -> bool:
    """Whether a job waits that could be begun now. No row is locked for that."""
    return _due(queue, State.WAITING).order_by().exists()


def claim(queue: str, *, worker: str, most: int) -> list[Job]:
    """Up to `most` jobs that are due, those that have been for longest first. They are this worker's for one lease.

    The first one counts as tried from now on, those behind it when they have ended: where the worker is killed, it is
    not known which of them it had begun, and none may fail for what another did. So what was lost before is claimed
    alone, and each claim counts.
    """
    if not _skips_locked() and not _due(queue, State.WAITING).exists():
        return []
    jobs = _claim(queue, worker, most)
    for job in jobs:
        job.state, job.worker = State.RUNNING, worker
        job.fence += 1
        job.tries += 1
    return jobs


@in_transaction
def _claim(queue: str, worker: str, most: int) -> list[Job]:
    due = _due(queue, State.WAITING).select_for_update(skip_locked=_skips_locked())
    jobs = _fit_together(list(due[:most]))
    if jobs:
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(
            state=State.RUNNING,
            worker=worker,
            due_at=database_now() + lease(),
            started_at=database_now(),
            fence=F("fence") + 1,
            tries=F("tries") + Case(When(pk=jobs[0].pk, then=1), default=0),
        )
    return jobs


def renew(ids: Collection[int], *, worker: str) -> int:
    """This worker still has these jobs. Gives how many of them are still its own.

    One whose row is locked just now, such as by a transaction that has enqueued its key and goes on, does not keep the
    others waiting until they have lapsed. It is taken back by none while it is locked.
    """
    if not ids:
        return 0
    mine = Job.objects.filter(pk__in=ids, worker=worker, state=State.RUNNING)
    return _renew_unlocked(mine) if _skips_locked() else mine.update(due_at=database_now() + lease())


@in_transaction
def _renew_unlocked(jobs: QuerySet[Job]) -> int:
    free = list(jobs.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Job.objects.filter(pk__in=free).update(due_at=database_now() + lease()) if free else 0


def give_back(jobs: Iterable[Job], *, worker: str) -> int:
    """Others may have these jobs at once, as if this worker had never taken them. Gives how many."""
    given = 0
    for job in jobs:
        mine = Job.objects.filter(pk=job.pk, worker=worker, state=State.RUNNING, fence=job.fence)
        given += mine.update(state=State.WAITING, due_at=database_now(), tries=job.tries - 1, worker="")
    return given


def take_back(queue: str) -> int:
    """Jobs whose worker has not renewed its lease wait again; those that have been tried too often have failed.

    Gives how many there were.
    """
    if not _due(queue, State.RUNNING).exists():
        return 0
    jobs = _take_back(queue)
    for job in jobs:
        metrics.FAILURES.labels(metrics.label(job.task), "lost").inc()
    return len(jobs)


@in_transaction
def _take_back(queue: str) -> list[Job]:
    lapsed = _due(queue, State.RUNNING).select_for_update(skip_locked=_skips_locked())
    jobs = list(lapsed[:TAKEN_BACK_AT_A_TIME])
    for job in jobs:
        outcomes.lost(job)
    return jobs


def lease() -> timedelta:
    return timedelta(seconds=settings.JOBS["LEASE_SECONDS"])


def _fit_together(jobs: list[Job]) -> list[Job]:
    """Those up to the first that was lost before; or that one, alone."""
    if jobs and jobs[0].last_error == outcomes.LOST:
        return jobs[:1]
    return list(takewhile(lambda job: job.last_error != outcomes.LOST, jobs))


def _due(queue: str, state: State) -> QuerySet[Job]:
    return Job.objects.filter(queue=queue, state=state, due_at__lte=clock.now()).order_by("due_at", "id")


def _skips_locked() -> bool:
    return connection.features.has_select_for_update_skip_locked
