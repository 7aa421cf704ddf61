"""What a process does when the database was away for a while."""

import asyncio

import pytest
from django.db import OperationalError

from accounts.sign_in.validity import SignedIn, ValidSignIn
from kernel.actors import Actor
from presence.live import watch
from presence.live.connection import Connection
from presence.live.hub import Hub


@pytest.fixture
def swept(monkeypatch):
    calls = []
    monkeypatch.setattr(watch.leases, "sweep", lambda: calls.append(1))
    return calls


async def test_nobody_is_told_to_have_gone_before_everybody_could_renew(swept):
    hub = Hub(asyncio.get_running_loop())
    await watch.sweep(hub)
    assert len(swept) == 1
    hub.database_failed_at = hub.loop.time()
    await watch.sweep(hub)
    assert len(swept) == 1
    hub.database_failed_at -= 2 * watch.SETTLE_SECONDS
    await watch.sweep(hub)
    assert len(swept) == 2


async def test_what_the_database_has_failed_is_soon_done_again_and_remembered(monkeypatch):
    hub = Hub(asyncio.get_running_loop())
    monkeypatch.setattr(watch, "TRY_AGAIN_SECONDS", 0.01)
    done, tries = asyncio.Event(), []

    async def renew():
        tries.append(hub.database_failed_at)
        if len(tries) < 3:
            raise OperationalError(2002, "away")
        done.set()

    monkeypatch.setattr(watch.random, "random", lambda: 0.0)
    job = asyncio.create_task(watch._every(hub, "leases", 3600, renew))
    await asyncio.wait_for(done.wait(), 20)
    job.cancel()
    assert tries[0] < tries[1] <= tries[2]


async def test_a_fault_of_our_own_says_nothing_about_the_database(monkeypatch):
    hub = Hub(asyncio.get_running_loop())
    monkeypatch.setattr(watch.random, "random", lambda: 0.0)
    failed = asyncio.Event()

    async def stumble():
        failed.set()
        raise ZeroDivisionError

    job = asyncio.create_task(watch._every(hub, "stumble", 3600, stumble))
    await failed.wait()
    await asyncio.sleep(0)
    job.cancel()
    assert hub.database_failed_at < hub.loop.time() - 10**6


async def test_many_are_asked_about_a_few_at_a_time():
    portions = [some async for some in watch._portions(list(range(60)), 25, 0.01)]
    assert portions == [list(range(25)), list(range(25, 50)), list(range(50, 60))]
    assert [some async for some in watch._portions([], 25, 0.01)] == []


async def test_who_shows_another_sign_in_meanwhile_is_not_shown_out_for_the_first(monkeypatch):
    async def send(message): ...

    olga = Actor("dispatcher", 1, "Olga", "dispatcher")
    hub = Hub(asyncio.get_running_loop())
    renewed, ended, staying = (Connection(name, hub, send) for name in ("renewed", "ended", "staying"))
    for connection in (renewed, ended, staying):
        connection.bind(SignedIn(olga, connection.id, None), expires_at=None, language="en")
        hub.add(connection)
        connection.position.sent = 0
    hub.is_draining = True  # Whoever is closed leaves no lease behind.

    def valid_sign_ins(sign_ins):
        renewed.bind(SignedIn(olga, "another", None), expires_at=None, language="en")
        return {each: ValidSignIn(olga, None) for each in sign_ins if each.auth_session_id == "staying"}

    monkeypatch.setattr(watch.validity, "valid_sign_ins", valid_sign_ins)
    await watch.look_at_access(hub)
    assert [each.is_closing for each in (renewed, ended, staying)] == [False, True, False]
