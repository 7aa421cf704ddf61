"""How far people have read, and how far it has reached their devices. Marks only ever move on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chat import rules
from chat.enums import EventKind, MemberRole
from chat.models import Address, Conversation, Member, Message
from chat.rows import ConversationRow
from chat.services.locking import audiences, conversations_at, locked_conversations, members_of
from chat.services.unread import unread_changes
from chat.sides import own_senders, side_of
from kernel import clock
from kernel.actors import Actor, ActorKey
from kernel.clock import iso
from kernel.errors import Invalid, NotFound, Refusal
from kernel.unit_of_work import service
from presence.log.telling import tell

CHUNK = 200
"""How many ranges of messages one statement names: SQLite nests conditions no deeper than 1,000."""


class Receipt(StrEnum):
    """Its value is the kind of event that tells of it."""

    READ = EventKind.MESSAGE_READ
    DELIVERED = EventKind.MESSAGE_DELIVERED


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody has read, or received, a conversation up to and including `seq`, or the message `message_id`."""

    receipt: Receipt
    actor: Actor
    offer_id: int
    driver_id: int
    seq: int | None = None
    message_id: int | None = None

    @property
    def address(self) -> Address:
        return Address(self.offer_id, self.driver_id)


@dataclass(slots=True)
class Progress:
    """One person's mark moves on, after `since`, up to `upto`."""

    receipt: Receipt
    reader: Actor
    member: Member
    since: int
    upto: int


def mark_read(
    *, actor: Actor, offer_id: int, driver_id: int, seq: int | None = None, message_id: int | None = None
) -> dict[str, Any]:
    """Give how far that person has read now: `{conversation_id, offer_id, driver_id, seq}`."""
    return _one(mark_many(marks=[Mark(Receipt.READ, actor, offer_id, driver_id, seq, message_id)]))


def mark_delivered(
    *, actor: Actor, offer_id: int, driver_id: int, seq: int | None = None, message_id: int | None = None
) -> dict[str, Any]:
    """Give how far it has reached that person now: `{conversation_id, offer_id, driver_id, seq}`."""
    return _one(mark_many(marks=[Mark(Receipt.DELIVERED, actor, offer_id, driver_id, seq, message_id)]))


@service
def mark_many(*, marks: Sequence[Mark]) -> list[dict[str, Any] | Refusal]:
    """Take the marks of any people in any conversations. Gives for each, in their order, where it stands now.

    A mark that is refused is refused alone: `validation_error` or `not_found`. One beyond the last message ends there.
    """
    batch = _ReceiptBatch(marks)
    answers = [batch.answer(mark) for mark in marks]
    batch.save()
    return answers


def count_earlier_reading(
    began: Collection[tuple[Member, Actor]],
    conversations: Mapping[int, Conversation | ConversationRow],
    told: Mapping[int, Sequence[ActorKey]],
    now: datetime,
) -> None:
    """What these people have read before counts for their side from now on: they have written, or own the offer."""
    earlier = [
        Progress(receipt, reader, member, since=0, upto=upto)
        for member, reader in began
        for receipt, upto in ((Receipt.DELIVERED, member.delivered_seq), (Receipt.READ, member.read_seq))
        if upto
    ]
    _stamp(earlier, now)
    _tell(earlier, conversations, told, now)


