"""People who talk and haggle over the live connection while something goes wrong, each on several devices.

Every device does what `docs/protocol.md` asks of a client, and no more: it keeps a cursor, comes again with it, says
again with the same `client_id` what was not answered, and takes a number that is not the next one for a fault. The
crowd lives in a thread with a loop of its own; the test is an ordinary function beside it.

    with Crowd(people, servers, seed=7) as crowd:
        crowd.go_on()            # until so many more messages have been acknowledged
        with redis.gone():
            crowd.go_on()
"""

import asyncio
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

PATIENCE = 60.0
"""Seconds until something that must come counts as missing, on a machine that does much else."""
ANSWER_SECONDS = 30.0
"""How long a device waits for an answer before it takes the connection for dead."""
HEARTBEAT_SECONDS = 1.5
SILENCE_SECONDS = 8.0
"""Without a `pong` for so long the connection is dead, whatever the network says."""
_rates = itertools.count(100_000)
"""Cents of the next counter: no two of a process are alike, as all its crowds haggle over the same proposals."""
LOST = frozenset({4001, 4008, 1006, 1012, None})
"""Close codes after which a client comes again with its cursor."""

Frame = dict[str, Any]
Chat = dict[str, int]


class Cut(Exception):
    """The connection has ended before an answer came."""


@dataclass
class Person:
    """One of those whom the stage has made."""

    type: str
    id: int
    token: str
    head: int
    """Where their stream was when they began to listen."""
    chats: list[Chat]
    devices: list["Phone"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.type} {self.id}"

    @property
    def is_driver(self) -> bool:
        return self.type == "driver"


