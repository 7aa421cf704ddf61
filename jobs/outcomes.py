"""What becomes of a job that a worker has. Each of these does nothing when the worker has it no longer."""

import random
from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from traceback import extract_tb
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce, Now

from jobs.enums import State
from jobs.errors import UnknownTask
from jobs.models import Job
from jobs.task import named
from kernel import clock
from kernel.errors import shortened
from kernel.unit_of_work import again_after_deadlock

ERROR_MAX = 300
LOST = "Its worker was lost in the middle of it."
UNKNOWN_FOR = timedelta(hours=1)
UNKNOWN_WAIT = timedelta(seconds=15)


def done(job: Job) -> bool:
    """It is done; when its key was enqueued while it ran, it waits to run again. False: it was not ours."""
    return _ended(job, state=State.DONE)


def done_together(jobs: Collection[Job]) -> bool:
    """All of them are done, in the transaction that did them. False, and nothing is written, when one is not ours."""
    found = Job.objects.select_for_update().filter(pk__in=[job.pk for job in jobs], state=State.RUNNING)
    rows = {pk: (fence, again) for pk, fence, again in found.values_list("pk", "fence", "is_wanted_again")}
    if any(job.pk not in rows or rows[job.pk][0] != job.fence for job in jobs):
        return False
    again = {pk for pk, (_fence, is_wanted_again) in rows.items() if is_wanted_again}
    by_tries: dict[int, list[int]] = defaultdict(list)
    for job in jobs:
        if job.pk not in again:
            by_tries[job.tries].append(job.pk)
    for tries, pks in by_tries.items():
        Job.objects.filter(pk__in=pks).update(**_end(State.DONE, tries))
    if again:
        Job.objects.filter(pk__in=again).update(**_once_more())
    return True


def gave_up(job: Job, reason: str) -> bool:
    """It has failed for good."""
    return _ended(job, state=State.FAILED, last_error=shortened(reason, ERROR_MAX))


def went_wrong(job: Job, reason: str, *, wait: timedelta) -> bool:
    """It is tried again after `wait`, or has failed for good when it has been tried often enough."""
    if job.tries >= job.tries_max:
        return gave_up(job, f"Tried {job.tries} times. {reason}")
    return _waits(job, reason, wait, job.tries)


def not_known_here(job: Job, reason: str) -> bool:
    """This version has no such task. While a new one is being brought in, workers of that may: it waits, untried."""
    return _waits(job, reason, UNKNOWN_WAIT * random.uniform(0.5, 1.5), job.tries - 1)  # noqa: S311


def is_unknown_for_long(job: Job) -> bool:
    """Whether no worker of another version will come that knows the task of this job."""
    return clock.now() - job.created_at > UNKNOWN_FOR


def lost(job: Job) -> bool:
    """Its worker was killed or cut off: once may happen to any job, more often it may be the job's fault."""
    try:
        wait = named(job.task).wait_after(job.tries - 1) if job.tries > 1 else timedelta()
    except UnknownTask:
        wait = timedelta()  # Who takes it sees what becomes of it.
    return went_wrong(job, LOST, wait=wait)


def described(error: BaseException) -> str:
    """The kind of a fault and its place. What it says may repeat a message, a code or a number, and is left out."""
    last = extract_tb(error.__traceback__)[-1]
    file = last.filename.removeprefix(f"{settings.BASE_DIR}/").partition("site-packages/")
    return f"{type(error).__name__} at {file[2] or file[0]}:{last.lineno}"


def database_now() -> Any:
    """The database's time within a statement, without a trip to ask for it."""
    return ExpressionWrapper(Now(), output_field=DateTimeField())


def _ended(job: Job, *, state: State, last_error: str = "") -> bool:
    # One that is done must not be done again since its key was enqueued in this very moment.
    return again_after_deadlock(lambda: _end_or_once_more(job, state, last_error))


def _end_or_once_more(job: Job, state: State, last_error: str) -> bool:
    if _mine(job).filter(is_wanted_again=False).update(**_end(state, job.tries, last_error)):
        return True
    return bool(_mine(job).filter(is_wanted_again=True).update(**_once_more()))


def _end(state: State, tries: int, last_error: str = "") -> dict[str, Any]:
    ended = {"state": state, "tries": tries, "last_error": last_error}
    return ended | {"finished_at": database_now(), "unique_key": None}


def _waits(job: Job, reason: str, wait: timedelta, tries: int) -> bool:
    waiting = {"state": State.WAITING, "due_at": clock.now() + wait, "worker": "", "tries": tries}
    return bool(again_after_deadlock(lambda: _mine(job).update(**waiting, last_error=shortened(reason, ERROR_MAX))))


def _once_more() -> dict[str, Any]:
    due = {"due_at": Coalesce(F("wanted_at"), database_now()), "wanted_at": None, "is_wanted_again": False}
    return {"state": State.WAITING, "tries": 0, "worker": ""} | due


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence)
