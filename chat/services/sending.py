"""Messages are written, many at a time: everything that comes together is one transaction of a few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from chat import facts, rules
from chat.enums import COUNTED_TYPES, MemberRole, MessageType
from chat.lookups import Among
from chat.models import Conversation, Member, Message, Seated
from chat.services.receipts import count_earlier_reading
from chat.services.seats import audiences, ids_of, locked_conversations, sitting_in
from chat.services.unread import unread_changes
from chat.shapes.reading import message_dict
from offers_project.kernel import clock, rows
from offers_project.kernel.actors import SYSTEM, Actor, ActorKey
from offers_project.kernel.errors import Conflict, NotFound, Refusal
from offers_project.kernel.facts import publish
from presence.telling import TRIES, service, tell


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

    A send that is refused is refused alone: `validation_error`, `message_too_long`, `not_found`, `permission_denied`,
    `conversation_closed`, or `conflict` where its `client_id` belongs to a message in another conversation.
    """
    for _try in range(TRIES - 1):
        try:
            return _send(sends)
        except IntegrityError:
            # Another process has just written one of the client ids, in another conversation: now it can be seen.
            if connection.in_atomic_block:
                raise
    return _send(sends)


@service
def say(*, lines: Sequence[Line]) -> list[Message]:
    """Write lines for the product itself, in closed conversations too. Refuses with `NotFound` for a missing one."""
    conversations = locked_conversations({line.conversation_id for line in lines})
    if any(line.conversation_id not in conversations for line in lines):
        raise NotFound()
    messages = [
        _draft(
            conversations[line.conversation_id],
            line.sender,
            line.text,
            message_type=line.message_type,
            proposed_rate=line.proposed_rate,
            currency=line.currency,
        )
        for line in lines
    ]
    _deliver(messages, sitting_in(conversations))
    return messages


@service
def _send(sends: Sequence[Send]) -> list[Sent | Refusal]:
    admission = _Admission(sends)
    answers = [admission.answer(send, unfit) for send, unfit in zip(sends, admission.unfit, strict=True)]
    shown = _deliver(admission.new, admission.seats)
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
        self.new: list[Message] = []
        self.unfit = [_unfit(send) for send in sends]
        fit = [send for send, unfit in zip(sends, self.unfit, strict=True) if unfit is None]
        self._ids = ids_of({(send.offer_id, send.driver_id) for send in fit})
        self._conversations = locked_conversations(set(self._ids.values()))
        self.seats = sitting_in(self._conversations)
        self._known = _known(fit)

    def answer(self, send: Send, unfit: Refusal | None) -> Message | Refusal:
        try:
            return unfit or self._admit(send)
        except Refusal as refusal:
            return refusal

    def _admit(self, send: Send) -> Message:
        conversation = self._conversations.get(self._ids.get((send.offer_id, send.driver_id), 0))
        if conversation is None:
            raise NotFound()
        member = self.seats[conversation.pk].get(send.actor.key)
        rules.require_can_read(send.actor, member)
        key = (*send.actor.key, send.client_id)
        if (known := self._known.get(key)) is not None:
            if known.conversation_id != conversation.pk:
                raise Conflict(fields={"client_id": [_("Another message has been sent with this.")]})
            return known
        rules.require_can_write(send.actor, conversation, member)
        message = _draft(conversation, send.actor, send.message, client_id=send.client_id)
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


def _known(sends: Sequence[Send]) -> dict[tuple, Message]:
    """The messages that have been sent with these client ids before, by sender and client id."""
    keys = {(*send.actor.key, send.client_id) for send in sends if send.client_id is not None}
    rows = Message.objects.filter(Among(("sender_type", "sender_id", "client_id"), sorted(keys))).order_by()
    if not (ids := list(rows.values_list("pk", flat=True))):
        return {}
    found = Message.objects.select_related("conversation").filter(pk__in=ids).order_by()
    return {(message.sender_type, message.sender_id, message.client_id): message for message in found}


def _draft(conversation: Conversation, sender: Actor, text: str, **more: Any) -> Message:
    return Message(
        conversation=conversation,
        sender_type=sender.type,
        sender_id=sender.id,
        sender_name=sender.name,
        sender_role=sender.role,
        message=text,
        **more,
    )


Seats = dict[int, dict[ActorKey, Seated]]


