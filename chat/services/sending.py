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
from chat.models import Address, Conversation, Member, Membership, Message
from chat.rows import Draft
from chat.services.locking import LockedConversations, Memberships, audiences, locked, locked_at, remember_told
from chat.services.receipts import count_earlier_reading
from chat.services.unread import unread_changes
from chat.shapes.reading import message_dict
from kernel import rows, unit_of_work
from kernel.actors import SYSTEM, Actor, ActorKey
from kernel.errors import Conflict, NotFound, Refusal
from kernel.facts import publish
from kernel.unit_of_work import TRIES, service
from presence.log.telling import about_to_tell, locked_early, tell


@dataclass(frozen=True, slots=True)
class Send:
    """What a person wants to say. With the same `client_id` it is the same message, however often it comes."""

    actor: Actor
    offer_id: int
    driver_id: int
    message: str
    client_id: str | None = None

    @property
    def address(self) -> Address:
        return Address(self.offer_id, self.driver_id)


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
    is_all = unit_of_work.current() is None
    for _try in range(TRIES - 1):
        try:
            return _send(sends, is_all=is_all)
        except IntegrityError:
            # Another process has just written one of the client ids, in another conversation: now it can be seen.
            if connection.in_atomic_block:
                raise
    return _send(sends, is_all=is_all)


@service
def say(*, lines: Sequence[Line]) -> list[Draft]:
    """Write lines for the product itself, in closed conversations too. Refuses with `NotFound` for a missing one."""
    found = locked({line.conversation_id for line in lines})
    conversations = {conversation.pk: conversation for conversation in found.conversations}
    if any(line.conversation_id not in conversations for line in lines):
        raise NotFound()
    messages = [
        Draft(
            conversations[line.conversation_id],
            line.sender,
            line.text,
            message_type=line.message_type.value,
            proposed_rate=line.proposed_rate,
            currency=line.currency,
        )
        for line in lines
    ]
    _deliver(messages, found)
    return messages


@service
def _send(sends: Sequence[Send], *, is_all: bool) -> list[Sent | Refusal]:
    admission = _Admission(sends)
    answers = [admission.answer(send, unfit) for send, unfit in zip(sends, admission.unfit, strict=True)]
    shown = _deliver(admission.new, admission.found, is_all=is_all)
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
        senders: dict[Address, set[ActorKey]] = defaultdict(set)
        for send in fit:
            senders[send.address].add(send.actor.key)
        found = locked_at(senders, earlier)
        self._conversations = {conversation.address: conversation for conversation in found.conversations}
        self.found = found
        self._known: dict[tuple, Message | Draft] = _known([id_ for (id_,) in found.answers[0]])

    def answer(self, send: Send, unfit: Refusal | None) -> Message | Draft | Refusal:
        try:
            return unfit or self._admit(send)
        except Refusal as refusal:
            return refusal

    def _admit(self, send: Send) -> Message | Draft:
        conversation = self._conversations.get(send.address)
        if conversation is None:
            raise NotFound()
        member = self.found.members[conversation.pk].get(send.actor.key)
        rules.require_can_read(send.actor, member)
        key = (*send.actor.key, send.client_id)
        if (known := self._known.get(key)) is not None:
            if known.conversation.pk != conversation.pk:
                raise Conflict(fields={"client_id": [_("Another message has been sent with this.")]})
            return known
        rules.require_can_write(send.actor, conversation.status, member)
        message = Draft(conversation, send.actor, send.message, client_id=send.client_id)
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


