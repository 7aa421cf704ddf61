"""The load generator: a process of its own, which does what the benchmark tells it through a pipe.

It is open-loop: a message goes at its scheduled moment whether earlier ones are answered or not, and its latency counts
from that moment, so that a server that stalls is charged for everything that had to wait.
"""

import asyncio
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import orjson
import uvloop

from benchmarks.checks import Tally
from benchmarks.clients.listener import Listener
from benchmarks.clients.ours import OurClient
from benchmarks.clients.reference import ReferenceClient
from benchmarks.clients.websocket import Address, Socket
from benchmarks.figures import percentile
from benchmarks.measure import Meter
from benchmarks.people import Pair, Returning
from benchmarks.schedule import Side, arrivals, sender

OPEN_AT_A_TIME = 50
LEAD_SECONDS = 0.1
TICK_SECONDS = 0.001
LOOK_SECONDS = 0.01
REACHED_SECONDS = 10.0
LATEST_MS = 100.0
"""The p99 that a rate must keep to hold."""
WORDS = "Running twenty minutes late, please keep the dock door free."

CLIENTS: Mapping[str, type[Any]] = {"ours": OurClient, "reference": ReferenceClient}
Job = Callable[[], Awaitable[Any]]
Pids = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Run:
    """What became of one stretch of messages at one rate."""

    rate: float
    seconds: float
    sent: int
    accepted: int
    accepted_per_second: float
    refusals: Mapping[str, int]
    unanswered: int
    lost: int
    doubled: int
    misordered: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    late_ms: float
    """p99 of how late the generator itself sent."""
    shares: Mapping[str, float]
    """CPU seconds a second, while messages were sent."""
    cpu_ms: Mapping[str, float]
    """CPU milliseconds a message, until everything was answered."""

    @property
    def is_clean(self) -> bool:
        return not (self.unanswered or self.lost or self.doubled or self.misordered)

    @property
    def holds(self) -> bool:
        return self.is_clean and not self.refusals and self.accepted == self.sent and self.p99_ms < LATEST_MS


@dataclass(frozen=True)
class CaughtUp:
    seconds: float
    """Until the last client had the last event."""
    complete: int
    faulty: int
    """Not recovered, or events missing, doubled or out of order."""


@dataclass(frozen=True)
class Offered:
    status: int
    answered_ms: float
    last_ms: float
    reached: int


