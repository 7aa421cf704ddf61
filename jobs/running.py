"""Jobs from the claim to their outcome: one by one, or several small ones in one transaction.

That transaction is no unit of work: the services that a job calls are units of their own in it, so that what each of
them collects is finished with it. After a deadlock it is the whole job that is done again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation
from django_tasks.base import TaskContext

from jobs import metrics, outcomes
from jobs.backend import result_of
from jobs.errors import GiveUp, LeaseLost, LeftOpen, UnknownTask
from jobs.models import Job
from jobs.task import JobTask, named
from kernel import request_id
from kernel.unit_of_work import in_transaction

logger = logging.getLogger(__name__)


def run(job: Job) -> bool:
    """Do a claimed job and write down what became of it. True when it was done, and counted as done.

    Raises `DatabaseError` or `InterfaceError` where nothing could be written down: then the lease runs out, and the job
    is taken back.
    """
    # What it changes of its language, zone or request stays within its own context.
    return copy_context().run(_run, job)


def _run(job: Job) -> bool:
    request_id.begin(job.request_id)
    began = time.monotonic()
    try:
        task = named(job.task)
        if task.in_transaction:
            _do_in_transaction(job, task)
        else:
            _do(job, task)
    except LeaseLost:
        logger.warning("%s: another worker has it by now", job)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # `sys.exit()` in a job is a fault of that job: it must not end the worker's thread.
        _went_wrong(job, error)
    else:
        return True
    finally:
        metrics.SECONDS.labels(metrics.label(job.task)).observe(time.monotonic() - began)
    return False


def _do(job: Job, task: JobTask[..., Any]) -> None:
    _call(job, task)
    if not outcomes.done(job):
        raise LeaseLost


_do_in_transaction = in_transaction(_do)
"""What it has done is undone where it is not counted as done."""


def run_together(jobs: Sequence[Job], *, seconds: float, is_stopping: Callable[[], bool]) -> int:
    """Do claimed jobs that are each done in a transaction all in one, for about so many `seconds`.

    One commit is what a small job takes longest for. Gives how many of them, from the first on, have been seen to. One
    that goes wrong undoes all: then those before it are done again without it, and it is done by itself.
    """
    end = time.monotonic() + seconds
    done: list[Job] = []
    try:
        with transaction.atomic():
            for job in jobs:
                copy_context().run(_call_timed, job)
                done.append(job)
                if time.monotonic() > end or is_stopping():
                    break
            if not outcomes.done_together(done):
                raise LeaseLost
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        _part_with_failed_connection(error)
        if done and len(done) < len(jobs) and not isinstance(error, LeaseLost):
            return run_together(done, seconds=seconds, is_stopping=is_stopping)
        run(jobs[0])
        return 1
    return len(done)


def can_be_done_together(job: Job) -> bool:
    try:
        return named(job.task).in_transaction
    except GiveUp:
        return False


def _call_timed(job: Job) -> None:
    request_id.begin(job.request_id)
    began = time.monotonic()
    try:
        _call(job, named(job.task))
    finally:
        metrics.SECONDS.labels(metrics.label(job.task)).observe(time.monotonic() - began)


def _call(job: Job, task: JobTask[..., Any]) -> None:
    context = [TaskContext(task_result=result_of(job, task))] if task.takes_context else []
    depth = len(connection.atomic_blocks)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            task.call(*context, *job.arguments["args"], **job.arguments["kwargs"])
        if _is_left_open(depth):
            raise LeftOpen
    finally:
        if _is_left_open(depth):
            _begin_afresh()


def _is_left_open(depth: int) -> bool:
    """Whether a job has begun a transaction and not ended it. `depth` is how many there were when it began.

    What is written in such a one is seen by none, not even that this job and those after it are done.
    """
    works_alone = connection.connection is None or connection.in_atomic_block or connection.autocommit
    return len(connection.atomic_blocks) != depth or not works_alone


def _begin_afresh() -> None:
    connection.close()
    if connection.closed_in_transaction:
        connection.connect()


def _went_wrong(job: Job, error: BaseException) -> None:
    _part_with_failed_connection(error)
    if isinstance(error, UnknownTask):
        reason, is_last = str(error), outcomes.is_unknown_for_long(job)
        kept = outcomes.gave_up(job, reason) if is_last else outcomes.not_known_here(job, reason)
    elif isinstance(error, GiveUp):
        reason, kept, is_last = str(error), outcomes.gave_up(job, str(error)), True
    else:
        reason, is_last = outcomes.described(error), job.tries >= job.tries_max
        kept = outcomes.went_wrong(job, reason, wait=named(job.task).wait_after(job.tries))
    if not kept:
        logger.warning("%s: another worker has it by now", job)
    elif is_last:
        metrics.FAILURES.labels(metrics.label(job.task), "failed").inc()
        logger.error("%s has failed: %s", job, reason)
    else:
        metrics.FAILURES.labels(metrics.label(job.task), "retried").inc()
        logger.warning("%s: try %d of %d went wrong: %s", job, job.tries, job.tries_max, reason)


def _part_with_failed_connection(error: BaseException) -> None:
    """What became of the job is written down by a connection that works."""
    if isinstance(error, OperationalError | InterfaceError) or connection.errors_occurred:
        connection.close()
