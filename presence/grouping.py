"""Doing together what comes together.

A batch is what came in while the last one was being done: alone, a call does not wait; under load, one transaction
carries hundreds. Only a batch that takes unusually long, since somebody else holds a lock that it needs, does not keep
the next one waiting.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from offers_project.kernel import request_id
from presence import metrics, pool
from presence.telling import LOCK_WAIT_TIMEOUT

Item = TypeVar("Item")
Result = TypeVar("Result")

logger = logging.getLogger(__name__)

LARGEST = 500
PATIENCE_SECONDS = 0.3
"""So long a batch has the field to itself."""
SIDE_BY_SIDE = 4
"""How many batches may be under way at the most: there are other things to be done in the database threads."""


class Grouped(Generic[Item, Result]):
    """`run` does a sequence of items in a database thread and gives their results in the same order.

    A result that is an exception is raised to the one who asked for it. When a whole batch fails by a fault of our
    own, its items are tried one by one, so that one of them cannot spoil it for the others.
    """

    def __init__(self, name: str, run: Callable[[Sequence[Item]], Sequence[Result | Exception]]) -> None:
        self._name = name
        self._run = run
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._task: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def call(self, item: Item) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                if len(self._under_way) >= SIDE_BY_SIDE:
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                doing = asyncio.create_task(self._do(batch))
                self._under_way.add(doing)
                doing.add_done_callback(self._under_way.discard)
                await asyncio.wait([doing], timeout=PATIENCE_SECONDS)
        finally:
            self._task = None

    async def _do(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        request_id.begin()
        metrics.BATCHES.labels(self._name).observe(len(batch))
        try:
            results = await pool.run(self._run, [item for item, _future in batch])
        except Exception as error:
            if len(batch) == 1 or _is_away(error):
                results = [error] * len(batch)
            else:
                logger.exception("%s: a batch of %d failed and is tried one by one", self._name, len(batch))
                for each in batch:
                    await self._do([each])
                return
        for (_item, future), result in zip(batch, results, strict=True):
            if future.done():
                continue  # Whoever asked has gone.
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def _is_away(error: Exception) -> bool:
    """Whether it is the database that does not work, rather than one of the items. Who waits in vain for a lock waits
    for one that only some of the items need.
    """
    return isinstance(error, OperationalError | InterfaceError) and error.args[:1] != (LOCK_WAIT_TIMEOUT,)
