"""The limit of heavy work: few at once, a short line, and no waiting without an end."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from kernel.concurrency_limit import ConcurrencyLimit
from kernel.errors import Busy


def test_so_many_work_at_once_and_the_rest_wait_their_turn():
    turns, lock, inside, most = ConcurrencyLimit(), threading.Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal inside, most
        with turns.turn("dana", at_once=3, line=100, seconds=30):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.002)
            with lock:
                inside -= 1
        return number

    with ThreadPoolExecutor(40) as pool:
        assert list(pool.map(work, range(40))) == list(range(40))
    assert (most, inside) == (3, 0)


def test_nought_is_no_limit():
    turns = ConcurrencyLimit()
    with turns.turn("a", at_once=0, line=0, seconds=0), turns.turn("b", at_once=0, line=0, seconds=0):
        pass


def test_one_who_waits_too_long_is_told_to_come_again():
    turns = ConcurrencyLimit()
    with turns.turn("a", at_once=1, line=10, seconds=0):
        with pytest.raises(Busy) as refused, turns.turn("b", at_once=1, line=10, seconds=0.01):
            pass
        assert refused.value.retry_after > 0
    with turns.turn("b", at_once=1, line=0, seconds=0):
        pass


def waiting(turns: ConcurrencyLimit, who: str, line: int, pool: ThreadPoolExecutor, order: list[str]) -> None:
    """Puts one more into the line, and comes back when they stand there."""
    length = len(turns._line)

    def work() -> None:
        with turns.turn(who, at_once=1, line=line, seconds=30):
            order.append(who)

    pool.submit(work)
    while len(turns._line) == length:
        time.sleep(0.001)


def test_one_client_has_half_of_the_line_and_those_who_came_first_go_first():
    turns, order = ConcurrencyLimit(), []
    with ThreadPoolExecutor(4) as pool, turns.turn("x", at_once=1, line=4, seconds=0):
        for who in ("a", "a"):
            waiting(turns, who, 4, pool, order)
        with pytest.raises(Busy), turns.turn("a", at_once=1, line=4, seconds=30):
            pass
        for who in ("b", "c"):
            waiting(turns, who, 4, pool, order)
        with pytest.raises(Busy), turns.turn("d", at_once=1, line=4, seconds=30):
            pass
    assert order == ["a", "a", "b", "c"]


def test_a_fault_gives_the_place_back():
    turns = ConcurrencyLimit()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn("a", at_once=1, line=0, seconds=0):
            raise ZeroDivisionError


def test_who_waits_lets_go_first_and_who_does_not_wait_keeps_what_they_have():
    turns, let_go = ConcurrencyLimit(), []

    @contextmanager
    def waiting(who: str):
        let_go.append(f"{who} waits")
        yield
        let_go.append(f"{who} waited")

    def turn(who: str):
        return turns.turn(who, at_once=1, line=2, seconds=0.01, while_waiting=lambda: waiting(who))

    with turn("a"), pytest.raises(Busy), turn("b"):
        pass
    assert let_go == ["b waits", "b waited"]


def test_who_cannot_wait_takes_no_place():
    turns = ConcurrencyLimit()

    @contextmanager
    def broken():
        raise ZeroDivisionError
        yield

    def turn(who: str):
        return turns.turn(who, at_once=1, line=2, seconds=9, while_waiting=broken)

    with turn("a"), pytest.raises(ZeroDivisionError), turn("b"):
        pass
    with turns.turn("c", at_once=1, line=0, seconds=0):
        pass
