"""The door of the live connection: frames come in, are understood, done, and answered.

An ordinary Channels consumer without a channel of its own: what it is to hear comes from the hub, so that an open
socket costs one task and no queue in the channel layer.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.utils import translation

from kernel import api, clock, errors, request_id
from presence import metrics
from presence.doorbell import wire
from presence.engine import pool, writing
from presence.engine.allowance import Allowance
from presence.engine.limits import FRAMES_BURST, FRAMES_PER_SECOND
from presence.errors import Flood, MalformedFrame, UnknownCommand
from presence.here.leases import Lease
from presence.live import builtin, commands, hub, identity
from presence.live.commands import Call, Command
from presence.live.connection import DRAINING, NOT_AUTHENTICATED, PROTOCOL_ERROR, Connection
from presence.live.identity import Identity
from presence.log import replay
from presence.log.replay import Cursor

logger = logging.getLogger(__name__)

SUBPROTOCOL = "offers.v1"
LARGEST_FRAME = 1024 * 1024
"""Beyond this nobody is answered any more: the connection is closed."""

UNREAD = (MalformedFrame, errors.TooLarge, Flood)
"""What is said of a frame that was not read as a whole."""

Frame = Mapping[str, Any]


class LiveConsumer(AsyncConsumer):
    channel_layer_alias = "none: the hub has one for all"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take one frame after the other until the client has gone.

        Channels' own loop would make two more tasks for each connection, and look after the database before each frame.
        """
        self.scope = scope
        self.hub = hub.start()
        self.connection = Connection(secrets.token_hex(12), self.hub, send)
        request_id.belongs_to(self.connection.id)
        self.frames = 0
        self.bad_frames = 0
        self.allowance = Allowance(FRAMES_BURST, FRAMES_PER_SECOND)
        self.largest = settings.PRESENCE["FRAME_MAX_BYTES"]
        self.base_send = send
        self.taken = writing.nothing
        self.deadline: asyncio.TimerHandle | None = None
        if task := asyncio.current_task():
            self.connection.on_giving_up = task.cancel
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            if not self.connection.is_closing:
                raise
        finally:
            self._met_the_deadline()
            self.connection.abandon()
            self.connection.on_giving_up = None

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "websocket.receive":
                if not self.connection.is_closing:
                    await self.receive(message)
                    await self.connection.until_there_is_room()
                self.taken()
            case "websocket.connect":
                await self.connect()
            case "websocket.disconnect":
                raise StopConsumer

    # --- opening ----------------------------------------------------------------------------------------------------

    async def connect(self) -> None:
        """Every handshake is accepted: a browser could not read the code of a refused one."""
        offered = SUBPROTOCOL in self.scope.get("subprotocols", ())
        await self.base_send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if offered else None})
        outlet = writing.outlet_for(self.base_send, self.hub.flusher)
        self.taken = outlet.taken
        self.connection.outbox.send_by(outlet)
        if self.hub.is_draining:
            self.connection.close(DRAINING)
            return
        seconds = settings.PRESENCE["AUTHENTICATE_SECONDS"]
        self.deadline = self.hub.loop.call_later(seconds, self.connection.close, NOT_AUTHENTICATED)

    @property
    def is_open(self) -> bool:
        """Whether it is known whose connection this is."""
        return self.connection.is_placed

    def _met_the_deadline(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    async def open(self, token: str | None, cursor: Cursor | None) -> None:
        """Let the client in: hear what is told first, then look how far the stream has come, then catch up."""
        self._met_the_deadline()  # They have spoken in time. How long it takes to know them is our affair.
        found = await self._identified(token)
        connection = self.connection
        if connection.is_closing:
            return
        if found is None:
            connection.close(NOT_AUTHENTICATED)
            return
        connection.bind(found.signed_in, expires_at=found.expires_at, language=found.language)
        self.hub.add(connection)
        lease = Lease(connection.id, self.hub.process, connection.key, connection.auth_session_id)
        entered = await self.hub.enter.call(lease)
        connection.refresh_actor(entered.actor)
        if connection.is_closing:
            self.hub.end_lease(connection.id)
            return
        recovered = replay.can_serve(cursor, epoch=entered.epoch, head=entered.head)
        metrics.OPENED.labels(str(recovered).lower()).inc()
        connection.epoch = entered.epoch
        self._tell_ready(entered.head.seq, recovered=recovered)
        start = cursor.seq if recovered and cursor is not None else entered.head.seq
        connection.position.start_from(start, head=entered.head.seq)

    async def _identified(self, token: str | None) -> Identity | None:
        caller = await identity.caller(token, identity.headers_of(self.scope))
        return await self.hub.identify.call(caller) if caller else None

    def _tell_ready(self, head: int, *, recovered: bool, **more: Any) -> None:
        self.connection.push(
            wire.frame(
                "ready",
                connection_id=self.connection.id,
                user=self.connection.actor.as_dict(),
                epoch=self.connection.epoch,
                head=head,
                recovered=recovered,
                heartbeat_interval=settings.PRESENCE["HEARTBEAT_SECONDS"],
                server_time=server_time(),
                **more,
            )
        )

    # --- frames -----------------------------------------------------------------------------------------------------

    async def receive(self, message: Mapping[str, Any]) -> None:
        """One frame: whatever is wrong with it is answered, and the next one is welcome."""
        self.frames += 1
        request_id.set_request_id(f"{self.connection.id}-{self.frames}")
        ref: Any = None
        try:
            frame = self._read(message)
            ref = _ref(frame)
            await self._do(frame, ref)
            if self.bad_frames:
                self.bad_frames -= 1
        except Exception as error:
            if isinstance(error, UNREAD):
                ref = _ref_of(message)
            with translation.override(self.connection.language):
                self._refuse(ref, error)

    def _read(self, message: Mapping[str, Any]) -> dict[str, Any]:
        text = message.get("text")
        if text is None:
            size, text = len(message.get("bytes") or b""), ""
        else:
            size = len(text) if text.isascii() else len(text.encode(errors="replace"))
        if size > LARGEST_FRAME:
            self.connection.close(PROTOCOL_ERROR)
        self.connection.heard_at = now = self.hub.loop.time()
        if not self.allowance.take(now):
            raise Flood(retry_after=1 / FRAMES_PER_SECOND)
        if size > self.largest:
            raise errors.TooLarge()
        try:
            frame = wire.read(text)
        except ValueError as error:
            raise MalformedFrame() from error
        if not isinstance(frame, dict):
            raise MalformedFrame()
        return frame

    async def _do(self, frame: dict[str, Any], ref: Any) -> None:
        kind = frame.pop("type", None)
        frame.pop("ref", None)
        if not isinstance(kind, str):
            raise MalformedFrame()
        command = builtin.find(kind) or commands.find(kind)
        metrics.frames_in("unknown" if command is None else kind).inc()
        if not self.is_open:
            await self._first(kind, frame)
            return
        if command is None:
            raise UnknownCommand()
        fields = command.read(frame)
        if command.run_many is not None:
            # What is done for many at a time says nothing in anybody's language: a refusal is put into words here.
            await self._command(ref, command, fields)
            return
        with translation.override(self.connection.language):
            match kind:
                case "heartbeat":
                    self._pong(ref)
                case "authenticate":
                    await self._renew(ref, fields)
                case "resume":
                    said = fields["cursor"]
                    await self._resume(ref, Cursor(said.epoch, said.seq))
                case _:
                    await self._command(ref, command, fields)

    async def _first(self, kind: str, frame: Frame) -> None:
        if kind != builtin.AUTHENTICATE.name:
            self.connection.close(NOT_AUTHENTICATED)
            return
        try:
            fields = builtin.AUTHENTICATE.read(frame)
        except errors.Invalid as refusal:
            if "token" not in refusal.fields:
                raise
            self.connection.close(NOT_AUTHENTICATED)  # What can be no token is a bad one.
            return
        await self.open(fields.get("token"), Cursor.read(fields.get("cursor")))

    async def _command(self, ref: Any, command: Command, fields: Frame) -> None:
        connection = self.connection
        while True:
            revocations = connection.revocations
            call = Call(actor=connection.actor, data=fields)
            answer = await self.hub.do(command, call)
            if connection.is_closing:
                return
            if not call.joined or connection.revocations == revocations:
                break
            # While it was found out that they may listen, something was taken from them: was it this?
        for topic in call.joined:
            self.hub.roster.join(connection, topic)
            self.hub.announce_presence(connection.actor, topic)
        for topic in call.left:
            self.hub.roster.leave(connection, topic)
        for hold in call.held:
            connection.hold(hold)
        for name in call.released:
            connection.release(name)
        self._acknowledge(ref, answer)

    # --- what the connection itself is asked for --------------------------------------------------------------------

    def _pong(self, ref: Any) -> None:
        more = {} if ref is None else {"ref": ref}
        self.connection.push(wire.frame("pong", head=self.connection.position.sent, server_time=server_time(), **more))

    async def _renew(self, ref: Any, fields: Frame) -> None:
        """The same person goes on, with what they show now."""
        connection = self.connection
        found = await self._identified(fields.get("token"))
        if found is None or found.signed_in.actor.key != connection.key:
            raise errors.NotAuthenticated()
        connection.refresh_actor(found.signed_in.actor)
        if connection.is_closing:
            return
        connection.bind(found.signed_in, expires_at=found.expires_at, language=found.language)
        self._tell_ready(connection.position.sent or 0, recovered=True)
        if ref is not None:
            self._acknowledge(ref, {})

    async def _resume(self, ref: Any, cursor: Cursor) -> None:
        connection = self.connection
        epoch, head = await pool.run(replay.place_of, connection.key)
        recovered = replay.can_serve(cursor, epoch=epoch, head=head)
        self._acknowledge(ref, {"epoch": epoch, "head": head.seq, "recovered": recovered})
        connection.position.start_from(cursor.seq if recovered else head.seq, head=head.seq)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _acknowledge(self, ref: Any, data: Any) -> None:
        self.connection.push(wire.frame("ack", ref=ref, data={} if data is None else data))

    def _refuse(self, ref: Any, error: Exception) -> None:
        refusal = api.as_refusal(error)
        if refusal is None:
            logger.exception("a command failed", exc_info=error)
            refusal = errors.Unavailable()
        metrics.ERRORS.labels(refusal.code).inc()
        if isinstance(refusal, UNREAD):
            metrics.frames_in("unread").inc()
        if isinstance(refusal, MalformedFrame | UnknownCommand | errors.TooLarge | Flood):
            self.bad_frames += 1
        if isinstance(refusal, MalformedFrame | errors.TooLarge) and not self.is_open:
            self.connection.close(NOT_AUTHENTICATED)  # Not what a first frame must be.
            return
        more = {"retry_after": refusal.retry_after} if isinstance(refusal, errors.RateLimited) else {}
        self.connection.push(wire.frame("error", ref=ref, **refusal.as_dict(), retryable=refusal.retryable, **more))
        if self.bad_frames >= settings.PRESENCE["BAD_FRAMES_MAX"]:
            self.connection.close(PROTOCOL_ERROR)
        elif isinstance(refusal, errors.Unavailable) and not self.is_open:
            self.connection.close(DRAINING)  # Whether they may come in cannot be found out now: they may try again.


def _ref(frame: Frame) -> Any:
    """What the client knows this frame by, whatever JSON it is; deeper than it can be written, it is no ref."""
    ref = frame.get("ref")
    if isinstance(ref, dict | list):
        try:
            api.json_bytes({"ref": ref})
        except TypeError as error:
            raise MalformedFrame() from error
    return ref


def _ref_of(message: Mapping[str, Any]) -> Any:
    text = message.get("text")
    if text is None:
        text = (message.get("bytes") or b"").decode(errors="replace")
    return wire.ref_of(text)


def server_time() -> str | None:
    return clock.iso(datetime.now(UTC))
