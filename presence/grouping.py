"""Doing together what comes together.

A batch is what came in while the last one was being done: alone, a call does not wait; under load, one transaction
carries hundreds. There is no timer.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from offers_project.kernel import request_id
from presence import metrics, pool

Item = TypeVar("Item")
Result = TypeVar("Result")

logger = logging.getLogger(__name__)

LARGEST = 500


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

    async def call(self, item: Item) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                await self._do(batch)
        finally:
            self._task = None

    async def _do(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        request_id.begin()
        metrics.BATCHES.labels(self._name).observe(len(batch))
        try:
            results = await pool.run(self._run, [item for item, _future in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, OperationalError | InterfaceError):
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
