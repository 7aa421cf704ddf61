"""Small jobs, as `benchmarks.jobs` has them done: each reads a row and writes one."""

from django.db import connection
from django_tasks import task

TABLE = "benchmark_rows"


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)")


def written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")
        return int(cursor.fetchone()[0])


@task(in_transaction=True)
def small(number: int) -> None:
    _write(number)


@task
def small_by_itself(number: int) -> None:
    _write(number)


def _write(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {TABLE} WHERE id = %s", [number])
        if cursor.fetchone() is None:
            cursor.execute(f"INSERT INTO {TABLE} (id, number) VALUES (%s, %s)", [number, number])