class _ReceiptBatch:
    """The marks that came together. Locks the members of their conversations, but not the conversations."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._conversations = conversations_at({mark.address for mark in marks})
        named = [mark.message_id for mark in marks if mark.message_id is not None]
        found = Message.objects.filter(pk__in=named).order_by().values_list("pk", "conversation_id", "seq")
        self._seqs = {(pk, conversation_id): seq for pk, conversation_id, seq in found} if named else {}
        self._members = members_of(self._conversations.values(), lock=True)
        self._now = clock.now()
        self._add_guests(marks)
        self._progress: dict[tuple[int, Receipt], Progress] = {}

    def answer(self, mark: Mark) -> dict[str, Any] | Refusal:
        try:
            return self._take(mark)
        except Refusal as refusal:
            return refusal

    def save(self) -> None:
        moved = list(self._progress.values())
        if not moved:
            return
        members = {progress.member.pk: progress.member for progress in moved}
        _keep(members.values())
        _stamp(moved, self._now)
        conversations = {conversation.pk: conversation for conversation in self._conversations.values()}
        _tell(moved, conversations, audiences(self._members), self._now)
        unread_changes(
            (progress.member.key, progress.member.conversation_id)
            for progress in moved
            if progress.receipt == Receipt.READ
        )

    def _take(self, mark: Mark) -> dict[str, Any]:
        if (mark.seq is None) == (mark.message_id is None):
            raise Invalid.field("seq", _("Name either seq or message_id."))
        conversation = self._conversations.get(mark.address)
        if conversation is None:
            raise NotFound()
        member = self._members[conversation.pk].get(mark.actor.key)
        rules.require_can_read(mark.actor, member)
        seq = mark.seq if mark.message_id is None else self._seqs.get((mark.message_id, conversation.pk))
        if member is None or seq is None:
            raise NotFound()
        self._move(mark, member, min(seq, conversation.last_seq))
        return conversation.names() | {"seq": member.read_seq if mark.receipt == Receipt.READ else member.delivered_seq}

    def _move(self, mark: Mark, member: Member, seq: int) -> None:
        since = member.read_seq if mark.receipt == Receipt.READ else member.delivered_seq
        if seq <= since:
            return
        progress = Progress(mark.receipt, mark.actor, member, since=since, upto=seq)
        self._progress.setdefault((member.pk, mark.receipt), progress).upto = seq
        if mark.receipt == Receipt.READ:
            member.read_seq, member.read_at = seq, self._now
        if seq > member.delivered_seq:
            member.delivered_seq, member.delivered_at = seq, self._now

    def _add_guests(self, marks: Iterable[Mark]) -> None:
        """Who may look without being a member becomes a guest, so that their marks have a place."""
        missing = {
            (conversation.pk, mark.actor.key)
            for mark in marks
            if (conversation := self._conversations.get(mark.address)) is not None
            and mark.actor.key not in self._members[conversation.pk]
            and rules.reads_every_conversation(mark.actor)
        }
        if missing:
            locked_conversations({conversation_id for conversation_id, _key in missing})
            guests = [
                Member(
                    conversation_id=conversation_id,
                    actor_type=key.type,
                    actor_id=key.id,
                    role=MemberRole.GUEST,
                    joined_at=self._now,
                )
                for conversation_id, key in sorted(missing)
            ]
            Member.objects.bulk_create(guests, ignore_conflicts=True)
            self._members = members_of(self._conversations.values(), lock=True)


def _one(answers: Sequence[dict[str, Any] | Refusal]) -> dict[str, Any]:
    (answer,) = answers
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _keep(members: Iterable[Member]) -> None:
    """Write the marks of members that are locked. An upsert costs much less than `bulk_update` does."""
    by_key = connection.features.supports_update_conflicts_with_target
    Member.objects.bulk_create(
        members,
        update_conflicts=True,
        update_fields=["read_seq", "read_at", "delivered_seq", "delivered_at"],
        unique_fields=["id"] if by_key else None,
    )


def _stamp(moved: Collection[Progress], now: datetime) -> None:
    """Write on messages when they first reached a side other than their sender's, and when one first read them."""
    counting = [each for each in moved if each.member.counts and side_of(each.member.actor_type)]
    for start in range(0, len(counting), CHUNK):
        chunk = counting[start : start + CHUNK]
        if ranges := _others_messages(chunk, Receipt.READ):
            unread = Message.objects.filter(ranges, read_at=None)
            unread.update(read_at=now, delivered_at=Coalesce(F("delivered_at"), now))
        if ranges := _others_messages(chunk, Receipt.DELIVERED):
            Message.objects.filter(ranges, delivered_at=None).update(delivered_at=now)


def _others_messages(moved: Iterable[Progress], receipt: Receipt) -> Q:
    ranges = Q()
    for progress in moved:
        if progress.receipt == receipt:
            ranges |= Q(
                ~Q(sender_type__in=own_senders(progress.member.actor_type)),
                conversation_id=progress.member.conversation_id,
                seq__gt=progress.since,
                seq__lte=progress.upto,
            )
    return ranges


def _tell(
    moved: Iterable[Progress],
    conversations: Mapping[int, Conversation | ConversationRow],
    told: Mapping[int, Sequence[ActorKey]],
    now: datetime,
) -> None:
    for progress in moved:
        member = progress.member
        conversation = conversations[member.conversation_id]
        tell(
            EventKind(progress.receipt),
            object_id=member.pk,
            detail=progress.upto,
            to=told[conversation.pk] if member.counts else [member.key],
            data=conversation.names() | {"reader": progress.reader.as_dict(), "seq": progress.upto, "at": iso(now)},
        )
