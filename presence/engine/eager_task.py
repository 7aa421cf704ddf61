"""Beginning at once: most of what is sent is taken without waiting, and a task for it would cost more than it does."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any

Waited = asyncio.Future[Any] | None


def start(work: Coroutine[Any, Any, None], go_on: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    """Do `work` now, as far as it comes without waiting. If it has to wait, `go_on` is given what is left of it, to be
    made a task of. What `work` raises before that is raised here.
    """
    try:
        waited = work.send(None)
    except StopIteration:
        return
    go_on(_rest(work, waited))


@coroutine
def _rest(work: Coroutine[Any, Any, None], waited: Waited) -> Generator[Waited, Any, None]:
    """What a task would have done: hand on what is waited for, and give back what comes of it."""
    while True:
        try:
            came = yield waited
        except BaseException as error:
            step = lambda error=error: work.throw(error)  # noqa: E731
        else:
            step = lambda came=came: work.send(came)  # noqa: E731
        try:
            waited = step()
        except StopIteration:
            return
