"""One open connection: whose it is, until when, and how it closes.

Where it is in its person's stream is its `position`, what waits to be written its `outbox`. All of it happens in the
hub's loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from django.conf import settings

from accounts.sign_in.validity import SignedIn, SignIn
from kernel.actors import Actor, ActorKey
from presence import metrics
from presence.doorbell.bus import Passing
from presence.engine.batching import MicroBatcher
from presence.engine.writing import Outlet, Send
from presence.live.commands import Hold
from presence.live.holds import Holds
from presence.live.outbox import Outbox
from presence.live.position import StreamPosition
from presence.log.replay import Shown, Wish

logger = logging.getLogger(__name__)

DRAINING, TOKEN_EXPIRED, TOO_SLOW = 4001, 4005, 4008
NOT_AUTHENTICATED, PROTOCOL_ERROR, REVOKED = 4500, 4501, 4503
AT_ONCE = frozenset({TOO_SLOW, REVOKED})
"""Closed without what is still waiting: the reader does not keep up, or may not see it."""
IN_ORDER = frozenset({DRAINING, TOKEN_EXPIRED, NOT_AUTHENTICATED})
"""Closed in the course of things, many at a time: not worth a line in the log."""
GONE = 1006
"""The client has gone without a close frame (RFC 6455, 7.4.1)."""


class Hub(Protocol):
    """What a connection needs of the hub that it belongs to (`presence.live.hub`)."""

    loop: asyncio.AbstractEventLoop
    read_rows: MicroBatcher[Wish, list[Shown]]
    writing: set[Connection]

    def forget(self, connection: Connection) -> None: ...

    def pass_on(self, passing: Passing) -> None: ...


class Connection:
    """Made when a socket opens; `bind` gives it its person, `position.start_from` its place in that person's stream."""

    __slots__ = (
        "_code",
        "_expiry",
        "_holds",
        "_hub",
        "actor",
        "auth_session_id",
        "epoch",
        "heard_at",
        "id",
        "key",
        "language",
        "on_giving_up",
        "outbox",
        "position",
        "revocations",
        "topics",
    )

    def __init__(self, id_: str, hub: Hub, send: Send) -> None:
        self.id = id_
        self.actor: Actor
        self.key: ActorKey
        self.auth_session_id: str | None = None
        self.language = settings.LANGUAGE_CODE
        self.epoch = ""
        self.topics: set[str] = set()
        self.revocations = 0
        """How often topics were taken from it. A join that raced with one is done again."""
        self.on_giving_up: Callable[[], object] | None = None
        """Ends the consumer whose client neither reads nor goes."""
        self.heard_at = 0.0
        """The loop's time when its client last said something."""
        self.position = StreamPosition(self, hub.loop, hub.read_rows)
        self.outbox = Outbox(self, hub.loop, Outlet(send))
        self._hub = hub
        self._holds: Holds | None = None
        self._code: int | None = None
        self._expiry: asyncio.TimerHandle | None = None

    # --- whose it is ------------------------------------------------------------------------------------------------

    def bind(self, signed_in: SignedIn, *, expires_at: datetime | None, language: str) -> None:
        """Make it this person's until `expires_at`. Done again, that renews it."""
        self.actor = signed_in.actor
        self.key = signed_in.actor.key
        self.auth_session_id = signed_in.auth_session_id
        self.language = language
        self._expire_never()
        if expires_at is not None:
            # A timer further away than the loop can count is none.
            left = min((expires_at - datetime.now(UTC)).total_seconds(), 10**6)
            self._expiry = self._hub.loop.call_later(max(0.0, left), self.close, TOKEN_EXPIRED)

    def refresh_actor(self, actor: Actor | None) -> None:
        """Take the person as their sign-in shows them now. Without one, or with another role, the connection closes:
        what it may hear is decided when it opens.
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

    @property
    def is_placed(self) -> bool:
        """Whether its place in its person's stream is known: only then does it hear anything."""
        return self.position.sent is not None

    def _expire_never(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    # --- sending ----------------------------------------------------------------------------------------------------

    def push(self, frame: str) -> None:
        """Send `frame` after what is waiting already; a reader that is too far behind is closed."""
        if self._code is None and not self.outbox.put(frame):
            self.close(TOO_SLOW)

    def pass_on(self, frame: str) -> None:
        """Send a passing event: the first that a slow reader misses."""
        if self._code is None and self.is_placed:
            self.outbox.put_passing(frame)

    async def until_there_is_room(self) -> None:
        """Wait while much is waiting for the reader."""
        if self._code is None:
            await self.outbox.until_there_is_room()

    def is_writing(self, *, now: bool) -> None:
        """The outbox waits for the reader, or does so no longer."""
        if now:
            self._hub.writing.add(self)
        else:
            self._hub.writing.discard(self)

    def hold(self, held: Hold) -> None:
        """Let `held.on_release` be told when nothing renews the hold in time, or the connection ends."""
        if self._holds is None:
            self._holds = Holds(self._hub.loop, self._hub.pass_on)
        self._holds.hold(held)

    def release(self, name: str) -> None:
        if self._holds is not None:
            self._holds.release(name)

    # --- going ------------------------------------------------------------------------------------------------------

    @property
    def is_closing(self) -> bool:
        return self._code is not None

    def close(self, code: int) -> None:
        """Close with `code`, once. From now on it hears of nothing."""
        if self._code is not None:
            return
        self._code = code
        metrics.CLOSED.labels(str(code)).inc()
        who = getattr(self, "key", None) or "nobody"
        level = logging.DEBUG if code in IN_ORDER else logging.INFO
        logger.log(
            level, "%s: closed with %d, %d waiting", who, code, len(self.outbox), extra={"connection_id": self.id}
        )
        if code in AT_ONCE:
            self.outbox.clear("closed")
        self._leave()
        self.outbox.put_close(code)

    def abandon(self) -> None:
        """Part without another word: there is no client any more."""
        self._code = self._code or GONE
        self.outbox.clear("gone")
        self._leave()
        self.outbox.stop()

    def give_up(self) -> None:
        """Part with a client that does not even take the close frame."""
        self.abandon()
        if self.on_giving_up is not None:
            self.on_giving_up()

    def _leave(self) -> None:
        """Forget it everywhere."""
        self._expire_never()
        if self._holds is not None:
            self._holds.release_all()
        self.position.stop()
        self.outbox.tell_of_room()
        self._hub.forget(self)
