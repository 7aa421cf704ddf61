"""The hub: the one thing in a process that knows which open connections belong to whom and who listens to what.

It lives in the server's event loop. What a commit of this process tells reaches its own connections directly, and those
of other processes through one channel of the channel layer that every hub is in. Either may fail: the rows are the log.
"""

import asyncio
import logging
import math
import random
import secrets
import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from kernel.actors import Actor, ActorKey
from presence import metrics, rules
from presence.doorbell import exchange, topics, wire
from presence.doorbell.bus import Batch, Control, Passing
from presence.doorbell.exchange import Exchange
from presence.engine import pool, writing
from presence.engine.batching import MicroBatcher
from presence.enums import PassingKind
from presence.here import acquaintances, leases
from presence.here.leases import Lease
from presence.live import watch
from presence.live.commands import Call, Command
from presence.live.connection import DRAINING, PROTOCOL_ERROR, REVOKED, TOKEN_EXPIRED, Connection
from presence.live.entering import Entered, Entry, enter_many
from presence.live.identity import Caller, Identity, identify
from presence.live.roster import Roster
from presence.live.waiters import Waiters
from presence.log import replay

logger = logging.getLogger(__name__)


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.process = secrets.token_hex(8)
        self.is_draining = False
        self.roster = Roster()
        self.waiters = Waiters(loop)
        self.flusher = writing.Flusher()
        self.writing: set[Connection] = set()
        """The connections with something on its way to their readers."""
        self.database_failed_at = -math.inf
        """The loop's time when something that goes on by itself last found the database away."""
        self.read_rows: MicroBatcher[replay.Wish, list[replay.Shown]] = MicroBatcher("read_rows", replay.read_many)
        self.identify: MicroBatcher[Caller, Identity | None] = MicroBatcher("identify", identify)
        self.enter: MicroBatcher[Entry, Entered] = MicroBatcher("enter", enter_many)
        self._leaving: MicroBatcher[str, None] = MicroBatcher("leave", _end_leases)
        self._commands: dict[str, MicroBatcher[Call, Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._exchange = Exchange(self.process, on_batch=self.deliver)

    def start(self) -> None:
        """Listen to the other processes, and look after what needs looking after."""
        self.spawn(self._exchange.listen())
        for job in watch.jobs(self):
            self.spawn(job)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- connections ------------------------------------------------------------------------------------------------

    def add(self, connection: Connection) -> None:
        theirs = self.roster.add(connection)
        if 0 < settings.PRESENCE["CONNECTIONS_MAX"] < len(theirs):
            # A client that comes back from a tunnel again and again leaves dead connections behind. The closed one is
            # told not to come back, or too many tabs would put one another out for ever.
            min(theirs, key=lambda each: each.heard_at).close(PROTOCOL_ERROR)
        for topic in rules.own_topics(connection.actor):
            self.roster.join(connection, topic)
        metrics.CONNECTIONS.inc()

    def forget(self, connection: Connection) -> None:
        """It has closed, or is about to. Nothing happens when it was forgotten before."""
        if not self.roster.remove(connection):
            return
        metrics.CONNECTIONS.dec()
        if not self.is_draining and connection.is_placed:
            self.end_lease(connection.id)

    def end_lease(self, id_: str) -> None:
        self.spawn(self._end_lease(id_))

    def leases(self) -> list[Lease]:
        return [
            Lease(each.id, self.process, each.key, each.auth_session_id)
            for each in self.roster.connections
            if each.is_placed
        ]

    async def _end_lease(self, id_: str) -> None:
        try:
            await self._leaving.call(id_)
        except Exception as error:
            logger.warning("a lease is left to lapse by itself: %s", type(error).__name__)

    # --- what is told -----------------------------------------------------------------------------------------------

    def publish(self, packed: wire.Packed) -> None:
        """Hand a batch of this process to its own connections at once, and to the others by the channel layer."""
        self.deliver(packed)
        self._exchange.publish(packed)

    def deliver(self, packed: wire.Packed) -> None:
        """Hand a batch to those of our connections that it concerns."""
        data: Sequence[bytes] = packed["data"]
        people = self.roster.people
        for type_, id_, seq, kind, at, place in packed["events"]:
            key: Any = (type_, id_)  # As good as an `ActorKey`, and made sooner.
            if theirs := people.get(key):
                frame = wire.durable_frame(kind, seq, at, None if place == wire.NOTHING else data[place])
                for connection in list(theirs):
                    connection.position.deliver(seq, frame)
            if key in self.waiters:
                self.waiters.wake(key, seq)
        for kind, place, to, but in packed["passing"]:
            if listeners := self.roster.listeners(to, exclude=wire.keys(but)):
                frame = wire.passing_frame(kind, data[place])
                for connection in listeners:
                    connection.pass_on(frame)
        for action, type_, id_, argument in packed["controls"]:
            self._apply_control(action, ActorKey(type_, id_), argument)
        if packed["events"]:
            metrics.DELIVERY.observe(max(0.0, time.time() - packed["rung"]))

    def pass_on(self, passing: Passing) -> None:
        self.publish(wire.pack(Batch(passing=[passing]), sender=self.process))

    def announce_presence(self, actor: Actor, topic: str) -> None:
        """An office person has joined a chat: its driver learns that they are here, once while they are."""
        driver = topics.driver_of(topic)
        if driver is None or not rules.is_shown_in_chats(actor.key):
            return
        theirs = topics.of_actor(driver)
        if acquaintances.have_met(actor.key, theirs):
            return
        shown = leases.changed(actor, online=True, at=datetime.now(UTC))
        batch = Batch(
            passing=[Passing(PassingKind.PRESENCE_CHANGED, shown, (theirs,))],
            controls=[Control("met", actor.key, theirs)],
        )
        self.publish(wire.pack(batch, sender=self.process))

    def _apply_control(self, action: str, key: ActorKey, argument: str) -> None:
        match action:
            case "close":
                for connection in self.roster.of(key):
                    if not argument or connection.auth_session_id == argument:
                        connection.close(REVOKED)
            case "renew":
                for connection in self.roster.of(key):
                    connection.close(TOKEN_EXPIRED)
            case "leave":
                self.roster.revoke(key, argument)
            case "met":
                acquaintances.meet(key, argument)
            case "parted":
                acquaintances.forget(key)

    # --- commands that are done together ----------------------------------------------------------------------------

    async def do(self, command: Command, call: Call) -> Any:
        """Do one command in a database thread: by itself, or with the others that come at the same time."""
        if command.run_many is None:
            return await pool.run(command.do, call)
        grouped = self._commands.get(command.name)
        if grouped is None:
            grouped = self._commands[command.name] = MicroBatcher(command.name, command.run_many)
        return await grouped.call(call)

    # --- going ------------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Tell everybody to come back elsewhere, close their connections, and let their leases go."""
        self.is_draining = True
        seconds = settings.PRESENCE["DRAIN_SECONDS"]
        connections = self.roster.connections
        for connection in connections:
            retry_ms = random.randint(100, 2000)  # noqa: S311 -- so that not all come back at once
            connection.push(wire.passing_frame("draining", b'{"retry_ms":%d}' % retry_ms))
        for key in self.waiters.people():
            self.waiters.wake(key, math.inf)
        if connections:
            await asyncio.sleep(min(1.0, seconds / 5))  # What is being done now is still acknowledged.
        for connection in connections:
            connection.close(DRAINING)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(connection.outbox.written() for connection in connections))
                await pool.run(leases.end_process, process=self.process)
        except Exception as error:
            logger.warning("drained in part: %s", type(error).__name__)


_hub: Hub | None = None


def start() -> Hub:
    """The hub of the running event loop, started when it is asked for first."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
        _hub.start()
    return _hub


def running() -> Hub | None:
    """The hub of this process, if it serves connections at all."""
    return _hub if _hub is not None and _hub.loop.is_running() else None


def publish(batch: Batch) -> None:
    """Publish what a commit tells, from any thread. Never raises, never waits; a failure is counted."""
    try:
        hub = running()
        if hub is not None:
            hub.loop.call_soon_threadsafe(hub.publish, wire.pack(batch, sender=hub.process))
        else:
            exchange.publish_from_outside(wire.pack(batch, sender=wire.OUTSIDE))
    except Exception as error:
        exchange.count_failure(error)


def _end_leases(ids: Sequence[str]) -> list[None]:
    leases.end(ids=ids)
    return [None] * len(ids)
