"""What a server process does again and again beside answering."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """`run` is called in a database thread every `seconds`, as long as the process serves.

    Several processes may do it at once, so it is safe to be done twice.
    """

    name: str
    seconds: float
    run: Callable[[], object]
