"""A connection sends each number once and in order, whatever comes when."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sign_in.validity import SignedIn
from kernel.actors import Actor
from presence.doorbell.bus import Passing
from presence.engine.writing import Outlet
from presence.live import connection as module
from presence.live import position, watch
from presence.live.commands import Hold
from presence.live.connection import REVOKED, TOO_SLOW, Connection
from presence.live.position import CANNOT_RESUME
from presence.log.replay import Shown, Wish

OLGA = Actor("dispatcher", 1, "Olga", "dispatcher")


class Rows:
    """The log: everything up to `head` is committed, everything up to `floor` pruned."""

    def __init__(self, head: int, floor: int = 0) -> None:
        self.head, self.floor, self.reads = head, floor, 0

    async def call(self, wish: Wish) -> Sequence[Shown]:
        self.reads += 1
        await asyncio.sleep(0)
        start = max(wish.after, self.floor) + 1
        return [Shown(seq, str(seq)) for seq in range(start, min(self.head, start + 6) + 1)]


class FakeHub:
    def __init__(self, rows: Rows) -> None:
        self.loop = asyncio.get_running_loop()
        self.read_rows = rows
        self.writing: set[Connection] = set()
        self.forgotten: list[Connection] = []
        self.passed: list[Passing] = []

    def forget(self, connection: Connection) -> None:
        self.forgotten.append(connection)

    def pass_on(self, passing: Passing) -> None:
        self.passed.append(passing)


class Client:
    """The other side. It reads only while it is let."""

    def __init__(self, rows: Rows) -> None:
        self.heard: list[str] = []
        self.code: int | None = None
        self.reads = asyncio.Event()
        self.reads.set()
        self.hub = FakeHub(rows)
        self.connection = Connection("c", self.hub, self.send)  # type: ignore[arg-type]
        self.connection.bind(SignedIn(OLGA, None, None), expires_at=None, language="en")  # type: ignore[arg-type]

    async def send(self, message) -> None:
        await self.reads.wait()
        if message["type"] == "websocket.close":
            self.code = message["code"]
        else:
            self.heard.append(message["text"])

    async def settled(self) -> None:
        for _ in range(400):
            await asyncio.sleep(0)
        await self.connection.position.filled()
        await self.connection.outbox.written()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(position, "GAP_SECONDS", 0.0001)
    monkeypatch.setattr(position, "AHEAD_MAX", 4)


arrivals = st.lists(st.integers(1, 30), max_size=60)


@given(start=st.integers(0, 10), before=arrivals, after=arrivals, pauses=st.sets(st.integers(0, 60)))
def test_numbers_come_once_and_in_order(start, before, after, pauses):
    """`before` the place in the stream is known, and `after`; whatever is rung has been committed."""

    async def run() -> None:
        rows = Rows(head=max([start, *before]))
        client = Client(rows)
        for seq in before:
            client.connection.position.deliver(seq, str(seq))
        client.connection.position.start_from(start, head=max(start, rows.head))
        for place, seq in enumerate(after):
            rows.head = max(rows.head, seq)
            client.connection.position.deliver(seq, str(seq))
            if place in pauses:
                await asyncio.sleep(0.0002)
        await client.settled()
        assert client.heard == [str(seq) for seq in range(start + 1, rows.head + 1)]

    asyncio.run(run())


async def test_resuming_tells_again_from_the_cursor_and_goes_on():
    client = Client(Rows(head=5))
    client.connection.position.start_from(5, head=5)
    client.connection.position.deliver(6, "6")
    client.hub.read_rows.head = 6
    client.connection.position.start_from(3, head=6)
    client.connection.position.deliver(7, "7")
    client.hub.read_rows.head = 7
    await client.settled()
    assert client.heard == ["6", "4", "5", "6", "7"]


async def test_what_is_pruned_cannot_be_resumed():
    client = Client(Rows(head=9, floor=7))
    client.connection.position.start_from(3, head=9)
    await client.settled()
    assert (client.heard, client.code) == ([], CANNOT_RESUME)


async def test_slow_reader_misses_what_may_be_lost_first(settings):
    settings.PRESENCE = settings.PRESENCE | {"QUEUE_MAX": 8}
    client = Client(Rows(head=0))
    client.connection.position.start_from(0, head=0)
    client.reads.clear()
    await asyncio.sleep(0)
    for _ in range(5):
        client.connection.pass_on("passing")
    for seq in range(1, 9):
        client.connection.position.deliver(seq, str(seq))
    client.reads.set()
    await client.settled()
    assert [frame for frame in client.heard if frame != "passing"] == list("12345678")
    assert client.heard.count("passing") < 3
    assert client.code is None


async def test_reader_that_stays_behind_is_closed_at_once(settings):
    settings.PRESENCE = settings.PRESENCE | {"QUEUE_MAX": 8}
    client = Client(Rows(head=100))
    client.connection.position.start_from(0, head=0)
    client.reads.clear()
    for seq in range(1, 20):
        client.connection.position.deliver(seq, str(seq))
        await asyncio.sleep(0)
    client.reads.set()
    await client.settled()
    assert client.code == TOO_SLOW
    assert client.heard == ["1"]
    assert client.hub.forgotten == [client.connection]


async def test_replay_waits_for_a_slow_reader(settings):
    settings.PRESENCE = settings.PRESENCE | {"QUEUE_MAX": 8}
    client = Client(Rows(head=100))
    client.reads.clear()
    client.connection.position.start_from(0, head=100)
    await asyncio.sleep(0.02)
    assert client.hub.read_rows.reads < 4
    client.reads.set()
    await client.settled()
    assert client.heard == [str(seq) for seq in range(1, 101)]


async def test_revoked_connection_is_sent_nothing_more():
    client = Client(Rows(head=0))
    client.connection.position.start_from(0, head=0)
    client.reads.clear()
    client.connection.position.deliver(1, "1")
    await asyncio.sleep(0)
    client.connection.position.deliver(2, "2")
    client.connection.close(REVOKED)
    client.connection.position.deliver(3, "3")
    client.connection.pass_on("passing")
    client.reads.set()
    await client.settled()
    assert (client.heard, client.code) == (["1"], REVOKED)


async def test_hold_is_told_once_when_it_ends():
    client = Client(Rows(head=0))
    ends = Passing("ended", {}, ("topic",))
    client.connection.hold(Hold("one", ends, 0.02))
    client.connection.hold(Hold("one", ends, 0.05))
    await asyncio.sleep(0.03)
    assert client.hub.passed == []
    await asyncio.sleep(0.05)
    assert client.hub.passed == [ends]
    client.connection.release("one")
    client.connection.hold(Hold("two", ends, 60))
    client.connection.close(REVOKED)
    client.connection.abandon()
    assert client.hub.passed == [ends, ends]
    await client.settled()


async def test_reader_that_takes_nothing_is_closed_and_then_left_alone(monkeypatch):
    client = Client(Rows(head=0))
    ended: list[bool] = []
    client.connection.on_giving_up = lambda: ended.append(True)
    client.connection.position.start_from(0, head=0)
    client.reads.clear()
    client.connection.position.deliver(1, "1")
    await asyncio.sleep(0)
    await watch.look_at_readers(client.hub)
    assert not client.connection.is_closing
    monkeypatch.setattr(watch, "STUCK_SECONDS", -1)
    await watch.look_at_readers(client.hub)
    assert (client.connection.is_closing, ended) == (True, [])
    monkeypatch.setattr(watch, "GIVE_UP_SECONDS", -1)
    await watch.look_at_readers(client.hub)
    assert ended == [True]
    await client.settled()
    assert client.hub.writing == set()
    assert client.heard == []


async def test_failing_send_leaves_nothing_behind():
    client = Client(Rows(head=0))

    async def broken(message) -> None:
        raise OSError

    client.connection.outbox.send_by(Outlet(broken))
    client.connection.position.start_from(0, head=0)
    client.connection.position.deliver(1, "1")
    await client.settled()
    assert client.connection.is_closing
    assert client.hub.forgotten == [client.connection]
    assert client.hub.writing == set()


async def test_who_is_closed_for_what_they_did_is_in_the_log_by_the_connections_id(caplog):
    caplog.set_level("INFO", logger=module.__name__)
    for code in (TOO_SLOW, module.TOKEN_EXPIRED):
        Client(Rows(head=0)).connection.close(code)
    (line,) = caplog.records
    assert line.getMessage() == f"{OLGA.key}: closed with 4008, 0 waiting"
    assert line.connection_id == "c"


async def test_who_has_been_quiet_for_long_is_not_slow_the_moment_something_comes():
    client = Client(Rows(head=0))
    client.connection.position.start_from(0, head=0)
    client.connection.position.deliver(1, "1")
    await client.connection.outbox.written()
    client.connection.outbox.since -= 2 * watch.STUCK_SECONDS
    client.connection.position.deliver(2, "2")
    await watch.look_at_readers(client.hub)  # Before the writer has had its turn.
    await client.connection.outbox.written()
    assert (client.heard, client.code) == (["1", "2"], None)


async def test_what_can_go_at_once_goes_at_once_and_never_before_what_waits():
    client = Client(Rows(head=0))
    is_writable = True

    def put(frame):
        if is_writable:
            client.heard.append(frame)
        return is_writable

    client.connection.outbox.send_by(Outlet(client.send, put))
    client.connection.position.start_from(0, head=0)
    client.connection.push("1")
    client.connection.pass_on("2")
    assert client.heard == ["1", "2"]
    is_writable = False
    client.reads.clear()
    client.connection.push("3")
    await asyncio.sleep(0)
    is_writable = True
    client.connection.push("4")
    client.connection.pass_on("5")
    assert client.heard == ["1", "2"]
    client.reads.set()
    await client.settled()
    client.connection.push("6")
    assert client.heard == ["1", "2", "3", "4", "5", "6"]
