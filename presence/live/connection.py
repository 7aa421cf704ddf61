"""One open connection: what it has been sent, what comes next, and what happens when its reader is slow.

Numbers decide. A connection knows the last number it was sent and sends only the next one; a lower one was sent before,
and a higher one waits until the rows have told what is missing. So live events, replays and resumes need no order among
themselves. All of it happens in the hub's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from accounts.sign_ins import SignedIn, SignIn
from kernel.actors import Actor, ActorKey
from presence import metrics
from presence.doorbell.bus import Passing
from presence.engine import eager_task
from presence.engine.batching import Grouped
from presence.engine.writing import Outlet, Send
from presence.live.commands import Hold
from presence.log.replay import Shown, Wish

logger = logging.getLogger(__name__)

DRAINING, TOKEN_EXPIRED, TOO_SLOW, CANNOT_RESUME = 4001, 4005, 4008, 4010
NOT_AUTHENTICATED, PROTOCOL_ERROR, REVOKED = 4500, 4501, 4503
AT_ONCE = frozenset({TOO_SLOW, REVOKED})
"""Closed without what is still waiting: the reader does not keep up, or may not see it."""
IN_ORDER = frozenset({DRAINING, TOKEN_EXPIRED, NOT_AUTHENTICATED})
"""Closed in the course of things, many at a time: not worth a line in the log."""

GAP_SECONDS = 0.05
"""Two processes may ring in another order than they committed: so long a missing number may still come by itself."""
AHEAD_MAX = 256
"""How many events may wait for a missing one. What is beyond is read from the rows."""
RETRY_SECONDS = 1.0


class Hub(Protocol):
    """What a connection needs of the hub that it belongs to (`presence.live.hub`)."""

    loop: asyncio.AbstractEventLoop
    read_rows: Grouped[Wish, list[Shown]]
    writing: set[Connection]

    def forget(self, connection: Connection) -> None: ...

    def pass_on(self, passing: Passing) -> None: ...


class Waiting(NamedTuple):
    frame: str
    may_be_lost: bool


class Connection:
    """Made when a socket opens; `admit` gives it its person, `go_on_from` its place in that person's stream."""

    __slots__ = (
        "_ahead",
        "_code",
        "_expiry",
        "_filling",
        "_holds",
        "_hub",
        "_is_writing",
        "_outbox",
        "_outlet",
        "_queue_max",
        "_room",
        "_writer",
        "actor",
        "auth_session_id",
        "epoch",
        "heard_at",
        "id",
        "key",
        "known_head",
        "language",
        "narrowed",
        "on_giving_up",
        "sent",
        "topics",
        "writing_since",
    )

    def __init__(self, id_: str, hub: Hub, send: Send) -> None:
        self.id = id_
        self.actor: Actor
        self.key: ActorKey
        self.auth_session_id: str | None = None
        self.language = settings.LANGUAGE_CODE
        self.epoch = ""
        self.topics: set[str] = set()
        self.narrowed = 0
        """How often it has been taken out of topics."""
        self.sent: int | None = None
        """The last number sent; None until its place in the stream is known."""
        self.known_head = 0
        """The highest number known to be committed."""
        self.on_giving_up: Callable[[], object] | None = None
        """Ends the consumer whose client neither reads nor goes."""
        self.writing_since = 0.0
        """The loop's time since when its reader has taken nothing; it counts while something is being written."""
        self.heard_at = 0.0
        """The loop's time when its client last said something."""
        self._hub = hub
        self._outlet = Outlet(send)
        self._queue_max = settings.PRESENCE["QUEUE_MAX"]
        self._ahead: dict[int, str] | None = None
        self._filling: asyncio.Task[None] | None = None
        self._outbox: deque[Waiting] = deque()
        self._room: asyncio.Event | None = None
        self._is_writing = False
        self._writer: asyncio.Task[None] | None = None
        """Goes on writing where the reader does not take everything at once."""
        self._code: int | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._holds: dict[str, tuple[asyncio.TimerHandle, Passing]] | None = None

    def send_by(self, outlet: Outlet) -> None:
        """Send everything by this from now on."""
        self._outlet = outlet

    # --- whose it is ------------------------------------------------------------------------------------------------

    def admit(self, signed_in: SignedIn, *, expires_at: datetime | None, language: str) -> None:
        """It is this person's from now on, until `expires_at`. Done again, that renews it."""
        self.actor = signed_in.actor
        self.key = signed_in.actor.key
        self.auth_session_id = signed_in.auth_session_id
        self.language = language
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if expires_at is not None:
            # A timer further away than the loop can count is none.
            left = min((expires_at - datetime.now(UTC)).total_seconds(), 10**6)
            self._expiry = self._hub.loop.call_later(max(0.0, left), self.close, TOKEN_EXPIRED)

    def see_again(self, actor: Actor | None) -> None:
        """Who its sign-in stands for now. Where it stands no more, or for another role, the connection closes: what it
        may hear is decided when it opens.
        """
        if actor is None:
            self.close(REVOKED)
        elif actor.role != self.actor.role:
            self.close(TOKEN_EXPIRED)
        else:
            self.actor = actor

    @property
    def sign_in(self) -> SignIn:
        return SignIn(self.key, self.auth_session_id)

    # --- durable events ---------------------------------------------------------------------------------------------

    def take(self, seq: int, frame: str) -> None:
        """A durable event that was just told."""
        if seq > self.known_head:
            self.known_head = seq
        if self.sent is None:
            self._keep(seq, frame)
        elif seq == self.sent + 1:
            self._advance(seq, frame)
            self._drain_ahead()
        elif seq > self.sent:
            self._keep(seq, frame)
            self._fill(after=GAP_SECONDS)

    def go_on_from(self, seq: int, *, head: int) -> None:
        """Everything after `seq` is to be sent from now on; the stream is known to reach to `head`."""
        self.sent = seq
        self.known_head = max(self.known_head, head)
        if self._ahead:
            self._ahead = {number: frame for number, frame in self._ahead.items() if number > seq}
        self._drain_ahead()
        self.catch_up(self.known_head)

    def catch_up(self, head: int) -> None:
        """The stream reaches to `head`: read from the rows what no doorbell has brought."""
        self.known_head = max(self.known_head, head)
        if self.sent is not None and self.sent < self.known_head:
            self._fill()

    def _advance(self, seq: int, frame: str) -> None:
        self.sent = seq
        self.push(frame)

    def _keep(self, seq: int, frame: str) -> None:
        if self._ahead is None:
            self._ahead = {}
        if len(self._ahead) < AHEAD_MAX:
            self._ahead[seq] = frame

    def _drain_ahead(self) -> None:
        while self._ahead and self.sent is not None:
            frame = self._ahead.pop(self.sent + 1, None)
            if frame is None:
                break
            self._advance(self.sent + 1, frame)
        if not self._ahead:
            self._ahead = None

    def _fill(self, *, after: float = 0.0) -> None:
        if self._filling is None and self._code is None:
            self._filling = self._hub.loop.create_task(self._fill_gap(after))

    async def _fill_gap(self, after: float) -> None:
        try:
            if after:
                await asyncio.sleep(after)
                if self.sent is not None and self.sent < self.known_head:
                    metrics.GAPS.inc()
            while self.sent is not None and self.sent < self.known_head and self._code is None:
                await self.until_there_is_room()
                if not await self._fill_a_page(self.sent):
                    return
        finally:
            self._filling = None

    async def _fill_a_page(self, sent: int) -> bool:
        try:
            page = await self._hub.read_rows.call(Wish(self.key, sent))
        except (DatabaseError, InterfaceError):
            await asyncio.sleep(RETRY_SECONDS)
            return True
        if sent == self.sent and (not page or page[0].seq != sent + 1):
            self.close(CANNOT_RESUME)  # Pruned, or a backup was restored.
            return False
        self._take_page(page)
        return True

    def _take_page(self, page: Sequence[Shown]) -> None:
        for shown in page:
            if self.sent is not None and shown.seq == self.sent + 1:
                self._advance(shown.seq, shown.frame)
        self._drain_ahead()

    # --- what may be lost -------------------------------------------------------------------------------------------

    def pass_on(self, frame: str) -> None:
        """A passing event: the first that a slow reader misses."""
        if self._code is not None or self.sent is None:
            return
        if self._has_gone_at_once(frame):
            return
        if len(self._outbox) >= self._queue_max // 4:
            metrics.DROPPED.labels("passing").inc()
            return
        self._outbox.append(Waiting(frame, may_be_lost=True))
        self._write()

    def hold(self, held: Hold) -> None:
        """Let `held.on_release` be told when nobody renews the hold in time, or the connection ends."""
        if self._holds is None:
            self._holds = {}
        if held.name in self._holds:
            self._holds[held.name][0].cancel()
        timer = self._hub.loop.call_later(held.seconds, self.release, held.name)
        self._holds[held.name] = (timer, held.on_release)

    def release(self, name: str) -> None:
        held = self._holds.pop(name, None) if self._holds else None
        if held is not None:
            timer, passing = held
            timer.cancel()
            self._hub.pass_on(passing)
        if not self._holds:
            self._holds = None

    # --- sending ----------------------------------------------------------------------------------------------------

    def push(self, frame: str) -> None:
        """Send `frame` after what is waiting already."""
        if self._code is not None or self._has_gone_at_once(frame):
            return
        if len(self._outbox) >= self._queue_max:
            self._drop_what_may_be_lost()
            if len(self._outbox) >= self._queue_max:
                self.close(TOO_SLOW)
                return
        self._outbox.append(Waiting(frame, may_be_lost=False))
        self._write()

    def close(self, code: int) -> None:
        """Close with `code`, once. From now on it hears of nothing."""
        if self._code is not None:
            return
        self._code = code
        metrics.CLOSED.labels(str(code)).inc()
        who = getattr(self, "key", None) or "nobody"
        level = logging.DEBUG if code in IN_ORDER else logging.INFO
        logger.log(level, "%s: closed with %d, %d waiting", who, code, self.queued, extra={"connection_id": self.id})
        if code in AT_ONCE:
            metrics.DROPPED.labels("closed").inc(len(self._outbox))
            self._outbox.clear()
        self.leave()
        self._write()

    def leave(self) -> None:
        """It is gone, or as good as gone: forget it everywhere."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        for name in list(self._holds or ()):
            self.release(name)
        if self._filling is not None:
            self._filling.cancel()
        self._ahead = None
        self._tell_of_room()
        self._hub.forget(self)

    def abandon(self) -> None:
        """There is nobody to send anything to any more."""
        self._code = self._code or 1006
        metrics.DROPPED.labels("gone").inc(len(self._outbox))
        self._outbox.clear()
        self.leave()
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()

    @property
    def is_closing(self) -> bool:
        return self._code is not None

    @property
    def queued(self) -> int:
        return len(self._outbox)

    async def written(self) -> None:
        """When everything that was to be sent has been, the close frame too."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    def give_up(self) -> None:
        """Not even the close frame is taken: part without it."""
        self.abandon()
        if self.on_giving_up is not None:
            self.on_giving_up()

    def _drop_what_may_be_lost(self) -> None:
        kept = deque(waiting for waiting in self._outbox if not waiting.may_be_lost)
        metrics.DROPPED.labels("passing").inc(len(self._outbox) - len(kept))
        self._outbox = kept

    async def until_there_is_room(self) -> None:
        """Wait while much is waiting for the reader: nothing is read for it, and nothing is read from it."""
        if len(self._outbox) < self._queue_max // 2 or self._code is not None:
            return
        if self._room is None:
            self._room = asyncio.Event()
        await self._room.wait()

    def _tell_of_room(self) -> None:
        if self._room is not None:
            self._room.set()
            self._room = None

    def _has_gone_at_once(self, frame: str) -> bool:
        if self._outbox or self._is_writing or not self._outlet.put(frame):
            return False
        metrics.FRAMES_OUT.value += 1
        return True

    def _write(self) -> None:
        if not self._is_writing:
            self._is_writing = True
            eager_task.begin(self._write_all(), self._go_on_writing)

    def _go_on_writing(self, rest: Coroutine[Any, Any, None]) -> None:
        """The reader does not take everything at once."""
        self._writer = self._hub.loop.create_task(rest)
        self._hub.writing.add(self)

    async def _write_all(self) -> None:
        """Send what is waiting, then end: an idle connection has no task."""
        try:
            while self._outbox:
                self.writing_since = self._hub.loop.time()
                await self._outlet.send({"type": "websocket.send", "text": self._outbox.popleft().frame})
                metrics.FRAMES_OUT.value += 1
                if self._room is not None and len(self._outbox) < self._queue_max // 4:
                    self._tell_of_room()
            if self._code is not None:
                self.writing_since = self._hub.loop.time()
                await self._outlet.send({"type": "websocket.close", "code": self._code})
        except Exception as error:
            # The client has gone while we were writing; the server tells the consumer by itself.
            logger.debug("connection %s: %s", self.id, type(error).__name__)
            self.abandon()
        finally:
            self._is_writing = False
            self._writer = None
            self._hub.writing.discard(self)
