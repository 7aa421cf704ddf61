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
from collections.abc import Collection, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings

from kernel.actors import Actor, ActorKey
from presence import metrics, rules
from presence.doorbell import exchange, topics, wire
from presence.doorbell.bus import Batch, Control, Passing
from presence.doorbell.exchange import Exchange
from presence.engine import pool, writing
from presence.engine.batching import Grouped
from presence.enums import PassingKind
from presence.here import acquaintances, leases
from presence.here.leases import Lease
from presence.live import watch
from presence.live.commands import Call, Command
from presence.live.connection import DRAINING, PROTOCOL_ERROR, REVOKED, TOKEN_EXPIRED, Connection
from presence.live.entering import Entered, Entry, enter_many
from presence.live.identity import Caller, Identity, identify
from presence.log import replay

logger = logging.getLogger(__name__)


class Waiter(NamedTuple):
    """Somebody who waits for an event without a connection."""

    future: asyncio.Future[None]
    after: int


class Hub:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.process = secrets.token_hex(8)
        self.is_draining = False
        self.people: dict[ActorKey, list[Connection]] = {}
        self.flusher = writing.Flusher()
        self.writing: set[Connection] = set()
        """The connections with something on its way to their readers."""
        self.waiting: dict[ActorKey, list[Waiter]] = {}
        self.database_failed_at = -math.inf
        """The loop's time when something that goes on by itself last found the database away."""
        self.read_rows: Grouped[replay.Wish, list[replay.Shown]] = Grouped("read_rows", replay.read_many)
        self.identify: Grouped[Caller, Identity | None] = Grouped("identify", identify)
        self.enter: Grouped[Entry, Entered] = Grouped("enter", enter_many)
        self._leaving: Grouped[str, None] = Grouped("leave", _end_leases)
        self._commands: dict[str, Grouped[Call, Any]] = {}
        self._topics: dict[str, set[Connection]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._exchange = Exchange(self.process, hear=self.deliver)

    def begin(self) -> None:
        """Listen to the other processes, and look after what needs looking after."""
        self.spawn(self._exchange.listen())
        self.spawn(self._exchange.greet())
        for job in watch.jobs(self):
            self.spawn(job)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- connections ------------------------------------------------------------------------------------------------

    def add(self, connection: Connection) -> None:
        theirs = self.people.setdefault(connection.key, [])
        theirs.append(connection)
        if 0 < settings.PRESENCE["CONNECTIONS_MAX"] < len(theirs):
            # A client that comes back from a tunnel again and again leaves dead connections behind. The closed one is
            # told not to come back, or too many tabs would put one another out for ever.
            min(theirs, key=lambda each: each.heard_at).close(PROTOCOL_ERROR)
        for topic in rules.own_topics(connection.actor):
            self.join(connection, topic)
        metrics.CONNECTIONS.inc()

    def forget(self, connection: Connection) -> None:
        """It has closed, or is about to. Nothing happens when it was forgotten before."""
        theirs = self.people.get(getattr(connection, "key", None), [])  # type: ignore[arg-type]
        if connection not in theirs:
            return
        theirs.remove(connection)
        if not theirs:
            del self.people[connection.key]
        for topic in list(connection.topics):
            self.leave(connection, topic)
        metrics.CONNECTIONS.dec()
        if not self.is_draining and connection.sent is not None:
            self.end_lease(connection.id)

    def end_lease(self, id_: str) -> None:
        self.spawn(self._end_lease(id_))

    def join(self, connection: Connection, topic: str) -> None:
        connection.topics.add(topic)
        self._topics.setdefault(topic, set()).add(connection)

    def leave(self, connection: Connection, topic: str) -> None:
        connection.topics.discard(topic)
        listeners = self._topics.get(topic, set())
        listeners.discard(connection)
        if not listeners:
            self._topics.pop(topic, None)

    @property
    def connections(self) -> list[Connection]:
        return [connection for theirs in self.people.values() for connection in theirs]

    def leases(self) -> list[Lease]:
        return [
            Lease(each.id, self.process, each.key, each.auth_session_id)
            for each in self.connections
            if each.sent is not None
        ]

    async def _end_lease(self, id_: str) -> None:
        try:
            await self._leaving.call(id_)
        except Exception as error:
            logger.warning("a lease is left to lapse by itself: %s", type(error).__name__)

    # --- what is told -----------------------------------------------------------------------------------------------

    def ring(self, packed: wire.Packed) -> None:
        """What this process tells: to its own connections at once, to the others by the channel layer."""
        self.deliver(packed)
        self._exchange.say(packed)

    def deliver(self, packed: wire.Packed) -> None:
        """Hand what was told to those of our connections whom it concerns."""
        data: Sequence[bytes] = packed["data"]
        for type_, id_, seq, kind, at, place in packed["events"]:
            key: Any = (type_, id_)  # As good as an `ActorKey`, and made sooner.
            if theirs := self.people.get(key):
                frame = wire.durable_frame(kind, seq, at, None if place == wire.NOTHING else data[place])
                for connection in list(theirs):
                    connection.take(seq, frame)
            if key in self.waiting:
                self.look_again(key, seq)
        for kind, place, to, but in packed["passing"]:
            if listeners := self._listeners(to, but=wire.keys(but)):
                frame = wire.passing_frame(kind, data[place])
                for connection in listeners:
                    connection.pass_on(frame)
        for action, type_, id_, argument in packed["controls"]:
            self._obey(action, ActorKey(type_, id_), argument)
        if packed["events"]:
            metrics.DELIVERY.observe(max(0.0, time.time() - packed["rung"]))

    def wait_for(self, key: ActorKey, after: int) -> Waiter:
        """A future that is done once this person's stream has come beyond `after`. Give it back with `wait_no_more`."""
        waiter = Waiter(self.loop.create_future(), after)
        self.waiting.setdefault(key, []).append(waiter)
        return waiter

    def wait_no_more(self, key: ActorKey, waiter: Waiter) -> None:
        theirs = self.waiting.get(key, [])
        if waiter in theirs:
            theirs.remove(waiter)
        if not theirs:
            self.waiting.pop(key, None)

    def look_again(self, key: ActorKey, head: float) -> None:
        """This person's stream has come to `head`: wake those who wait for that without a connection."""
        for future, after in self.waiting.get(key, ()):
            if head > after and not future.done():
                future.set_result(None)

    def pass_on(self, passing: Passing) -> None:
        self.ring(wire.pack(Batch(passing=[passing]), sender=self.process))

    def meet(self, actor: Actor, topic: str) -> None:
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
        self.ring(wire.pack(batch, sender=self.process))

    def _listeners(self, to: Sequence[str], *, but: Collection[ActorKey]) -> set[Connection]:
        found: set[Connection] = set()
        for topic in to:
            person = topics.person_of(topic)
            found.update(self.people.get(person, ()) if person else self._topics.get(topic, ()))
        return {connection for connection in found if connection.key not in but}

    def _obey(self, action: str, key: ActorKey, argument: str) -> None:
        match action:
            case "close":
                for connection in list(self.people.get(key, ())):
                    if not argument or connection.auth_session_id == argument:
                        connection.close(REVOKED)
            case "renew":
                for connection in list(self.people.get(key, ())):
                    connection.close(TOKEN_EXPIRED)
            case "leave":
                for connection in self.people.get(key, ()):
                    connection.narrowed += 1
                    for topic in [each for each in connection.topics if each.startswith(argument)]:
                        self.leave(connection, topic)
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
            grouped = self._commands[command.name] = Grouped(command.name, command.run_many)
        return await grouped.call(call)

    # --- going ------------------------------------------------------------------------------------------------------

    async def drain(self) -> None:
        """Tell everybody to come back elsewhere, close their connections, and let their leases go."""
        self.is_draining = True
        seconds = settings.PRESENCE["DRAIN_SECONDS"]
        connections = self.connections
        for connection in connections:
            retry_ms = random.randint(100, 2000)  # noqa: S311 -- so that not all come back at once
            connection.push(wire.passing_frame("draining", b'{"retry_ms":%d}' % retry_ms))
        for key in list(self.waiting):
            self.look_again(key, math.inf)
        if connections:
            await asyncio.sleep(min(1.0, seconds / 5))  # What is being done now is still acknowledged.
        for connection in connections:
            connection.close(DRAINING)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(connection.written() for connection in connections))
                await pool.run(leases.end_process, process=self.process)
        except Exception as error:
            logger.warning("drained in part: %s", type(error).__name__)


_hub: Hub | None = None


def start() -> Hub:
    """The hub of the running event loop, begun when it is asked for first."""
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        _hub = Hub(loop)
        _hub.begin()
    return _hub


def running() -> Hub | None:
    """The hub of this process, if it serves connections at all."""
    return _hub if _hub is not None and _hub.loop.is_running() else None


def ring(batch: Batch) -> None:
    """Publish what a commit tells, from any thread. Never raises, never waits; a failure is counted."""
    try:
        hub = running()
        if hub is not None:
            hub.loop.call_soon_threadsafe(hub.ring, wire.pack(batch, sender=hub.process))
        else:
            exchange.say_from_outside(wire.pack(batch, sender=wire.OUTSIDE))
    except Exception as error:
        exchange.count_failure(error)


def _end_leases(ids: Sequence[str]) -> list[None]:
    leases.end(ids=ids)
    return [None] * len(ids)
