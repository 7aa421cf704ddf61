"""Conversations under lock, and who sits in them: what the other services of this room begin with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from accounts import kinds
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Conversation, Member, Seated
from offers_project.kernel import clock, rows
from offers_project.kernel.actors import ActorKey

Pair = tuple[int, int]
"""Offer id and driver id."""

REMEMBERED_PAIRS = 50_000
_ids: dict[Pair, int] = {}

BIGGEST_ID = models.BigIntegerField.MAX_BIGINT

Seats = Mapping[int, dict[ActorKey, Member]]
"""The members of each conversation, by its id, those who left too."""


@dataclass(slots=True)
class Seat(Seated):
    """A member, as far as it matters where somebody sits: hundreds are read for every batch of messages."""

    actor_type: str
    actor_id: int
    role: str
    has_written: bool
    has_left: bool


@dataclass(slots=True)
class Talk:
    """A conversation, as far as matters where something is said in it."""

    pk: int
    offer_id: int
    driver_id: int
    status: str
    last_seq: int

    @property
    def pair(self) -> Pair:
        return self.offer_id, self.driver_id


def locked_talks(conversation_ids: Collection[int]) -> dict[int, Talk]:
    """Lock conversations in the order of their ids."""
    if not conversation_ids:
        return {}
    wanted = ("id", "offer_id", "driver_id", "status", "last_seq")
    keys = [(id_,) for id_ in sorted(conversation_ids)]
    return {row[0]: Talk(*row) for row in rows.read(Conversation, wanted, ("id",), keys, order=("id",), lock=True)}


def locked_talks_of(pairs: Collection[Pair]) -> dict[Pair, Talk]:
    """Lock the conversations that there are about these pairs. Which they are is remembered from one time to the next;
    what is locked shows whether it is still so.
    """
    remembered = {id_ for pair in pairs if (id_ := _ids.get(pair)) is not None}
    talks = {talk.pair: talk for talk in locked_talks(remembered).values()}
    missing = _possible(set(pairs) - talks.keys())
    if missing:
        about = ("offer_id", "driver_id")
        ids = {id_ for (id_,) in rows.read(Conversation, ("id",), about, missing)}
        talks |= {talk.pair: talk for talk in locked_talks(ids).values()}
        if len(_ids) > REMEMBERED_PAIRS:
            _ids.clear()
        _ids.update({pair: talks[pair].pk for pair in missing if pair in talks})
    return talks


def conversations_of(pairs: Collection[Pair]) -> dict[Pair, Conversation]:
    """The conversations that there are about these pairs; nothing is locked."""
    found = Conversation.objects.filter(Among(("offer_id", "driver_id"), _possible(pairs)))
    return {(conversation.offer_id, conversation.driver_id): conversation for conversation in found}


def locked_conversations(conversation_ids: Collection[int]) -> dict[int, Conversation]:
    """Lock conversations in the order of their ids."""
    if not conversation_ids:
        return {}
    locked = Conversation.objects.select_for_update().filter(pk__in=sorted(conversation_ids)).order_by("pk")
    return {conversation.pk: conversation for conversation in locked}


def seats_of(conversations: Iterable[Conversation], *, lock: bool = False) -> Seats:
    by_id = {conversation.pk: conversation for conversation in conversations}
    seats: dict[int, dict[ActorKey, Member]] = defaultdict(dict)
    members = Member.objects.filter(conversation_id__in=list(by_id))
    if lock:
        members = members.select_for_update().order_by("conversation_id", "actor_type", "actor_id")
    for member in members if by_id else ():
        member.conversation = by_id[member.conversation_id]
        seats[member.conversation_id][member.key] = member
    return seats


def sitting_in(conversation_ids: Collection[int]) -> tuple[dict[int, dict[ActorKey, Seated]], datetime]:
    """What `seats_of` gives, only to be looked at, and the time."""
    seats: dict[int, dict[ActorKey, Seated]] = defaultdict(dict)
    wanted = ("conversation_id", "actor_type", "actor_id", "role", "has_written", "left_at")
    keys = [(id_,) for id_ in conversation_ids]
    now: Any = None
    for conversation_id, *whose, role, has_written, left_at, now in rows.read(  # noqa: B007 -- the same in every row
        Member, wanted, ("conversation",), keys, timed=True
    ):
        key = ActorKey(*whose)
        seats[conversation_id][key] = Seat(*key, role, bool(has_written), left_at is not None)
    return seats, clock.now() if now is None else clock.as_told(now)


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
