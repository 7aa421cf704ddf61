"""Conversations under lock, and who sits in them: what the other services of this room begin with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import models

from accounts import kinds
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Conversation, Member
from offers_project.kernel.actors import ActorKey

Pair = tuple[int, int]
"""Offer id and driver id."""

BIGGEST_ID = models.BigIntegerField.MAX_BIGINT

Seats = Mapping[int, dict[ActorKey, Member]]
"""The members of each conversation, by its id, those who left too."""


def conversations_of(pairs: Collection[Pair]) -> dict[Pair, Conversation]:
    """The conversations that there are about these pairs; nothing is locked."""
    known = sorted(pair for pair in pairs if all(0 < id_ <= BIGGEST_ID for id_ in pair))
    rows = Conversation.objects.filter(Among(("offer_id", "driver_id"), known))
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


def audiences(seats: Seats) -> dict[int, list[ActorKey]]:
    """Who is told durably what happens in each conversation."""
    listening = {id_: [member for member in present.values() if member.listens] for id_, present in seats.items()}
    gone = _former_managers(member for members in listening.values() for member in members)
    return {id_: [member.key for member in members if member.key not in gone] for id_, members in listening.items()}


def _former_managers(members: Iterable[Member]) -> set[ActorKey]:
    """Guests who are not managers any more. They are few, and only where there are any is somebody looked up."""
    guests = {member.key for member in members if member.role == MemberRole.GUEST}
    if not guests:
        return set()
    people = kinds.actors(guests)
    return {key for key in guests if key not in people or not people[key].is_manager}
