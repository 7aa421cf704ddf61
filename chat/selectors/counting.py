"""How much a person has not read: texts and rate proposals of others, in the conversations they belong to."""

from collections.abc import Collection

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum

from chat.enums import COUNTED_TYPES, MessageType
from chat.lookups import Among
from chat.models import Conversation, Member, Message, listens
from kernel.actors import Actor, ActorKey

COUNTED_BACKLOG = 500
"""How many messages behind somebody may be for `unread_of` to count for them."""


def unread(actor: Actor, conversation_ids: Collection[int]) -> dict[int, int]:
    """The number in each conversation; those with nothing unread are absent."""
    counted = _unread_messages(actor).filter(conversation_id__in=conversation_ids)
    return dict(counted.values("conversation_id").annotate(n=Count("pk")).values_list("conversation_id", "n"))


def backlogs(actor: Actor, conversation_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """`(how many are unread, the first one's seq)` in each conversation; those with nothing unread are absent."""
    counted = _unread_messages(actor).filter(conversation_id__in=conversation_ids)
    rows = counted.values("conversation_id").annotate(n=Count("pk"), first=Min("seq"))
    return {id_: (number, first) for id_, number, first in rows.values_list("conversation_id", "n", "first")}


def unread_by_offer_of(keys: Collection[ActorKey], offer_ids: Collection[int]) -> dict[tuple[ActorKey, int], int]:
    """The numbers by offer for many people at once; those with nothing unread are absent."""
    person = ("conversation__members__actor_type", "conversation__members__actor_id")
    rows = _unread_of(Among(person, sorted(keys))).filter(conversation__offer_id__in=offer_ids)
    counted = rows.values(*person, "conversation__offer_id").annotate(n=Count("pk"))
    return {
        (ActorKey(type_, id_), offer_id): number
        for type_, id_, offer_id, number in counted.values_list(*person, "conversation__offer_id", "n")
    }


def unread_total(actor: Actor) -> int:
    return unread_totals([actor.key]).get(actor.key, 0)


def unread_totals(keys: Collection[ActorKey]) -> dict[ActorKey, int]:
    """The number in all conversations of each person, in one statement; those with nothing unread are absent."""
    person = ("conversation__members__actor_type", "conversation__members__actor_id")
    counted = _unread_of(Among(person, sorted(keys))).values(*person).annotate(n=Count("pk"))
    return {ActorKey(type_, id_): number for type_, id_, number in counted.values_list(*person, "n")}


def with_unread(conversations: QuerySet[Conversation], actor: Actor, unread: bool = True) -> QuerySet[Conversation]:
    """Those of the conversations where something, or nothing, is unread for `actor`."""
    something = Exists(_unread_messages(actor).filter(conversation_id=OuterRef("pk")))
    return conversations.filter(something if unread else ~something)


def with_unread_words(conversations: QuerySet[Conversation], actor: Actor) -> QuerySet[Conversation]:
    """Those where somebody has written something that `actor` has not read: rates, which are answered, do not count."""
    words = _unread_messages(actor).filter(conversation_id=OuterRef("pk"), message_type=MessageType.TEXT)
    return conversations.filter(Exists(words))


def unread_of(keys: Collection[ActorKey]) -> dict[ActorKey, dict[int, int]]:
    """The same numbers for many people at once, without those who are too far behind to be counted often."""
    listening = Member.objects.filter(listens(), Among(("actor_type", "actor_id"), sorted(keys)))
    lag = Sum(F("conversation__last_seq") - F("read_seq"))
    behind = listening.values("actor_type", "actor_id").annotate(lag=lag).values_list("actor_type", "actor_id", "lag")
    numbers: dict[ActorKey, dict[int, int]] = {
        ActorKey(type_, id_): {} for type_, id_, lag in behind if lag <= COUNTED_BACKLOG
    }
    person = ("conversation__members__actor_type", "conversation__members__actor_id")
    rows = _unread_of(Among(person, sorted(numbers))).values(*person, "conversation_id").annotate(n=Count("pk"))
    for type_, id_, conversation_id, number in rows.values_list(*person, "conversation_id", "n"):
        numbers[ActorKey(type_, id_)][conversation_id] = number
    return numbers


def _unread_messages(actor: Actor) -> QuerySet[Message]:
    return _unread_of(Q(conversation__members__actor_type=actor.type, conversation__members__actor_id=actor.id))


def _unread_of(whose: Q | Among) -> QuerySet[Message]:
    """One row for each message and each member it is unread for. All in one `filter`: it is about one membership."""
    own = Q(sender_type=F("conversation__members__actor_type"), sender_id=F("conversation__members__actor_id"))
    return Message.objects.order_by().filter(
        whose,
        listens("conversation__members__"),
        ~own,
        seq__gt=F("conversation__members__read_seq"),
        message_type__in=COUNTED_TYPES,
        removed_at=None,
    )
