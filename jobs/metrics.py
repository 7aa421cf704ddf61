"""What is counted of jobs, for `/metrics`. Labels are queues, states and names of tasks, of which there are few."""

from functools import cache

from django.conf import settings
from django.db import DatabaseError, models
from prometheus_client import Counter, Gauge, Histogram

from jobs.enums import State
from jobs.errors import GiveUp
from jobs.task import named
from kernel import clock

JOBS = Gauge("jobs", "Jobs that have not ended well, by queue and state", ["queue", "state"])
OLDEST = Gauge("jobs_oldest_due_seconds", "For how long the job has been due that waits for longest", ["queue"])
SECONDS = Histogram(
    "job_seconds",
    "How long a job has run, well or not",
    ["task"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
FAILURES = Counter(
    "job_failures_total", "Tries that went wrong: `retried`, `failed` for good, or `lost`", ["task", "how"]
)
LOOK_FAILURES = Counter("jobs_look_failures_total", "Looks for due jobs that the database has failed")
COUNTED = (State.WAITING, State.RUNNING, State.FAILED)
"""Those that are done are many, and counting them would take longer than they did."""


@cache
def label(task: str) -> str:
    """The name of a task as a label. A row may name anything: what is no task has one name together."""
    try:
        named(task)
    except GiveUp:
        return "unknown"
    return task


def look() -> None:
    """Count what is in the table now. Without the database there are no figures, rather than old ones.

    Every worker does so now and then: reading the figures must not wait for the database.
    """
    from jobs.models import Job

    JOBS.clear()
    OLDEST.clear()
    try:
        now = clock.now()
        for queue in settings.JOBS["QUEUES"]:
            for state in COUNTED:
                found = Job.objects.filter(queue=queue, state=state)
                JOBS.labels(queue, state).set(found.count())
            waiting = Job.objects.filter(queue=queue, state=State.WAITING, due_at__lte=now)
            oldest = waiting.aggregate(at=models.Min("due_at"))["at"]
            OLDEST.labels(queue).set((now - oldest).total_seconds() if oldest else 0)
    except DatabaseError:
        JOBS.clear()
        OLDEST.clear()
