"""A coroutine is begun at once, and goes on where it had to wait."""

import asyncio

import pytest

from presence import eager


async def test_what_does_not_wait_is_done_at_once():
    done = []

    async def work():
        done.append(1)

    assert eager.begin(work()) is None
    assert done == [1]


async def test_what_waits_goes_on_when_it_is_awaited():
    opened, done = asyncio.Event(), []

    async def work():
        for step in range(3):
            done.append(step)
            await opened.wait()
            await asyncio.sleep(0)

    rest = eager.begin(work())
    assert done == [0]
    task = asyncio.ensure_future(rest)
    await asyncio.sleep(0)
    assert done == [0]
    opened.set()
    await task
    assert done == [0, 1, 2]


async def test_what_it_waits_for_may_be_there_before_it_is_awaited():
    future = asyncio.get_running_loop().create_future()

    async def work():
        assert await future == 7

    rest = eager.begin(work())
    future.set_result(7)
    await asyncio.wait_for(rest, 5)


async def test_a_fault_is_the_callers_at_once_and_the_awaiters_later():
    async def work(wait):
        await asyncio.sleep(wait)
        raise LookupError

    async def at_once():
        raise LookupError

    with pytest.raises(LookupError):
        eager.begin(at_once())
    rest = eager.begin(work(0))
    with pytest.raises(LookupError):
        await rest


async def test_it_can_be_cancelled_and_tidies_up():
    done = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            done.append("tidy")

    task = asyncio.ensure_future(eager.begin(work()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["tidy"]


async def test_what_nobody_goes_on_with_is_closed():
    done = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            done.append("closed")

    waiting = eager.begin(work()).__await__()
    next(waiting)
    waiting.close()
    assert done == ["closed"]
