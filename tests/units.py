"""Watches services that join another one's unit of work.

A service joins without a savepoint. One that refuses after it has written leaves half a change behind, if the service
that called it catches the refusal and goes on; and nothing shows it, until the day that it is caught.
"""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection

from offers_project.kernel.errors import Refusal

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class Joining:
    """Calls services that join a unit, in the place of `unit_of_work._join`, and keeps those that refuse too late."""

    def __init__(self) -> None:
        self.late: list[str] = []

    def __call__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        written: list[str] = []

        def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if _WRITES.match(sql):
                written.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            try:
                return function(*args, **kwargs)
            except Refusal as refusal:
                if written:
                    name = f"{function.__module__}.{function.__qualname__}"
                    self.late.append(f"{name} refused with `{refusal.code}` after it had written: {written[0][:200]}")
                raise
