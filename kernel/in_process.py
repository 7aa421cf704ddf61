"""Work that every server process repeats beside answering: for the people connected to it, or with what it remembers.

What is by the clock and once for the installation is a scheduled job instead (`jobs.schedules`).
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InProcess:
    """`run` is called in a database thread every `seconds`, as long as the process serves.

    Every process does it at once, so it is safe to be done twice.
    """

    name: str
    seconds: float
    run: Callable[[], object]


_registered: dict[str, InProcess] = {}


def register(*tasks: InProcess) -> None:
    _registered.update({task.name: task for task in tasks})


def registered() -> list[InProcess]:
    return list(_registered.values())
