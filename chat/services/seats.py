"""Conversations under lock, and who sits in them: what the other services of this room begin with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from accounts import kinds
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Conversation, Member, Seated
from offers_project.kernel.actors import ActorKey

Pair = tuple[int, int]
"""Offer id and driver id."""

BIGGEST_ID = models.BigIntegerField.MAX_BIGINT

Seats = Mapping[int, dict[ActorKey, Member]]
"""The members of each conversation, by its id, those who left too."""


@dataclass(slots=True)
class Seat(Seated):
    """A member, as far as it matters where somebody sits: hundreds are read for every batch of messages."""

    pk: int
    actor_type: str
    actor_id: int
    role: str
    has_written: bool
    left_at: datetime | None


def ids_of(pairs: Collection[Pair]) -> dict[Pair, int]:
    """The ids of the conversations that there are about these pairs."""
    rows = Conversation.objects.filter(Among(("offer_id", "driver_id"), _possible(pairs)))
    return {(offer_id, driver_id): pk for offer_id, driver_id, pk in rows.values_list("offer_id", "driver_id", "pk")}


def conversations_of(pairs: Collection[Pair]) -> dict[Pair, Conversation]:
    """The conversations that there are about these pairs; nothing is locked."""
    rows = Conversation.objects.filter(Among(("offer_id", "driver_id"), _possible(pairs)))
    return {(conversation.offer_id, conversation.driver_id): conversation for conversation in rows}


def locked_conversations(conversation_ids: Collection[int]) -> dict[int, Conversation]:
    """Lock conversations in the order of their ids."""
    if not conversation_ids:
        return {}
    rows = Conversation.objects.select_for_update().filter(pk__in=sorted(conversation_ids)).order_by("pk")
    return {conversation.pk: conversation for conversation in rows}


def seats_of(conversations: Iterable[Conversation], *, lock: bool = False) -> Seats:
    by_id = {conversation.pk: conversation for conversation in conversations}
    seats: dict[int, dict[ActorKey, Member]] = defaultdict(dict)
    rows = Member.objects.filter(conversation_id__in=list(by_id))
    if lock:
        rows = rows.select_for_update().order_by("conversation_id", "actor_type", "actor_id")
    for member in rows if by_id else ():
        member.conversation = by_id[member.conversation_id]
        seats[member.conversation_id][member.key] = member
    return seats


def sitting_in(conversation_ids: Collection[int]) -> dict[int, dict[ActorKey, Seated]]:
    """What `seats_of` gives, only to be looked at."""
    seats: dict[int, dict[ActorKey, Seated]] = defaultdict(dict)
    if not conversation_ids:
        return seats
    rows = Member.objects.filter(conversation_id__in=list(conversation_ids))
    wanted = ("conversation_id", "pk", "actor_type", "actor_id", "role", "has_written", "left_at")
    for conversation_id, pk, actor_type, actor_id, *more in rows.values_list(*wanted):
        seats[conversation_id][ActorKey(actor_type, actor_id)] = Seat(pk, actor_type, actor_id, *more)
    return seats


def audiences(seats: Mapping[int, Mapping[ActorKey, Seated]]) -> dict[int, list[ActorKey]]:
    """Who is told durably what happens in each conversation."""
    listening = {id_: [key for key, seat in present.items() if seat.listens] for id_, present in seats.items()}
    gone = _former_managers(seats)
    return {id_: [key for key in keys if key not in gone] for id_, keys in listening.items()} if gone else listening


def _former_managers(seats: Mapping[int, Mapping[ActorKey, Seated]]) -> set[ActorKey]:
    """Guests who are not managers any more. They are few, and only where there are any is somebody looked up."""
    present = (each for seated in seats.values() for each in seated.items())
    guests = {key for key, seat in present if seat.role == MemberRole.GUEST and seat.listens}
    if not guests:
        return set()
    people = kinds.actors(guests)
    return {key for key in guests if key not in people or not people[key].is_manager}


def _possible(pairs: Collection[Pair]) -> list[Pair]:
    """Those that a database can hold at all, in order."""
    return sorted(pair for pair in pairs if all(0 < id_ <= BIGGEST_ID for id_ in pair))
