"""What is begun at once behaves as a task would."""

import asyncio

import pytest

from presence.engine import eager_task


class Rest:
    """What was left to do, as a task."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None

    def __call__(self, work) -> None:
        self.task = asyncio.get_running_loop().create_task(work)


async def test_work_that_does_not_wait_is_done_at_once():
    done: list[str] = []

    async def work() -> None:
        done.append("all")

    rest = Rest()
    eager_task.start(work(), rest)
    assert done == ["all"]
    assert rest.task is None


async def test_work_that_waits_goes_on_when_what_it_waits_for_has_come():
    done: list[object] = []
    doors = [asyncio.get_running_loop().create_future() for _ in range(2)]

    async def work() -> None:
        done.append("begun")
        done.append(await doors[0])
        await asyncio.sleep(0)
        done.append(await doors[1])

    rest = Rest()
    eager_task.start(work(), rest)
    assert done == ["begun"]
    doors[0].set_result("first")
    await asyncio.sleep(0.01)
    assert done == ["begun", "first"]
    doors[1].set_result("second")
    await rest.task
    assert done == ["begun", "first", "second"]


async def test_what_fails_before_it_waits_fails_here_and_afterwards_in_the_task():
    door = asyncio.get_running_loop().create_future()

    async def fails() -> None:
        raise LookupError

    async def fails_later() -> None:
        await door
        raise LookupError

    rest = Rest()
    with pytest.raises(LookupError):
        eager_task.start(fails(), rest)
    eager_task.start(fails_later(), rest)
    door.set_result(None)
    with pytest.raises(LookupError):
        await rest.task


async def test_what_is_cancelled_while_it_waits_can_tidy_up():
    tidied: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            tidied.append("up")

    rest = Rest()
    eager_task.start(work(), rest)
    await asyncio.sleep(0)
    rest.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rest.task
    assert tidied == ["up"]
