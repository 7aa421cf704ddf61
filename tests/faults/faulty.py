"""The product as a server that can be hurt from outside: `application=` of `tests.servers.serving`.

`TRIGGERS` names a directory. While a file of one of these names is in it, every process that looks there
`before_commit`, `after_commit`, `before_ack`: is killed at once, at this point of a message on its way (`triggered`
says whether anybody was);
`clock`: lives so many seconds later, or earlier, as the file says;
`stall`: does `get_stats` until the file is gone;
`shared_thread`: has the one thread busy that all thread-sensitive calls of a process share (who connects starts it).

`OFF` names mechanisms, with commas between them, that this server does without, so that it can be seen that the checks
notice. `LOST_DOORBELLS` is the share of what is told that each process fails to hear.
"""

import asyncio
import datetime as datetimes
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction

from kernel import unit_of_work
from offers_project.asgi import application as product
from presence.engine import batching
from presence.here import leases
from presence.live import connection, consumer, hub, position, watch
from presence.log import replay, telling

__all__ = ["application"]

TRIGGERS = Path(os.environ.get("TRIGGERS", "/nonexistent"))
POINTS = ("before_commit", "after_commit", "before_ack")


def die_at(point: str) -> None:
    """The process ends here without another word, when the test has asked for it: one process for each trigger."""
    try:
        (TRIGGERS / point).rename(TRIGGERS / f"{point}-reached")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def die_where_asked() -> None:
    write, acknowledge = telling._Tellings._write, consumer.LiveConsumer._acknowledge

    def write_and_die(unit: Any) -> Any:
        events = write(unit)
        if any(event.kind == "new_message" for event in events):
            die_at("before_commit")
            transaction.on_commit(lambda: die_at("after_commit"))
        return events

    def die_or_acknowledge(consumer: Any, ref: Any, data: Any) -> None:
        if isinstance(data, dict) and "client_id" in data:
            die_at("before_ack")
        acknowledge(consumer, ref, data)

    telling._Tellings._write = write_and_die  # type: ignore[method-assign]
    consumer.LiveConsumer._acknowledge = die_or_acknowledge  # type: ignore[method-assign]


_busy: list[Any] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    if not _busy and (TRIGGERS / "shared_thread").exists():
        _busy.append(asyncio.ensure_future(sync_to_async(wait_for, thread_sensitive=True)("shared_thread")))
    await product(scope, receive, send)


def wait_for(name: str) -> None:
    """Until the file is gone."""
    while (TRIGGERS / name).exists():
        time.sleep(0.05)


def stall_where_asked() -> None:
    """`get_stats` takes as long as somebody wants."""
    from presence.live import commands

    command = commands.find("get_stats")
    assert command is not None
    run = command.run
    assert run is not None

    def run_slowly(call: Any) -> Any:
        wait_for("stall")
        return run(call)

    commands.register(commands.Command(command.name, command.fields, run=run_slowly))


def step_the_clock() -> None:
    """The wall clock of this process is off by what the file says, as when somebody sets it; nothing else is."""
    seconds, real = 0.0, time.time

    def look() -> float:
        nonlocal seconds
        try:
            seconds = float((TRIGGERS / "clock").read_text() or seconds)
        except FileNotFoundError:
            seconds = 0.0
        return seconds

    class Stepped(datetimes.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetimes.datetime.now(tz) + datetimes.timedelta(seconds=look())

    time.time = lambda: real() + look()
    for module in (connection, consumer, hub):
        module.datetime = Stepped  # type: ignore[attr-defined]


def lose_doorbells(rate: float) -> None:
    chance = random.Random(os.getpid())
    deliver = hub.Hub.deliver

    def deliver_or_not(self: hub.Hub, packed: dict[str, Any]) -> None:
        if chance.random() >= rate:
            deliver(self, packed)

    hub.Hub.deliver = deliver_or_not  # type: ignore[method-assign]


# --- mechanisms that can be done without, to see what becomes of it ---------------------------------------------------


def without_gap_filling() -> None:
    """What no doorbell has brought is not read from the rows."""
    position.StreamPosition._fill = lambda self, *, after=0.0: None  # type: ignore[method-assign]


def without_heads() -> None:
    async def look_at_nothing(hub: Any) -> None:
        return

    watch.look_at_heads = look_at_nothing


def without_retry() -> None:
    unit_of_work.TRIES = 1


def without_client_ids() -> None:
    """Nobody knows a message again."""
    from chat.services import sending

    class Unknown(sending.Draft):
        def __init__(self, *args: Any, client_id: str | None = None, **more: Any) -> None:
            super().__init__(*args, **more)

    sending._known = lambda ids: {}
    sending.Draft = Unknown  # type: ignore[misc]


def without_one_transaction() -> None:
    """A message is committed before what is told of it, and that is where the process ends."""
    write = telling._Tellings._write

    def commit_and_write(unit: Any) -> Any:
        if any(telling.kind == "new_message" for telling in unit.tellings):
            transaction.get_connection().connection.commit()
            die_at("before_commit")
        return write(unit)

    telling._Tellings._write = commit_and_write  # type: ignore[method-assign]


def without_durability() -> None:
    """Now and then, what is acknowledged is not kept."""
    from chat import commands
    from chat.services import sending
    from presence.live import commands as registry

    chance, send = random.Random(5), sending._send

    def send_and_forget(sends: Any, **more: Any) -> Any:
        with sending.connection.cursor(), transaction.atomic():
            answers = send(sends, **more)
            if chance.random() < 0.1:
                transaction.set_rollback(True)
        return answers

    sending._send = send_and_forget  # type: ignore[assignment]
    registry.register(*commands.COMMANDS)


def without_order() -> None:
    """What comes is sent at once, whatever its number."""

    def send(self: position.StreamPosition, seq: int, frame: str) -> None:
        if self.sent is not None:
            self._advance(max(seq, self.sent), frame)

    position.StreamPosition.deliver = send  # type: ignore[method-assign]


def without_leases() -> None:
    async def renew_nothing(hub: Any) -> None:
        return

    watch.renew_leases = renew_nothing


def without_edges() -> None:
    """Whoever opens a connection is told of, whether they were here before or not."""
    locked = leases._locked

    def as_if_away(keys: Any) -> Any:
        rows = locked(keys)
        for row in rows.values():
            row.online = False
        return rows

    leases._locked = as_if_away


def without_pages() -> None:
    """Somebody who comes again gets a page too few."""
    read = replay.read_many
    replay.read_many = lambda wishes: [page[1:] for page in read(wishes)]


def without_time_outs() -> None:
    """Whoever asks the database waits for as long as it takes."""
    from django.db import connections

    for name in ("connect_timeout", "read_timeout", "write_timeout"):
        connections.settings["default"]["OPTIONS"].pop(name, None)


def without_side_by_side() -> None:
    """A batch waits for the one before, however long that takes."""
    batching.EXCLUSIVE_SECONDS = 10**6


def without_cache_fallback() -> None:
    from django.conf import settings

    settings.CACHES["default"]["BACKEND"] = "django.core.cache.backends.redis.RedisCache"
    settings.MESSAGES_BURST = 10**6  # Tests have no limits otherwise, and then nothing asks the cache.


OFF: dict[str, Callable[[], None]] = {
    name.removeprefix("without_"): function for name, function in list(globals().items()) if name.startswith("without_")
}

die_where_asked()
stall_where_asked()
step_the_clock()
if share := os.environ.get("LOST_DOORBELLS"):
    lose_doorbells(float(share))
for mechanism in filter(None, os.environ.get("OFF", "").split(",")):
    OFF[mechanism]()