class Phone:
    """One device: connected as long as it can be, to one server after the other."""

    def __init__(self, crowd: "Crowd", person: Person, number: int) -> None:
        self.crowd = crowd
        self.person = person
        self.name = f"{person.name} on device {number}"
        self.cursor: Frame = {"epoch": crowd.epoch, "seq": person.head}
        self.heard: list[Frame] = []
        self.drained = 0
        """How often it was told to come back elsewhere."""
        self.faults: list[str] = []
        self.codes: Counter[int | None] = Counter()
        self._refs = itertools.count(1)
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._turn = number
        self._ponged = 0.0

    @property
    def is_ready(self) -> bool:
        return self._ready.is_set()

    async def live(self) -> None:
        while True:
            url = self.crowd.addresses[self._turn % len(self.crowd.addresses)]
            try:
                async with connect(
                    url, subprotocols=["offers.v1"], ping_interval=None, max_size=None, proxy=None,
                    open_timeout=5, close_timeout=0.5, compression=None,
                ) as socket:  # fmt: skip
                    self._socket = socket
                    await self._stay(socket)
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError, EOFError):
                pass
            finally:
                self._part()
            await asyncio.sleep(0.1 + 0.2 * self.crowd.chance.random())
            self._turn += 1

    async def _stay(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        await socket.send(json.dumps({"type": "authenticate", "token": self.person.token, "cursor": self.cursor}))
        self._ponged = loop.time()
        beating = asyncio.create_task(self._beat(socket))
        try:
            async for text in socket:
                self._hear(json.loads(text))
        finally:
            beating.cancel()
            code = socket.close_code if socket.close_code is not None else 1006
            self.codes[code] += 1
            if code not in LOST:
                self.faults.append(f"closed with {code}")

    async def _beat(self, socket: ClientConnection) -> None:
        """Say that it is here, and give up a connection on which nothing comes back."""
        loop = asyncio.get_running_loop()
        with suppress(ConnectionClosed):
            while loop.time() - self._ponged < SILENCE_SECONDS:
                if self.is_ready:
                    await socket.send('{"type":"heartbeat"}')
                await asyncio.sleep(HEARTBEAT_SECONDS)
        socket.transport.abort()

    def _part(self) -> None:
        self._socket = None
        self._ready.clear()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(Cut())
                future.exception()
        self._answers.clear()

    def cut(self) -> None:
        """End the connection without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    # --- hearing ----------------------------------------------------------------------------------------------------

    def _hear(self, frame: Frame) -> None:
        self._ponged = asyncio.get_running_loop().time()
        kind = frame["type"]
        if kind == "ready":
            if not frame["recovered"]:
                self.faults.append(f"what came after {self.cursor} could not be told: {frame}")
            self._ready.set()
        elif kind == "pong":
            pass
        elif frame.get("ref") in self._answers:
            future = self._answers.pop(frame["ref"])
            if not future.done():
                future.set_result(frame)
        elif "seq" in frame:
            self._apply(frame)
        elif kind == "draining":
            self.drained += 1

    def _apply(self, event: Frame) -> None:
        if event["seq"] != self.cursor["seq"] + 1:
            self.faults.append(f"{event['seq']} came after {self.cursor['seq']}")
        if event["seq"] > self.cursor["seq"]:
            self.cursor = self.cursor | {"seq": event["seq"]}
        self.heard.append(event)
        if event["type"] == "proposal_updated":
            self.crowd.proposals[self.person.name, event["data"]["id"]] = event["data"]

    # --- saying -----------------------------------------------------------------------------------------------------

    async def ask(self, command: str, **fields: Any) -> Frame:
        """The answer, `ack` or `error`; said again on the next connection for as long as there is none, and when it is
        refused with a promise that it may do later.
        """
        while True:
            try:
                answer = await self._ask_once(command, fields)
            except (Cut, ConnectionClosed):
                await asyncio.sleep(0.01)  # Until it has been noticed that the connection is gone.
                continue
            if answer["type"] == "ack" or not answer["retryable"]:
                return answer
            self.crowd.refusals[answer["code"]] += 1
            await asyncio.sleep(answer.get("retry_after", 0.1 + 0.3 * self.crowd.chance.random()))

    async def _ask_once(self, command: str, fields: Frame) -> Frame:
        await self._ready.wait()
        socket = self._socket
        if socket is None:
            raise Cut
        ref = f"r{next(self._refs)}"
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._answers[ref] = future
        began = time.monotonic()
        await socket.send(json.dumps({"type": command, "ref": ref, **fields}))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await future
        except TimeoutError:
            self.faults.append(f"no answer to {command} within {ANSWER_SECONDS} s")
            socket.transport.abort()
            raise Cut from None
        finally:
            self._answers.pop(ref, None)
            self.crowd.slowest = max(self.crowd.slowest, time.monotonic() - began)


class Crowd:
    def __init__(
        self,
        people: Sequence[Frame],
        addresses: Sequence[str],
        *,
        epoch: str,
        seed: int,
        devices: int = 2,
        rate: float = 60.0,
    ) -> None:
        """`rate` is how many messages a second they say together, as long as nothing stops them."""
        self.addresses = list(addresses)
        self.epoch = epoch
        self.chance = random.Random(seed)
        self.refusals: Counter[str] = Counter()
        """The retryable refusals that anybody was given, by code."""
        self.acked: dict[str, Frame] = {}
        """Messages by the words they were acknowledged for."""
        self.countered: dict[str, int] = {}
        """Proposals by the rate of a counter that was acknowledged."""
        self.proposals: dict[tuple[str, int], Frame] = {}
        """What each person holds of each proposal."""
        self.slowest = 0.0
        self.people = [
            Person(each["key"][0], each["key"][1], each["token"], each["head"], each["chats"]) for each in people
        ]
        self._devices = devices
        self._pause = len(self.people) / rate
        self._numbers = itertools.count(1)
        self.mark = f"{seed}-{time.time_ns():x}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._news = threading.Condition()
        self._talking: list[asyncio.Task[None]] = []
        self._living: list[asyncio.Task[None]] = []
        self._is_over = asyncio.Event()

    def __enter__(self) -> "Crowd":
        self._thread.start()
        self.do(self._begin())
        return self

    def __exit__(self, *exception: object) -> None:
        self.do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def phones(self) -> list[Phone]:
        return [phone for person in self.people for phone in person.devices]

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the crowd's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    # --- for the test -----------------------------------------------------------------------------------------------

    def go_on(self, acks: int = 60, patience: float = PATIENCE) -> None:
        """Wait until so many more messages have been acknowledged."""
        enough = len(self.acked) + acks
        self.wait(lambda: len(self.acked) >= enough, f"{acks} more acks", patience)

    def wait(self, true: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        with self._news:
            if not self._news.wait_for(true, timeout=patience):
                raise AssertionError(f"Waited in vain for {what}; refused: {dict(self.refusals)}")

    def everybody_is_here(self) -> None:
        self.wait(lambda: all(phone.is_ready for phone in self.phones), "everybody to be connected")

    def cut(self, *people: Person) -> None:
        """End the connections of these people, or of everybody, without a word."""
        for person in people or self.people:
            for phone in person.devices:
                self._loop.call_soon_threadsafe(phone.cut)

    def begin_to_ask(self, phone: Phone, command: str, **fields: Any) -> Future[Frame]:
        """Ask without waiting for the answer."""
        return asyncio.run_coroutine_threadsafe(phone.ask(command, **fields), self._loop)

    def everybody_stayed(self) -> bool:
        """Whether nobody's connection has ended, by whatever code."""
        return not any(phone.codes for phone in self.phones)

    def stop_talking(self, patience: float = PATIENCE) -> list[str]:
        """Nobody begins to say anything any more; who waits for an answer gets it. Gives who waited in vain."""
        return self.do(self._stop_talking(patience))

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        for person in self.people:
            person.devices = [Phone(self, person, number) for number in range(self._devices)]
        self._living = [asyncio.create_task(phone.live()) for phone in self.phones]
        self._living.append(asyncio.create_task(self._tell_the_test()))
        self._talking = [asyncio.create_task(self._talk(person), name=person.name) for person in self.people]

    async def _tell_the_test(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            with self._news:
                self._news.notify_all()

    async def _stop_talking(self, patience: float) -> list[str]:
        self._is_over.set()
        if not self._talking:
            return []
        done, waiting = await asyncio.wait(self._talking, timeout=patience)
        self._talking = []
        failed = [f"{task.get_name()} failed: {task.exception()!r}" for task in done if task.exception()]
        for task in waiting:
            task.cancel()
        return failed + [f"{task.get_name()} got no answer" for task in waiting]

    async def _end(self) -> None:
        tasks = [*self._living, *self._talking]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=10)

    async def _talk(self, person: Person) -> None:
        chance = self.chance
        await asyncio.sleep(chance.random() * self._pause)
        while not self._is_over.is_set():
            phone = chance.choice(person.devices)
            chat = chance.choice(person.chats)
            match chance.random():
                case it if it < 0.1:
                    await self._read(phone, chat)
                case it if it < 0.2:
                    await self._counter(phone, chat)
                case _:
                    await self._say(phone, chat)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_over.wait(), self._pause * (0.5 + chance.random()))

    async def _say(self, phone: Phone, chat: Chat) -> None:
        words = f"{self.mark}-{next(self._numbers)}"
        answer = await phone.ask(
            "send_message", offer_id=chat["offer_id"], driver_id=chat["driver_id"], message=words, client_id=words
        )
        if answer["type"] == "ack":
            self.acked[words] = answer["data"]
        else:
            phone.faults.append(f"a message was refused: {answer}")

    async def _read(self, phone: Phone, chat: Chat) -> None:
        seqs = [
            event["data"]["seq"]
            for event in phone.heard
            if event["type"] == "new_message" and event["data"]["conversation_id"] == chat["conversation_id"]
        ]
        if seqs:
            place = {"offer_id": chat["offer_id"], "driver_id": chat["driver_id"], "seq": seqs[-1]}
            answer = await phone.ask("mark_message_read", **place)
            if answer["type"] != "ack":
                phone.faults.append(f"a mark was refused: {answer}")

    async def _counter(self, phone: Phone, chat: Chat) -> None:
        """Counter where it is this side's turn; the other side, or another device, may be faster."""
        held = self.proposals.get((phone.person.name, chat["proposal_id"]))
        if held is None:  # Nothing has been told of it since they began: they look.
            answer = await phone.ask("get_offer_details", offer_id=chat["offer_id"])
            held = answer.get("data", {}).get("proposal")
            if held is None:
                return
        if (held["status"] == "counter_offered") == phone.person.is_driver:
            return
        rate = f"{Decimal(next(_rates)) / 100:.2f}"
        answer = await phone.ask(
            "driver_proposal", proposal_id=held["id"], action="counter", version=held["version"], rate=rate
        )
        now = answer.get("data", {}) if answer["type"] == "ack" else answer.get("current", {})
        if now:
            self.proposals[phone.person.name, chat["proposal_id"]] = now
        if answer["type"] == "error" and answer["code"] not in ("stale_version", "conflict"):
            phone.faults.append(f"a counter was refused: {answer}")
        if rate in [each["rate"] for each in now.get("rounds", ())]:
            self.countered[rate] = held["id"]
        elif answer["type"] == "ack":
            phone.faults.append(f"a counter that was acknowledged is in no round: {answer}")
