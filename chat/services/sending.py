"""Messages are written, many at a time: everything that comes together is one transaction of a few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from chat import facts, rules
from chat.enums import COUNTED_TYPES, EventKind, MemberRole, MessageType
from chat.models import Conversation, Member, Message, Seated
from chat.services.receipts import count_earlier_reading
from chat.services.seats import Talk, audiences, opened, opened_of
from chat.services.unread import unread_changes
from chat.shapes.reading import message_dict
from offers_project.kernel import rows
from offers_project.kernel.actors import SYSTEM, Actor, ActorKey
from offers_project.kernel.errors import Conflict, NotFound, Refusal
from offers_project.kernel.facts import publish
from presence.telling import TRIES, about_to_tell, service, tell


@dataclass(frozen=True, slots=True)
class Send:
    """What a person wants to say. With the same `client_id` it is the same message, however often it comes."""

    actor: Actor
    offer_id: int
    driver_id: int
    message: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """`message` is the contract's Message; `created` is False where it had been sent before."""

    message: Mapping[str, Any]
    created: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What the product says in a conversation: a system line, or the message that shows a person's counter-offer."""

    conversation_id: int
    text: str
    sender: Actor = SYSTEM
    message_type: MessageType = MessageType.SYSTEM
    proposed_rate: Decimal | None = None
    currency: str = ""


def send_messages(*, sends: Sequence[Send]) -> list[Sent | Refusal]:
    """Send messages of any people to any conversations in one transaction. Gives an answer for each, in their order.

    A send that is refused is refused alone: `rate_limited`, `validation_error`, `message_too_long`, `not_found`,
    `permission_denied`, `conversation_closed`, or `conflict` where its `client_id` belongs to a message in another
    conversation.
    """
    refusals = rules.message_limit().take_many([send.actor.key for send in sends])
    answers = iter(_tried([send for send, refusal in zip(sends, refusals, strict=True) if refusal is None]))
    return [refusal or next(answers) for refusal in refusals]


def _tried(sends: Sequence[Send]) -> list[Sent | Refusal]:
    for _try in range(TRIES - 1):
        try:
            return _send(sends)
        except IntegrityError:
            # Another process has just written one of the client ids, in another conversation: now it can be seen.
            if connection.in_atomic_block:
                raise
    return _send(sends)


@dataclass(slots=True, eq=False)
class Draft:
    """A message on its way into the database: what `Message` would be, without what a model costs."""

    conversation: Talk
    sender: Actor
    message: str
    message_type: str = MessageType.TEXT.value
    proposed_rate: Decimal | None = None
    currency: str = ""
    client_id: str | None = None
    pk: int = 0
    seq: int = 0
    created_at: datetime | None = None
    delivered_at: None = None
    read_at: None = None
    removed_at: None = None


@service
def say(*, lines: Sequence[Line]) -> list[Draft]:
    """Write lines for the product itself, in closed conversations too. Refuses with `NotFound` for a missing one."""
    found = opened({line.conversation_id for line in lines})
    talks = {talk.pk: talk for talk in found.talks}
    if any(line.conversation_id not in talks for line in lines):
        raise NotFound()
    messages = [
        Draft(
            talks[line.conversation_id],
            line.sender,
            line.text,
            message_type=line.message_type.value,
            proposed_rate=line.proposed_rate,
            currency=line.currency,
        )
        for line in lines
    ]
    _deliver(messages, found.seats, found.now, is_all=False)
    return messages


@service
def _send(sends: Sequence[Send]) -> list[Sent | Refusal]:
    admission = _Admission(sends)
    answers = [admission.answer(send, unfit) for send, unfit in zip(sends, admission.unfit, strict=True)]
    shown = _deliver(admission.new, admission.seats, admission.now, is_all=True)
    new = set(shown)
    sent: list[Sent | Refusal] = []
    for answer in answers:
        if isinstance(answer, Refusal):
            sent.append(answer)
        else:
            message = shown.get(id(answer)) or message_dict(answer)
            sent.append(Sent(message=message, created=id(answer) in new))
            new.discard(id(answer))
    return sent


class _Admission:
    """Which of the sends become messages. Locks their conversations."""

    def __init__(self, sends: Sequence[Send]) -> None:
        self.new: list[Draft] = []
        self.unfit = [_unfit(send) for send in sends]
        fit = [send for send, unfit in zip(sends, self.unfit, strict=True) if unfit is None]
        keys = {(*send.actor.key, send.client_id) for send in fit if send.client_id is not None}
        earlier = rows.reading(Message, ("id",), ("sender_type", "sender_id", "client_id"), sorted(keys))
        found = opened_of({(send.offer_id, send.driver_id) for send in fit}, earlier)
        self._talks = {talk.pair: talk for talk in found.talks}
        self.seats, self.now = found.seats, found.now
        self._known: dict[tuple, Message | Draft] = _known([id_ for (id_,) in found.answers[0]])

    def answer(self, send: Send, unfit: Refusal | None) -> Message | Draft | Refusal:
        try:
            return unfit or self._admit(send)
        except Refusal as refusal:
            return refusal

    def _admit(self, send: Send) -> Message | Draft:
        talk = self._talks.get((send.offer_id, send.driver_id))
        if talk is None:
            raise NotFound()
        member = self.seats[talk.pk].get(send.actor.key)
        rules.require_can_read(send.actor, member)
        key = (*send.actor.key, send.client_id)
        if (known := self._known.get(key)) is not None:
            if known.conversation.pk != talk.pk:
                raise Conflict(fields={"client_id": [_("Another message has been sent with this.")]})
            return known
        rules.require_can_write(send.actor, talk.status, member)
        message = Draft(talk, send.actor, send.message, client_id=send.client_id)
        self.new.append(message)
        if send.client_id is not None:
            self._known[key] = message
        return message


