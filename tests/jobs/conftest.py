from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from jobs import schedules
from jobs.enums import State
from jobs.models import Job
from jobs.worker import Worker
from kernel import clock
from tests.jobs import examples


@pytest.fixture(autouse=True)
def fresh_examples() -> None:
    examples.heard.clear()
    examples.faults.clear()


@pytest.fixture(autouse=True)
def no_schedules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the product would be among what a test looks at."""
    monkeypatch.setattr(schedules, "_schedules", {})


@pytest.fixture
def effects(transactional_db: None) -> Iterator[Callable[[], list[str]]]:
    """What tasks have written, seen by every process."""
    examples.make_table()
    yield examples.written
    examples.drop_table()


@pytest.fixture
def do_all() -> Callable[[], int]:
    """Does what is due now."""
    return lambda: Worker({"clock": 1, "default": 1, "outside": 1}).do_all()


@contextmanager
def later(**span: float) -> Iterator[datetime]:
    """So much later."""
    with clock.standing_at(clock.now() + timedelta(**span)) as moment:
        yield moment


def claimed(task: Any, *args: Any, worker: str = "a") -> Job:
    """A job that `worker` has."""
    from jobs import claiming

    task.enqueue(*args)
    (job,) = claiming.claim(task.queue_name, worker=worker, most=1)
    return job


def state(job: Job) -> State:
    return State(Job.objects.get(pk=job.pk).state)
