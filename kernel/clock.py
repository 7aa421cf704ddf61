"""The time, by the database's clock, so that several processes agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection

_NOW = {
    "mysql": "UTC_TIMESTAMP(6)",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
}

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """The database's time, aware, in UTC."""
    if (told := _told.get()) is not None:
        return told
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql()}", [])
        (value,) = cursor.fetchone()
    return as_told(value)


def sql() -> str:
    """What a statement with parameters asks for, to learn the time along with the rest, for `as_told`."""
    return _NOW[connection.vendor]


def as_told(value: datetime | str) -> datetime:
    """The time as the database has told it, or as `standing_at` has set it."""
    if (told := _told.get()) is not None:
        return told
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let it be `moment` for everything done within: so that what happened earlier can be told by the same services."""
    before = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(before)


def iso(moment: datetime | None) -> str | None:
    """`2026-11-21T14:05:00.123Z`, as clients read it; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