def _deliver(messages: Sequence[Message], seats: Seats) -> dict[int, dict[str, Any]]:
    """Number, keep and tell new messages. Their conversations are locked, and `seats` are theirs.

    Gives how each looks, by the identity of its object.
    """
    if not messages:
        return {}
    now = clock.now()
    _number(messages, now)
    _insert(messages)
    written_to = {message.conversation_id: message.conversation for message in messages}
    began = _note_writers(messages, seats, now)
    told = audiences({id_: seats[id_] for id_ in written_to})
    shown = {id(message): message_dict(message) for message in messages}
    for message in messages:
        tell(
            "new_message",
            object_id=message.pk,
            detail=message.seq,
            to=told[message.conversation_id],
            data=shown[id(message)],
        )
    count_earlier_reading(began, written_to, told, now)
    unread_changes((key, id_) for id_ in written_to for key in told[id_])
    publish(facts.MessagesSent(frozenset(conversation.offer_id for conversation in written_to.values())))
    return shown


def _number(messages: Sequence[Message], now: datetime) -> None:
    counts: dict[int, int] = defaultdict(int)
    for message in messages:
        conversation = message.conversation
        conversation.last_seq += 1
        conversation.last_message_at = now
        counts[conversation.pk] += 1
        message.seq = conversation.last_seq
        message.created_at = now
    ids_by_count: dict[int, list[int]] = defaultdict(list)
    for id_, count in counts.items():
        ids_by_count[count].append(id_)
    added = Case(*[When(pk__in=ids, then=Value(count)) for count, ids in ids_by_count.items()], default=Value(0))
    Conversation.objects.filter(pk__in=list(counts)).update(last_seq=F("last_seq") + added, last_message_at=now)


def _insert(messages: Sequence[Message]) -> None:
    places = {(message.conversation_id, message.seq): message for message in messages}
    now = rows.moment(messages[0].created_at)
    kept = [
        (
            message.conversation_id,
            message.seq,
            message.sender_type,
            message.sender_id,
            message.sender_name,
            message.sender_role,
            str(message.message_type),
            message.message,
            message.proposed_rate,
            message.currency,
            message.client_id,
            now,
        )
        for message in messages
    ]
    told = rows.insert_and_tell(Message, KEPT, kept, ("conversation_id", "seq", "id"))
    if told is None:  # Not every database tells the keys of what it has inserted.
        found = Message.objects.filter(Among(("conversation_id", "seq"), sorted(places))).order_by()
        told = list(found.values_list("conversation_id", "seq", "pk"))
    for conversation_id, seq, pk in told:
        places[conversation_id, seq].pk = pk


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


def _note_writers(messages: Sequence[Message], seats: Seats, now: datetime) -> list[tuple[Member, Actor]]:
    """Remember who has written; a manager becomes a guest by it. Gives those whose reading counts from now on."""
    first = [message for message in messages if _is_first_word(message, seats[message.conversation_id])]
    if not first:
        return []
    written_to = {message.conversation_id for message in first}
    members = {(each.conversation_id, each.key): each for each in Member.objects.filter(conversation__in=written_to)}
    new, changed, began = [], [], []
    for message in first:
        sender, present = message.sender, seats[message.conversation_id]
        member = members.get((message.conversation_id, sender.key))
        if member is not None and member.has_written and member.left_at is None:
            continue  # By a message before this one.
        if member is None:
            member = Member(
                conversation=message.conversation,
                actor_type=sender.type,
                actor_id=sender.id,
                role=MemberRole.GUEST,
                joined_at=now,
            )
            members[message.conversation_id, sender.key] = member
            new.append(member)
        else:
            if not member.counts:
                began.append((member, sender))
            changed.append(member)
        if not member.seated:
            member.role, member.left_at = MemberRole.GUEST, None
        member.has_written = True
        present[sender.key] = member
    Member.objects.bulk_create(new)
    if changed:
        Member.objects.bulk_update(changed, ["role", "left_at", "has_written"])
    return began


def _is_first_word(message: Message, present: Mapping[ActorKey, Seated]) -> bool:
    """Whether its sender has not written there yet, or has left since."""
    if message.sender_id is None or message.message_type not in COUNTED_TYPES:
        return False
    seat = present.get(ActorKey(message.sender_type, message.sender_id))
    return seat is None or not seat.has_written or seat.left_at is not None
