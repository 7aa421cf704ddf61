"""Tasks that tests enqueue. What they have done is in `heard`, or, seen from other processes, in a table of its own."""

import time
from typing import Any

from django.db import connection
from django_tasks import task

from jobs.errors import GiveUp

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