def _deliver(
    messages: Sequence[Draft], found: LockedConversations, *, is_all: bool = False
) -> dict[int, dict[str, Any]]:
    """Number, keep and tell new messages. Their conversations are locked.

    Gives how each looks, by the identity of its object; their ids may be there only after the commit. `is_all`: nothing
    else is done in this unit of work.
    """
    if not messages:
        return {}
    now = found.now
    written_to = {message.conversation.pk: message.conversation for message in messages}
    began = _note_writers(messages, found.members, now)
    told = audiences({id_: found.members[id_] for id_ in written_to})
    shown: dict[int, dict[str, Any]] = {}
    keeping = _Keeping(messages, shown, now)
    everyone = {key for keys in told.values() for key in keys}
    if is_all and not began and locked_early(found.heads, everyone):
        keeping.later()
        has_new_writers = False
    else:
        keeping.now(everyone if is_all else ())
        has_new_writers = True
    for id_, keys in told.items():
        remember_told(id_, keys, found.members[id_], has_new_writers=has_new_writers)
    for place, message in enumerate(messages):
        data = shown[id(message)] = message_dict(message)
        tell(
            EventKind.NEW_MESSAGE,
            object_id=rows.Inserted(place) if message.pk is None else message.pk,
            detail=message.seq,
            to=told[message.conversation.pk],
            data=data,
            at=now,
        )
    count_earlier_reading(began, written_to, told, now)
    unread_changes((key, id_) for id_ in written_to for key in told[id_])
    publish(facts.MessagesSent(frozenset(each.offer_id for each in written_to.values())))
    return shown


class _Keeping:
    """Numbers messages, each in its conversation, and writes them down.

    The database alone knows their ids until it has answered; then they stand on the messages, and in what is `shown` of
    each by the identity of its object.
    """

    def __init__(self, messages: Sequence[Draft], shown: Mapping[int, dict[str, Any]], now: datetime) -> None:
        self._messages, self._shown = messages, shown
        counts: dict[int, int] = defaultdict(int)
        for message in messages:
            conversation = message.conversation
            conversation.last_seq += 1
            counts[conversation.pk] += 1
            message.seq = conversation.last_seq
            message.created_at = now
        kept_at = rows.moment(now)
        kept = [message.row(kept_at) for message in messages]
        self._statements = [rows.adding(Conversation, "last_seq", counts, last_message_at=kept_at)]
        place = ("conversation", "seq")
        if rows.can_tell():
            self._statements += [rows.inserting(Message, Draft.COLUMNS, kept, tell=(*place, "id"))]
        else:
            places = [(message.conversation.pk, message.seq) for message in messages]
            asking = rows.reading(Message, (*place, "id"), place, places)
            self._statements += [rows.inserting(Message, Draft.COLUMNS, kept), asking]

    def now(self, told: Collection[ActorKey]) -> None:
        """In a trip that locks what is needed to tell these people."""
        (found,) = about_to_tell(told, *self._statements)
        self._note(found)

    def later(self) -> None:
        """Along with the events that tell of them, and the commit."""
        rows.later(*self._statements, then=self._note)

    def _note(self, found: Sequence[tuple]) -> None:
        keys = {(conversation_id, seq): pk for conversation_id, seq, pk in found}
        for message in self._messages:
            message.pk = keys[message.conversation.pk, message.seq]
            if (shown := self._shown.get(id(message))) is not None:
                shown["id"] = message.pk


def _note_writers(messages: Sequence[Draft], memberships: Memberships, now: datetime) -> list[tuple[Member, Actor]]:
    """Remember who has written; a manager becomes a guest by it. Gives those whose reading counts from now on."""
    first = [message for message in messages if _is_first_word(message, memberships[message.conversation.pk])]
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
        if not member.gives_access:
            member.role, member.left_at = MemberRole.GUEST, None
        member.has_written = True
        memberships[id_][sender.key] = member
    Member.objects.bulk_create(new)
    if changed:
        Member.objects.bulk_update(changed, ["role", "left_at", "has_written"])
    return began


def _is_first_word(message: Draft, present: Mapping[ActorKey, Membership]) -> bool:
    """Whether its sender has not written there yet, or has left since."""
    if message.sender.id is None or message.message_type not in COUNTED_TYPES:
        return False
    member = present.get(message.sender.key)
    return member is None or not member.has_written or member.has_left
