"""What a hub looks after again and again: who is behind, who may still be here, whose lease runs on."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Iterable
from functools import partial
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts.sign_in import validity
from kernel import in_process, request_id
from kernel.actors import ActorKey
from presence import metrics
from presence.engine import pool
from presence.engine.limits import GIVE_UP_SECONDS, STUCK_SECONDS
from presence.here import leases
from presence.live.connection import TOO_SLOW, Connection
from presence.live.position import CANNOT_RESUME
from presence.live.roster import Roster
from presence.live.waiters import Waiters
from presence.log import epochs, replay

T = TypeVar("T")

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
TRY_AGAIN_SECONDS = 2.0
"""What the database has failed is not left lying for as long as it usually would be."""
SETTLE_SECONDS = 3 * TRY_AGAIN_SECONDS
"""So long after the database was away, nobody is told to have gone."""
HEADS_AT_A_TIME = 100
SIGN_INS_AT_A_TIME = 25
"""How many people one query asks about."""
PAUSE_SECONDS = 0.02
"""So long others have their turn in between, unless that would take more than a quarter of the time there is."""


class Hub(Protocol):
    """What is looked after of the hub (`presence.live.hub`)."""

    loop: asyncio.AbstractEventLoop
    process: str
    database_failed_at: float

    roster: Roster
    waiters: Waiters

    @property
    def writing(self) -> Iterable[Connection]: ...

    def leases(self) -> Collection[leases.Lease]: ...


def jobs(hub: Hub) -> list[Coroutine[Any, Any, None]]:
    """Everything that goes on as long as the process serves."""
    own: list[tuple[str, float, Callable[[], Awaitable[object]]]] = [
        ("heads", settings.PRESENCE["HEADS_SECONDS"], lambda: look_at_heads(hub)),
        ("access", settings.PRESENCE["WATCH_SECONDS"], lambda: look_at_access(hub)),
        ("leases", settings.PRESENCE["LEASE_RENEW_SECONDS"], lambda: renew_leases(hub)),
        ("sweep", SWEEP_SECONDS, lambda: sweep(hub)),
        ("readers", 1.0, lambda: look_at_readers(hub)),
    ]
    declared: list[tuple[str, float, Callable[[], Awaitable[object]]]] = [
        (task.name, task.seconds, partial(pool.run, task.run)) for task in in_process.registered()
    ]
    return [_every(hub, *job) for job in [*own, *declared]]


async def _every(hub: Hub, name: str, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
    # Processes that start together do not all ask at the same time.
    await asyncio.sleep(seconds * random.random() / 2)  # noqa: S311
    while True:
        request_id.begin()
        pause = seconds
        try:
            await job()
        except Exception as error:
            metrics.TASK_FAILURES.labels(name).inc()
            logger.warning("%s failed: %s: %s", name, type(error).__name__, error)
            if isinstance(error, OperationalError | InterfaceError):
                hub.database_failed_at = hub.loop.time()
                pause = min(seconds, TRY_AGAIN_SECONDS)
        await asyncio.sleep(pause)


async def look_at_heads(hub: Hub) -> None:
    """Bring those up to date whom no doorbell told: one query, however many are connected."""
    before = {key: [(each, each.position.sent) for each in theirs] for key, theirs in hub.roster.people.items()}
    keys = {*before, *hub.waiters.people()}
    if not keys:
        return
    epoch = await pool.run(epochs.current)
    heads: dict[ActorKey, replay.Head] = {}
    async for some in _portions(sorted(keys), HEADS_AT_A_TIME, settings.PRESENCE["HEADS_SECONDS"]):
        heads |= await pool.run(replay.heads, some)
    for key, theirs in before.items():
        head = heads.get(key, replay.Head()).seq
        for connection, sent in theirs:
            if sent is None or connection.position.sent is None:
                continue
            if head < sent or connection.epoch != epoch:
                connection.close(CANNOT_RESUME)  # A backup was restored.
            elif head > connection.position.sent:
                metrics.BEHIND.inc()
                connection.position.catch_up(head)
    for key in hub.waiters.people():
        hub.waiters.wake(key, heads.get(key, replay.Head()).seq)


async def look_at_access(hub: Hub) -> None:
    """Close the connections of those who may not be here any more, whoever has taken it from them."""
    connections = [(each, each.sign_in) for each in hub.roster.connections if each.is_placed]
    if not connections:
        return
    valid: dict[validity.SignIn, validity.ValidSignIn] = {}
    shown = list({sign_in for _connection, sign_in in connections})
    async for some in _portions(shown, SIGN_INS_AT_A_TIME, settings.PRESENCE["WATCH_SECONDS"]):
        valid |= await pool.run(validity.valid_sign_ins, some)
    for connection, sign_in in connections:
        if connection.sign_in != sign_in:
            continue  # It has shown another meanwhile, which was looked at then.
        found = valid.get(sign_in)
        connection.refresh_actor(found.actor if found else None)


async def renew_leases(hub: Hub) -> None:
    if open_leases := hub.leases():
        await pool.run(leases.renew, process=hub.process, open_leases=open_leases)


async def sweep(hub: Hub) -> None:
    """Find those who have gone. While the database was away nobody could renew, and a lease that has lapsed tells
    nothing until every process has had the time to.
    """
    if hub.loop.time() - hub.database_failed_at > SETTLE_SECONDS:
        await pool.run(leases.sweep)


async def look_at_readers(hub: Hub) -> None:
    """Part with those who do not read: nothing else would ever end such a connection."""
    now = hub.loop.time()
    queued = 0
    for connection in list(hub.writing):
        queued += len(connection.outbox)
        stuck = now - connection.outbox.since
        if stuck > STUCK_SECONDS + GIVE_UP_SECONDS:
            connection.give_up()
        elif stuck > STUCK_SECONDS:
            connection.close(TOO_SLOW)
    metrics.QUEUED.set(queued)


async def _portions(everything: list[T], size: int, seconds: float) -> AsyncIterator[list[T]]:
    """A few at a time, with pauses that make up a quarter of `seconds` at the most."""
    pause = min(PAUSE_SECONDS, seconds / 4 * size / max(1, len(everything)))
    for start in range(0, len(everything), size):
        if start:
            await asyncio.sleep(pause)
        yield everything[start : start + size]
