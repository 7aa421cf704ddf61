"""Doing at once what does not have to wait.

A task costs more than most of what is sent: it is made only for what is left when a coroutine has to wait.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any


class Rest(Awaitable[None]):
    """What is left of a coroutine that has begun."""

    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        """Hand on what it waits for, and what it is given, until it is done."""
        waits_for = self._waits_for
        while True:
            try:
                given = yield waits_for
            except GeneratorExit:
                self._work.close()
                raise
            except BaseException as error:
                go_on: Callable[[], Any] = partial(self._work.throw, error)
            else:
                go_on = partial(self._work.send, given)
            try:
                waits_for = go_on()
            except StopIteration:
                return


def begin(work: Coroutine[Any, Any, None]) -> Rest | None:
    """Do as much of `work` as goes without waiting. Gives what is left, which must be awaited; None when it is done."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return Rest(work, waits_for)
