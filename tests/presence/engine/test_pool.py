"""The database threads when there is no database."""

import asyncio
import threading

import pytest
from django.db import OperationalError

from presence.engine import pool


class Away:
    """A database that takes no connections, however often one tries."""

    def __init__(self):
        self.tries = 0
        self.may_fail = threading.Event()
        self.is_tried = threading.Event()

    def connect(self):
        self.tries += 1
        self.is_tried.set()
        self.may_fail.wait(20)
        raise OperationalError(2003, "Can't connect")


@pytest.fixture
def away(monkeypatch):
    away = Away()

    class Wrapper:
        connection = None
        errors_occurred = False
        ensure_connection = staticmethod(away.connect)

        def close(self):
            pass

    monkeypatch.setattr(pool, "connection", Wrapper())
    return away


async def test_while_one_looks_for_the_database_the_others_are_told_at_once(breaker, away):
    away.may_fail.set()
    with pytest.raises(OperationalError, match="connect"):
        await pool.run(away.connect)
    assert breaker.is_away
    away.may_fail.clear()
    away.is_tried.clear()
    looking = asyncio.create_task(pool.run(lambda: None))
    await asyncio.to_thread(away.is_tried.wait, 20)
    for _ in range(5):
        with pytest.raises(OperationalError, match="somebody is looking"):
            await pool.run(lambda: None)
    away.may_fail.set()
    with pytest.raises(OperationalError, match="connect"):
        await looking
    assert away.tries == 2


@pytest.mark.django_db(transaction=True)
async def test_who_finds_it_lets_everybody_in_again(breaker):
    breaker.is_away = True
    assert await pool.run(lambda: 5) == 5
    assert not breaker.is_away


async def test_connection_that_ended_under_way_shuts_nobody_out(breaker, monkeypatch):
    def lose():
        pool.connection.connection = None
        raise OperationalError(2013, "Lost connection")

    class Open:
        connection = object()
        errors_occurred = False

        def close(self):
            pass

        def is_usable(self):
            return True

    monkeypatch.setattr(pool, "connection", Open())
    with pytest.raises(OperationalError):
        await pool.run(lose)
    assert not breaker.is_away