def _unfit(send: Send) -> Refusal | None:
    try:
        rules.require_sendable(send.message, send.client_id)
    except Refusal as refusal:
        return refusal
    return None


def _known(ids: Sequence[int]) -> dict[tuple, Message | Draft]:
    """The messages that have been sent before, by sender and client id."""
    if not ids:
        return {}
    found = Message.objects.select_related("conversation").filter(pk__in=ids).order_by()
    return {(message.sender_type, message.sender_id, message.client_id): message for message in found}


Seats = dict[int, dict[ActorKey, Seated]]


def _deliver(messages: Sequence[Draft], seats: Seats, now: datetime, *, is_all: bool) -> dict[int, dict[str, Any]]:
    """Number, keep and tell new messages. Their conversations are locked, and `seats` are theirs.

    Gives how each looks, by the identity of its object. `is_all`: nothing else is done in this unit of work.
    """
    if not messages:
        return {}
    written_to = {message.conversation.pk: message.conversation for message in messages}
    began = _note_writers(messages, seats, now)
    told = audiences({id_: seats[id_] for id_ in written_to})
    _keep(messages, now, {key for keys in told.values() for key in keys} if is_all else ())
    shown = {id(message): message_dict(message) for message in messages}
    for message in messages:
        tell(
            EventKind.NEW_MESSAGE,
            object_id=message.pk,
            detail=message.seq,
            to=told[message.conversation.pk],
            data=shown[id(message)],
            at=now,
        )
    count_earlier_reading(began, written_to, told, now)
    unread_changes((key, id_) for id_ in written_to for key in told[id_])
    publish(facts.MessagesSent(frozenset(talk.offer_id for talk in written_to.values())))
    return shown


def _keep(messages: Sequence[Draft], now: datetime, told: Collection[ActorKey]) -> None:
    """Number them, each in its conversation, and write them down, about to tell some people."""
    counts: dict[int, int] = defaultdict(int)
    for message in messages:
        talk = message.conversation
        talk.last_seq += 1
        counts[talk.pk] += 1
        message.seq = talk.last_seq
        message.created_at = now
    kept_at = rows.moment(now)
    kept = [
        (
            message.conversation.pk,
            message.seq,
            message.sender.type,
            message.sender.id,
            message.sender.name,
            message.sender.role,
            message.message_type,
            message.message,
            message.proposed_rate,
            message.currency,
            message.client_id,
            kept_at,
        )
        for message in messages
    ]
    counting = rows.adding(Conversation, "last_seq", counts, last_message_at=kept_at)
    place = ("conversation", "seq")
    if rows.can_tell():
        writing = [rows.inserting(Message, KEPT, kept, tell=(*place, "id"))]
    else:
        asking = rows.reading(Message, (*place, "id"), place, [each[:2] for each in kept])
        writing = [rows.inserting(Message, KEPT, kept), asking]
    (found,) = about_to_tell(told, counting, *writing)
    keys = {(conversation_id, seq): pk for conversation_id, seq, pk in found}
    for message in messages:
        message.pk = keys[message.conversation.pk, message.seq]


KEPT = (
    "conversation",
    "seq",
    "sender_type",
    "sender_id",
    "sender_name",
    "sender_role",
    "message_type",
    "message",
    "proposed_rate",
    "currency",
    "client_id",
    "created_at",
)
"""What a message is kept with when it is new."""


def _note_writers(messages: Sequence[Draft], seats: Seats, now: datetime) -> list[tuple[Member, Actor]]:
    """Remember who has written; a manager becomes a guest by it. Gives those whose reading counts from now on."""
    first = [message for message in messages if _is_first_word(message, seats[message.conversation.pk])]
    if not first:
        return []
    written_to = {message.conversation.pk for message in first}
    members = {(each.conversation_id, each.key): each for each in Member.objects.filter(conversation__in=written_to)}
    new, changed, began = [], [], []
    for message in first:
        sender, id_ = message.sender, message.conversation.pk
        member = members.get((id_, sender.key))
        if member is not None and member.has_written and member.left_at is None:
            continue  # By a message before this one.
        if member is None:
            member = Member(
                conversation_id=id_,
                actor_type=sender.type,
                actor_id=sender.id,
                role=MemberRole.GUEST,
                joined_at=now,
            )
            members[id_, sender.key] = member
            new.append(member)
        else:
            if not member.counts:
                began.append((member, sender))
            changed.append(member)
        if not member.seated:
            member.role, member.left_at = MemberRole.GUEST, None
        member.has_written = True
        seats[id_][sender.key] = member
    Member.objects.bulk_create(new)
    if changed:
        Member.objects.bulk_update(changed, ["role", "left_at", "has_written"])
    return began


def _is_first_word(message: Draft, present: Mapping[ActorKey, Seated]) -> bool:
    """Whether its sender has not written there yet, or has left since."""
    if message.sender.id is None or message.message_type not in COUNTED_TYPES:
        return False
    seat = present.get(message.sender.key)
    return seat is None or not seat.has_written or seat.has_left
