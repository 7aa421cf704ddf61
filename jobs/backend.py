"""The back end of django-tasks: jobs are rows, written in the transaction of the code that enqueues them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import normalize_json

from jobs import waking
from jobs.enums import State
from jobs.errors import UnknownTask
from jobs.task import JobTask, named
from kernel import clock, request_id
from kernel.unit_of_work import after_commit, in_transaction

if TYPE_CHECKING:
    from jobs.models import Job

ARGUMENTS_MAX = 64 * 1024
ARGUMENTS_DEEP = 20
"""MariaDB reads JSON of 32 levels, and no deeper."""

STATUS = {
    State.WAITING: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.FAILED: TaskResultStatus.FAILED,
}


class JobBackend(BaseTaskBackend):
    """What a task returns is not kept: results may hold what no row should."""

    task_class = JobTask
    supports_defer = True
    supports_get_result = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        self.validate_task(task)
        job = new_job(task, args, kwargs)
        if job.unique_key is None:
            job.save(force_insert=True)
        else:
            job = _insert_keyed(job)
        after_commit(lambda: waking.wake(job.queue))
        result = result_of(job, task)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        from jobs.models import Job

        job = Job.objects.filter(pk=result_id).first() if result_id.isascii() and result_id.isdigit() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        try:
            return result_of(job, named(job.task))
        except UnknownTask as unknown:
            raise TaskResultDoesNotExist(result_id) from unknown


def new_job(task: Task[..., Any], args: Any = (), kwargs: Any = None) -> Job:
    """A job that waits, not yet written."""
    from jobs.models import Job

    if not isinstance(task, JobTask):
        raise InvalidTaskError("This task belongs to another back end.")
    now = clock.now()
    kwargs = kwargs or {}
    return Job(
        queue=task.queue_name,
        state=State.WAITING,
        due_at=task.run_after or now,
        task=task.module_path,
        arguments=_kept(normalize_json({"args": args, "kwargs": kwargs})),
        unique_key=task.key_of(args, kwargs),
        tries_max=task.tries,
        request_id=request_id.current() if request_id.current() != "-" else "",
        created_at=now,
    )


def result_of(job: Job, task: Task[Any, Any]) -> TaskResult[Any]:
    """A job as django-tasks shows it."""
    state = State(job.state)
    errors = []
    if state == State.FAILED:
        errors.append(TaskError(exception_class_path="jobs.errors.GiveUp", traceback=job.last_error))
    return TaskResult(
        task=task,
        id=str(job.pk),
        status=STATUS[state],
        enqueued_at=job.created_at,
        started_at=job.started_at,
        last_attempted_at=job.started_at,
        finished_at=job.finished_at,
        args=job.arguments["args"],
        kwargs=job.arguments["kwargs"],
        backend=task.backend,
        errors=errors,
        worker_ids=[job.worker] * job.tries,
    )


def _kept(arguments: Any) -> Any:
    """Arguments as they are, when every database keeps them: MariaDB would refuse some only when the row is written.

    Raises `ValueError` for what is no JSON, and for what is more than ids.
    """
    _require_shallow(arguments, ARGUMENTS_DEEP)
    try:
        size = len(json.dumps(arguments, allow_nan=False, ensure_ascii=False).encode())
    except ValueError as error:
        raise ValueError("An argument of a job is no JSON.") from error
    if size > ARGUMENTS_MAX:
        raise ValueError(f"The arguments of a job are more than {ARGUMENTS_MAX} bytes: hand over an id.")
    return arguments


def _require_shallow(value: Any, levels: int) -> None:
    if levels == 0:
        raise ValueError("The arguments of a job are nested too deeply.")
    if isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            _require_shallow(each, levels - 1)


@in_transaction
def _insert_keyed(job: Job) -> Job:
    """Write a job, or find the one that has its key already; that one runs once more when it is running now.

    A keyed job may so enqueue itself, to run again at a later moment.
    """
    from jobs.models import Job

    # Writing the key over itself locks the row that has it for this transaction alone. To ignore the conflict would
    # lock it for reading, and several that then want to write stand in each other's way.
    target = ["unique_key"] if connection.features.supports_update_conflicts_with_target else None
    while True:
        Job.objects.bulk_create([job], update_conflicts=True, update_fields=["unique_key"], unique_fields=target)
        # Locked until the commit: it cannot end without having seen what this transaction has changed.
        found = Job.objects.select_for_update().filter(unique_key=job.unique_key).first()
        if found is None:
            continue  # The one that was in the way has ended in this very moment.
        if found.state == State.RUNNING:
            at = job.due_at if found.wanted_at is None else min(found.wanted_at, job.due_at)
            Job.objects.filter(pk=found.pk).update(is_wanted_again=True, wanted_at=at)
        elif found.due_at > job.due_at:
            Job.objects.filter(pk=found.pk).update(due_at=job.due_at)
        return found