class Generator(Listener):
    def __init__(self) -> None:
        self._chats: list[tuple[Any, Any]] = []
        self._opened: list[Socket] = []
        self._chat: tuple[str, Sequence[Address], Sequence[Pair], Sequence[str]] | None = None
        self._tally = Tally([], 1)
        self._run = int(time.time())  # Unlike any of an earlier benchmark on the same database.
        self._begin = 0.0

    # --- what is told of --------------------------------------------------------------------------------------------

    def accepted(self, run: int, number: int) -> None:
        if run == self._run:
            self._tally.accepted(number, time.perf_counter() - self._begin)

    def refused(self, run: int, number: int, code: str) -> None:
        if run == self._run:
            self._tally.refused(number, code)

    def received(self, run: int, number: int, by: Side) -> None:
        if run == self._run:
            self._tally.received(number, by, time.perf_counter() - self._begin)

    def out_of_order(self) -> None:
        self._tally.out_of_order()

    # --- chat -------------------------------------------------------------------------------------------------------

    async def open_chat(
        self, product: str, addresses: Sequence[Address], pairs: Sequence[Pair], desks: Sequence[str]
    ) -> None:
        """Connect both sides of every pair, and the desks. With several addresses a pair's sides use different ones."""
        await self.close()
        self._chat = (product, addresses, pairs, desks)
        kind = CLIENTS[product]
        first, last = addresses[0], addresses[-1]
        jobs: list[Job] = []
        for pair in pairs:
            about: dict[str, Any] = {"pair": (pair.offer_id, pair.driver_id), "listener": self}
            jobs.append(partial(kind.connect, first, pair.office, side=Side.OFFICE, **about))
            jobs.append(partial(kind.connect, last, pair.driver, side=Side.DRIVER, **about))
        jobs += [partial(kind.connect, first, token) for token in desks]
        self._opened = await _some_at_a_time(jobs)
        sides = self._opened[: 2 * len(pairs)]
        self._chats = list(zip(sides[::2], sides[1::2], strict=True))

    async def run(self, rate: float, seconds: float, patience: float, pids: Pids) -> Run:
        """Send at `rate` for so long, then wait until everything is answered and arrived, at most `patience`."""
        if self._chat is not None and any(each.closed_with is not None for each in self._opened):
            await self.open_chat(*self._chat)
        self._run += 1
        tally = self._tally = Tally(arrivals(rate, seconds), len(self._chats))
        meter = Meter(pids)
        self._begin = time.perf_counter() + LEAD_SECONDS
        await asyncio.sleep(LEAD_SECONDS)
        before = meter.read()
        await self._send(tally)
        await asyncio.sleep(max(0.0, self._begin + seconds - time.perf_counter()))
        spent = meter.read().since(before)
        lasted = time.perf_counter() - self._begin
        await _until(lambda: tally.is_complete, patience)
        total = meter.read().since(before)
        return self._told(tally, rate, seconds, {name: used / lasted for name, used in spent.items()}, total)

    async def _send(self, tally: Tally) -> None:
        moments, chats, run = tally.moments, self._chats, self._run
        number, count, pairs = 0, len(tally.moments), len(self._chats)
        while number < count:
            now = time.perf_counter() - self._begin
            while number < count and moments[number] <= now:
                pair, side = sender(number, pairs)
                chats[pair][side].send(run, number, WORDS)
                tally.sent(number, now)
                number += 1
            await asyncio.sleep(TICK_SECONDS)

    @staticmethod
    def _told(
        tally: Tally, rate: float, seconds: float, shares: Mapping[str, float], total: Mapping[str, float]
    ) -> Run:
        latencies, faults, accepted = tally.latencies(), tally.faults(), tally.accepted_count
        return Run(
            rate=rate,
            seconds=seconds,
            sent=len(tally.moments),
            accepted=accepted,
            accepted_per_second=tally.accepted_within(seconds) / seconds,
            refusals=dict(tally.refusals),
            unanswered=faults.unanswered,
            lost=faults.lost,
            doubled=faults.doubled,
            misordered=faults.misordered,
            p50_ms=percentile(latencies, 0.50) * 1000,
            p95_ms=percentile(latencies, 0.95) * 1000,
            p99_ms=percentile(latencies, 0.99) * 1000,
            worst_ms=percentile(latencies, 1) * 1000,
            late_ms=percentile(tally.lateness(), 0.99) * 1000,
            shares=shares,
            cpu_ms={name: used * 1000 / max(1, accepted) for name, used in total.items()},
        )

    # --- many connections -------------------------------------------------------------------------------------------

    async def open_idle(self, product: str, address: Address, tokens: Sequence[str]) -> float:
        """Open a connection for each token and leave them alone. Gives the seconds it took."""
        kind = CLIENTS[product]
        began = time.perf_counter()
        self._opened += await _some_at_a_time([partial(kind.connect, address, token) for token in tokens])
        return time.perf_counter() - began

    async def reconnect(self, address: Address, people: Sequence[Returning], patience: float) -> CaughtUp:
        """Everybody comes back at once, with a cursor. Gives how long it takes until the last has everything."""
        clients: list[Any] = []
        seen: dict[int, list[int]] = {}

        def follow(client: OurClient, event: Mapping[str, Any]) -> None:
            seen.setdefault(id(client), []).append(event["seq"])

        async def come_back(person: Returning) -> None:
            cursor = {"epoch": person.epoch, "seq": person.seq}
            clients.append(await OurClient.connect(address, person.token, cursor=cursor, on_event=follow))

        def complete(client: OurClient, missed: int) -> bool:
            return len(seen.get(id(client), ())) >= missed

        began = time.perf_counter()
        await asyncio.gather(*(come_back(person) for person in people))
        self._opened += clients
        missed = {id(client): client.head - client.cursor_seq for client in clients}
        await _until(lambda: all(complete(each, missed[id(each)]) for each in clients), patience)
        lasted = time.perf_counter() - began
        wanted = {id(each): list(range(each.cursor_seq + 1, each.head + 1)) for each in clients}
        return CaughtUp(
            seconds=lasted,
            complete=sum(complete(each, missed[id(each)]) for each in clients),
            faulty=sum(not each.recovered or seen.get(id(each), []) != wanted[id(each)] for each in clients),
        )

    async def open_crowd(self, address: Address, tokens: Sequence[str]) -> None:
        """Connections that note when they hear of a proposal."""
        self._heard: dict[int, dict[int, float]] = {}

        def hear(client: OurClient, event: Mapping[str, Any]) -> None:
            if event["type"] == "proposal_updated":
                heard = self._heard.setdefault(event["data"]["offer_id"], {})
                heard.setdefault(id(client), time.perf_counter())

        jobs = [partial(OurClient.connect, address, token, on_event=hear) for token in tokens]
        self._opened += await _some_at_a_time(jobs)

    async def offer(self, address: Address, token: str, offer_id: int, driver_ids: Sequence[int]) -> Offered:
        """Send an offer to the crowd. Gives when the request is answered, and when the last one has heard."""
        began = time.perf_counter()
        status = await _post(address, f"/api/offers/{offer_id}/send-to-drivers", token, {"driver_ids": driver_ids})
        answered = time.perf_counter() - began
        heard = self._heard.setdefault(offer_id, {})
        await _until(lambda: len(heard) >= len(driver_ids), REACHED_SECONDS)
        last = max(heard.values(), default=float("inf")) - began
        return Offered(status=status, answered_ms=answered * 1000, last_ms=last * 1000, reached=len(heard))

    async def close(self) -> None:
        for each in self._opened:
            each.close()
        self._opened, self._chats = [], []
        await asyncio.sleep(0.1)


async def _until(true: Callable[[], bool], patience: float) -> None:
    """Look again and again: whoever hears of messages has no time to tell of every one."""
    deadline = time.perf_counter() + patience
    while not true() and time.perf_counter() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


async def _some_at_a_time(jobs: Sequence[Job]) -> list[Any]:
    """A few connections at a time: how they open is not what is measured."""
    gate = asyncio.Semaphore(OPEN_AT_A_TIME)

    async def do(job: Job) -> Any:
        async with gate:
            return await job()

    return list(await asyncio.gather(*(do(job) for job in jobs)))


async def _post(address: Address, path: str, token: str, body: Mapping[str, Any]) -> int:
    content = orjson.dumps(body)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    writer.write(head.encode() + content)
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


# --- the process ---------------------------------------------------------------------------------------------------


class Load:
    """The generator from the benchmark's side: each method of `Generator` by its name."""

    def __init__(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawning.Pipe()
        self._process = spawning.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_error: object) -> None:
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()

    def call(self, name: str, *args: Any) -> Any:
        self._pipe.send((name, args))
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _serve(pipe: Connection) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_obey(pipe))


async def _obey(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    generator = Generator()
    while True:
        try:
            name, args = await loop.run_in_executor(None, pipe.recv)
        except (EOFError, OSError):
            return
        try:
            answer = await getattr(generator, name)(*args)
        except Exception as error:
            answer = RuntimeError(f"{name}: {type(error).__name__}: {error}")
        pipe.send(answer)
