"""Tasks that tests enqueue. What they have done is in `heard`, or, seen from other processes, in a table of its own."""

import sys
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from django_tasks import task

from jobs.errors import GiveUp
from kernel import clock

heard: list[Any] = []
faults: list[Exception] = []
"""What `faulty` raises, the first first; then it works."""


@task
def hear(*args: Any, **kwargs: Any) -> str:
    heard.append((args, kwargs))
    return "what is not kept"


@task(tries=3, first_wait=10)
def faulty(number: int) -> None:
    if faults:
        raise faults.pop(0)
    heard.append(number)


@task
def hopeless(reason: str) -> None:
    raise GiveUp(reason)


@task(takes_context=True)
def tell_try(context: Any) -> None:
    heard.append((context.attempt, context.task_result.id))


@task(key=lambda number, **_rest: number)
def keyed(number: int, *, name: str = "") -> None:
    heard.append((number, name))


@task(key=lambda key: key)
def spelled(key: str) -> None:
    heard.append(key)


@task(key=lambda number: number)
def later_again(number: int) -> None:
    """Enqueues itself, as what looks at something now and then does."""
    heard.append(number)
    for minutes in (90, 60, 120):
        later_again.using(run_after=clock.now() + timedelta(minutes=minutes)).enqueue(number)


@task(in_transaction=True, tries=1000, first_wait=0.05)
def write(name: str) -> None:
    _write(name)


@task(in_transaction=True, tries=3)
def write_and_fail(name: str) -> None:
    _write(name)
    raise ValueError(f"+15555550123 said {name}")


@task(in_transaction=True, key=lambda name: name, tries=1000, first_wait=0.05)
def write_keyed(name: str) -> None:
    _write(name)


@task(tries=1000, first_wait=0.05)
def write_by_itself(name: str) -> None:
    _write(name)
    time.sleep(0.02)


@task
def take_long(seconds: float, name: str) -> None:
    _write(f"{name} begins")
    time.sleep(seconds)
    _write(f"{name} ends")


@task(queue_name="clock", in_transaction=True, tries=1000, first_wait=0.05)
def on_time() -> None:
    _write("tick")


@task(queue_name="clock")
def tick() -> None:
    heard.append("tick")


@task(tries=3)
def leave() -> None:
    sys.exit(1)


@task(in_transaction=True, tries=3)
def leave_in_transaction() -> None:
    sys.exit(1)


@task(tries=3)
def open_and_forget() -> None:
    transaction.set_autocommit(False)
    _write("never seen")


@task(tries=3)
def enter_and_forget() -> None:
    transaction.atomic().__enter__()
    _write("never seen")


@task(in_transaction=True, tries=3)
def enter_and_forget_in_transaction() -> None:
    transaction.atomic().__enter__()


@task(in_transaction=True, tries=3)
def break_transaction() -> None:
    with suppress(IntegrityError), transaction.atomic(savepoint=False):
        raise IntegrityError


@task
def move_abroad() -> None:
    heard.append((timezone.get_current_timezone_name(), translation.get_language(), clock.now()))
    timezone.activate("Asia/Tokyo")
    translation.activate("es")
    clock.standing_at(clock.now() + timedelta(days=9)).__enter__()


@task(in_transaction=True)
def move_abroad_in_transaction() -> None:
    move_abroad.func()


def make_table() -> None:
    key = "id INTEGER PRIMARY KEY AUTO_INCREMENT" if connection.vendor == "mysql" else "id INTEGER PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS job_effects")
        cursor.execute(f"CREATE TABLE job_effects ({key}, name VARCHAR(64) NOT NULL)")


def drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS job_effects")


def written() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM job_effects ORDER BY id")
        return [name for (name,) in cursor.fetchall()]


def _write(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO job_effects (name) VALUES (%s)", [name])
