"""Doing together what comes together.

A batch is what came in while the last one was being done and answered: alone, a call does not wait; under load, one
transaction carries hundreds. Only a batch that takes unusually long, since somebody else holds a lock that it needs,
does not keep the next one waiting.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError

from kernel import request_id
from kernel.unit_of_work import LOCK_WAIT_TIMEOUT
from presence import metrics
from presence.engine import loop_ticks, pool

Item = TypeVar("Item")
Result = TypeVar("Result")

logger = logging.getLogger(__name__)

LARGEST = 500
TURNS = 4
"""Of the loop until the next batch begins: what this one has to say goes out first, and what comes in meanwhile belongs
to the next. Loop and thread at once would mostly wait for one another: one alone has Python's lock.
"""
PACES = ((8, 0.004), (3, 0.003))
"""After a batch of at least so many, the next one begins so many seconds after it began, and not at once: each costs
the process about as much as ten messages, and the time between is spent on what else there is to do.
"""
EXCLUSIVE_SECONDS = 0.3
"""So long a batch runs alone. After this the next one may run beside it."""
SIDE_BY_SIDE = 4
"""How many batches may be under way at the most: there are other things to be done in the database threads."""


Waiting = tuple[Item, asyncio.Future[Result]]


class MicroBatcher(Generic[Item, Result]):
    """`run` does a sequence of items in a database thread and gives their results in the same order.

    A result that is an exception is raised to the one who asked for it. When a whole batch fails by a fault of our
    own, its items are tried one by one, so that one of them cannot spoil it for the others.
    """

    def __init__(self, name: str, run: Callable[[Sequence[Item]], Sequence[Result | Exception]]) -> None:
        self._name = name
        self._run = run
        self._waiting: list[Waiting[Item, Result]] = []
        self._under_way = 0
        self._exclusive: asyncio.TimerHandle | None = None
        """Of the batch that runs alone: ends that when it takes too long."""
        self._free_at = 0.0
        """The loop's time from when on the next batch may begin."""

    async def call(self, item: Item) -> Result:
        loop = asyncio.get_running_loop()
        if not self._waiting and self._exclusive is None:
            loop.call_soon(self._go_on)
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        return await future

    def _go_on(self) -> None:
        """Begin the next batch, if there is one and none runs alone."""
        if not self._waiting or self._exclusive is not None or self._under_way >= SIDE_BY_SIDE:
            return
        batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        metrics.BATCHES.labels(self._name).observe(len(batch))
        loop = asyncio.get_running_loop()
        self._under_way += 1
        self._free_at = loop.time() + _pace(len(batch))
        self._exclusive = loop.call_later(EXCLUSIVE_SECONDS, self._end_exclusive)
        doing = pool.start(self._do, [item for item, _future in batch])
        doing.add_done_callback(partial(_in_loop, loop, self._finish, batch, self._exclusive))

    def _end_exclusive(self) -> None:
        self._exclusive = None
        self._go_on()

    def _finish(
        self,
        batch: Sequence[Waiting[Item, Result]],
        exclusive: asyncio.TimerHandle,
        done: Future[Sequence[Result | Exception]],
    ) -> None:
        self._under_way -= 1
        exclusive.cancel()
        loop_ticks.after(TURNS, self._leave, exclusive)
        try:
            results = done.result()
        except BaseException as error:  # What ends a thread must not leave anybody waiting.
            results = [RuntimeError(f"{self._name} ended with {type(error).__name__}")] * len(batch)
        for (_item, future), result in zip(batch, results, strict=True):
            if future.done():
                continue  # Whoever asked has gone.
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _leave(self, exclusive: asyncio.TimerHandle) -> None:
        """The batch of this timer has been answered: the next one may begin, now or a little later."""
        if self._exclusive is exclusive:
            loop = asyncio.get_running_loop()
            if (early := self._free_at - loop.time()) > 0:
                loop.call_later(early, self._leave, exclusive)
                return
            self._exclusive = None
        self._go_on()

    def _do(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        """In a database thread."""
        request_id.begin()
        try:
            return pool.with_connection(self._run, items)
        except Exception as error:
            if len(items) == 1 or _is_away(error):
                return [error] * len(items)
            logger.exception("%s: a batch of %d failed and is tried one by one", self._name, len(items))
            return [result for item in items for result in self._do([item])]


def _pace(size: int) -> float:
    return next((seconds for least, seconds in PACES if size >= least), 0.0)


def _in_loop(loop: asyncio.AbstractEventLoop, finish: Callable[..., None], *args: Any) -> None:
    """From another thread."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(finish, *args)


def _is_away(error: Exception) -> bool:
    """Whether it is the database that does not work, rather than one of the items. Who waits in vain for a lock waits
    for one that only some of the items need.
    """
    return isinstance(error, OperationalError | InterfaceError) and error.args[:1] != (LOCK_WAIT_TIMEOUT,)
