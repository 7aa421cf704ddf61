"""What comes together is done together, and each gets an answer of their own."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from presence.engine import batching
from presence.engine.batching import MicroBatcher


async def gather(grouped, items):
    return await asyncio.gather(*(grouped.call(item) for item in items), return_exceptions=True)


async def test_a_batch_is_what_came_while_the_last_was_done():
    batches = []

    def double(items):
        batches.append(list(items))
        return [item * 2 for item in items]

    grouped = MicroBatcher("double", double)
    assert await grouped.call(1) == 2
    assert await gather(grouped, range(50)) == [item * 2 for item in range(50)]
    assert batches[0] == [1]
    assert len(batches) < 10


async def test_one_may_be_refused_alone():
    grouped = MicroBatcher("some", lambda items: [ValueError(item) if item == 3 else item for item in items])
    results = await gather(grouped, range(5))
    assert [type(result) for result in results] == [int, int, int, ValueError, int]


async def test_a_fault_is_found_by_trying_one_by_one():
    def stumble(items):
        if 3 in items:
            raise ZeroDivisionError
        return list(items)

    results = await gather(MicroBatcher("stumble", stumble), range(5))
    assert [type(result) for result in results] == [int, int, int, ZeroDivisionError, int]


async def test_without_a_database_nobody_tries_again():
    tries = []

    def away(items):
        tries.append(len(items))
        raise OperationalError(2006, "gone away")

    results = await gather(MicroBatcher("away", away), range(5))
    assert [type(result) for result in results] == [OperationalError] * 5
    assert sum(tries) == 5


async def test_what_ends_a_thread_leaves_nobody_waiting_and_the_next_batch_is_done():
    def leave(items):
        if 3 in items:
            raise SystemExit
        return list(items)

    grouped = MicroBatcher("leave", leave)
    results = await gather(grouped, range(5))
    assert [type(result) for result in results] == [RuntimeError] * 5
    assert await grouped.call(1) == 1


async def test_whoever_asked_and_left_does_not_disturb_the_others():
    grouped = MicroBatcher("slow", lambda items: list(items))
    leaving = asyncio.create_task(grouped.call(1))
    staying = asyncio.create_task(grouped.call(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 2
    with pytest.raises(asyncio.CancelledError):
        await leaving


@pytest.mark.django_db(transaction=True)
async def test_who_waits_in_vain_for_a_lock_does_so_alone():
    def locked(items):
        if 3 in items:
            raise OperationalError(1205, "Lock wait timeout exceeded")
        return list(items)

    results = await gather(MicroBatcher("locked", locked), range(5))
    assert [type(result) for result in results] == [int, int, int, OperationalError, int]


async def test_a_batch_that_takes_long_does_not_hold_up_the_next(monkeypatch):
    monkeypatch.setattr(batching, "EXCLUSIVE_SECONDS", 0.01)
    has_begun, may_end = threading.Event(), threading.Event()

    def work(items):
        if "slow" in items:
            has_begun.set()
            may_end.wait(20)
        return list(items)

    grouped = MicroBatcher("work", work)
    slow = asyncio.create_task(grouped.call("slow"))
    await asyncio.to_thread(has_begun.wait, 20)
    assert await grouped.call("quick") == "quick"
    assert not slow.done()
    may_end.set()
    assert await slow == "slow"


async def test_only_so_many_are_under_way_at_once(monkeypatch):
    monkeypatch.setattr(batching, "EXCLUSIVE_SECONDS", 0.01)
    may_end, begun = threading.Event(), []

    def work(items):
        begun.append(list(items))
        may_end.wait(20)
        return list(items)

    grouped = MicroBatcher("work", work)
    calls = []
    for number in range(batching.SIDE_BY_SIDE + 3):
        calls.append(asyncio.create_task(grouped.call(number)))
        await asyncio.sleep(0.03)
    assert len(begun) <= batching.SIDE_BY_SIDE
    may_end.set()
    assert await asyncio.gather(*calls) == list(range(len(calls)))


@pytest.mark.parametrize(("size", "waits"), [(1, False), (2, False), (3, True), (8, True)])
async def test_under_load_the_next_batch_keeps_a_pace(size, waits, monkeypatch):
    monkeypatch.setattr(batching, "PACES", ((8, 90.0), (3, 60.0)))
    grouped = MicroBatcher("note", list)
    await gather(grouped, range(size))
    following = asyncio.create_task(grouped.call("next"))
    done, _waiting = await asyncio.wait([following], timeout=0.3 if waits else 30)
    assert bool(done) is not waits
    following.cancel()


def test_a_larger_batch_has_a_longer_pace():
    assert [batching._pace(size) for size in (1, 2, 3, 7, 8, 500)] == [0.0, 0.0, 0.003, 0.003, 0.004, 0.004]
