"""Watches units of work: lock, refuse, change.

A service that another one called joins its unit without a savepoint. Where it refuses after something was written in
the unit, half a change is left behind as soon as a caller catches the refusal and goes on; nothing shows it until then.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection

from kernel import unit_of_work
from kernel.errors import Refusal

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class Watch:
    """Stands around the services of a test, and keeps those that joined a unit and refused too late."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.late: list[str] = []
        self._begin = unit_of_work._begin
        monkeypatch.setattr(unit_of_work, "_begin", self.begin)
        monkeypatch.setattr(unit_of_work, "_join", self.join)

    def begin(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with _noting_writes():
            return self._begin(function, args, kwargs)

    def join(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return function(*args, **kwargs)
        except Refusal as refusal:
            if written := _written():
                name = f"{function.__module__}.{function.__qualname__}"
                self.late.append(f"{name} refused with `{refusal.code}` after the unit had written: {written[:200]}")
            raise


class _Writes:
    """The first statement of a unit that wrote something."""

    def __init__(self) -> None:
        self.first = ""

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not self.first and _WRITES.match(sql):
            self.first = sql
        return execute(sql, *rest)


def _noting_writes() -> AbstractContextManager[None]:
    return connection.execute_wrapper(_Writes())


def _written() -> str:
    """What the unit of this thread has written so far; nothing where no unit was begun."""
    return next((each.first for each in reversed(connection.execute_wrappers) if isinstance(each, _Writes)), "")
