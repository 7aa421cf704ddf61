"""Conversations under lock, and who sits in them: what the other services of this room begin with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import models

from accounts import kinds
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Conversation, Member, Seated
from offers_project.kernel import clock, rows
from offers_project.kernel.actors import ActorKey
from offers_project.kernel.rows import Statement

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


TALK = ("id", "offer_id", "driver_id", "status", "last_seq")
SEAT = ("conversation", "actor_type", "actor_id", "role", "has_written", "left_at")


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


class Opened(NamedTuple):
    """Locked conversations, and what was read under their locks."""

    talks: list[Talk]
    seats: dict[int, dict[ActorKey, Seated]]
    """What `seats_of` gives, only to be looked at."""
    now: datetime
    answers: list[Sequence[tuple]]
    """What was asked beside."""


def opened(conversation_ids: Collection[int], *also: Statement) -> Opened:
    """Lock conversations in the order of their ids, and look who sits in them, in one trip to the database."""
    keys = [(id_,) for id_ in sorted(conversation_ids)]
    found, sitting, ((told,),), *answers = rows.done(
        rows.reading(Conversation, TALK, ("id",), keys, order=("id",), lock=True),
        rows.reading(Member, SEAT, ("conversation",), keys),
        rows.telling_time(),
        *also,
    )
    seats: dict[int, dict[ActorKey, Seated]] = defaultdict(dict)
    for conversation_id, type_, id_, role, has_written, left_at in sitting:
        seats[conversation_id][ActorKey(type_, id_)] = Seat(type_, id_, role, bool(has_written), left_at is not None)
    return Opened([Talk(*row) for row in found], seats, clock.as_told(told), answers)


def opened_of(pairs: Collection[Pair], *also: Statement) -> Opened:
    """The same for the conversations that there are about these pairs. Which they are is remembered from one time to
    the next; what is locked shows whether it is still so.
    """
    possible = _possible(pairs)
    for _try in range(2):
        _look_up([pair for pair in possible if pair not in _ids])
        expected = {pair: id_ for pair in possible if (id_ := _ids.get(pair)) is not None}
        result = opened(expected.values(), *also)
        if expected.items() <= {talk.pair: talk.pk for talk in result.talks}.items():
            break
        for pair in expected:
            _ids.pop(pair, None)
    return result


def _look_up(pairs: Collection[Pair]) -> None:
    about = ("offer_id", "driver_id")
    (found,) = rows.done(rows.reading(Conversation, (*about, "id"), about, pairs))
    if len(_ids) > REMEMBERED_PAIRS:
        _ids.clear()
    _ids.update({(offer_id, driver_id): id_ for offer_id, driver_id, id_ in found})


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
