"""Conversations under lock, and their members: what the other services of this room begin with."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from accounts import kinds
from chat import rules
from chat.enums import MemberRole
from chat.lookups import Among
from chat.models import Address, Conversation, Member, Membership
from chat.rows import ConversationRow, MemberRow
from kernel import clock, rows
from kernel.actors import ActorKey
from kernel.ids import LARGEST_ID
from kernel.rows import Statement
from presence.log.telling import lock_early

REMEMBERED = 50_000
_ids: dict[Address, int] = {}


class Usual(NamedTuple):
    """Who was told of the last message in a conversation, and who had written there by then."""

    told: Sequence[ActorKey]
    writers: Collection[ActorKey]


_usual: dict[int, Usual] = {}
"""By the conversation's id."""


Members = dict[int, dict[ActorKey, Member]]
"""The members of each conversation, by its id, those who left too."""
Memberships = dict[int, dict[ActorKey, Membership]]
"""The same, where it matters only what part they have."""


class LockedConversations(NamedTuple):
    """Locked conversations, and what was read under their locks."""

    conversations: list[ConversationRow]
    members: Memberships
    now: datetime
    answers: list[Sequence[tuple]]
    """What was asked beside."""
    heads: Sequence[tuple]
    """What was locked to tell people, for `telling.locked_early`."""


def locked(
    conversation_ids: Collection[int], *also: Statement, to_tell: Collection[ActorKey] = ()
) -> LockedConversations:
    """Lock conversations in the order of their ids, and read their members, in one trip to the database.

    `to_tell`: what is needed to tell these people is locked last, where nothing else is locked in this unit of work.
    """
    keys = [(id_,) for id_ in sorted(conversation_ids)]
    found, membered, *answers, heads = rows.done(
        rows.reading(Conversation, ConversationRow.COLUMNS, ("id",), keys, order=("id",), lock=True),
        # The time is asked for after the locks have been waited for.
        rows.reading(Member, MemberRow.COLUMNS, ("conversation",), keys, tell_time=True),
        *also,
        lock_early(to_tell),
    )
    members: Memberships = defaultdict(dict)
    for row in membered:
        member = MemberRow(*row[:-1])
        members[member.conversation_id][member.key] = member
    now = clock.as_told(membered[0][-1]) if membered else clock.now()
    return LockedConversations([ConversationRow(*row) for row in found], members, now, answers, heads)


def locked_at(senders: Mapping[Address, Collection[ActorKey]], *also: Statement) -> LockedConversations:
    """The same for the conversations at these addresses, to which these people send. Which they are is remembered from
    one time to the next, and who is told there; what is locked shows whether it is still so.
    """
    possible = _possible(senders)
    for _try in range(2):
        _look_up([address for address in possible if address not in _ids])
        expected = {address: id_ for address in possible if (id_ := _ids.get(address)) is not None}
        told = [_usually_told(id_, senders[address]) for address, id_ in expected.items()]
        # All or nothing: the rest would be locked after them, and out of order.
        result = locked(expected.values(), *also, to_tell={*chain(*told)} if all(told) else ())
        if expected.items() <= {each.address: each.pk for each in result.conversations}.items():
            break
        for address in expected:
            _ids.pop(address, None)
    return result


def _look_up(addresses: Collection[Address]) -> None:
    (found,) = rows.done(rows.reading(Conversation, (*Address._fields, "id"), Address._fields, addresses))
    if len(_ids) > REMEMBERED:
        _ids.clear()
    _ids.update({Address(*address): id_ for *address, id_ in found})


def _usually_told(conversation_id: int, senders: Collection[ActorKey]) -> Sequence[ActorKey]:
    """Who is told of what these people say. The audience is not known where one of them has not written before: with
    the first words their own rows are locked too, and that comes before what is locked to tell.
    """
    usual = _usual.get(conversation_id)
    return usual.told if usual is not None and all(key in usual.writers for key in senders) else ()


def remember_told(
    conversation_id: int, told: Sequence[ActorKey], present: Mapping[ActorKey, Membership], *, has_new_writers: bool
) -> None:
    """These people were told of a message; the next time what they need is locked early."""
    usual = _usual.get(conversation_id)
    if not has_new_writers and usual is not None and usual.told == told:
        return
    if rows.knows_inserted():
        if len(_usual) > REMEMBERED:
            _usual.clear()
        writers = {key for key, member in present.items() if member.has_written and not member.has_left}
        _usual[conversation_id] = Usual(told, writers)


def conversations_at(addresses: Collection[Address]) -> dict[Address, Conversation]:
    """The conversations that there are at these addresses; nothing is locked."""
    found = Conversation.objects.filter(Among(Address._fields, _possible(addresses)))
    return {conversation.address: conversation for conversation in found}


def locked_conversations(conversation_ids: Collection[int]) -> dict[int, Conversation]:
    """Lock conversations in the order of their ids."""
    if not conversation_ids:
        return {}
    found = Conversation.objects.select_for_update().filter(pk__in=sorted(conversation_ids)).order_by("pk")
    return {conversation.pk: conversation for conversation in found}


def members_of(conversations: Iterable[Conversation], *, lock: bool = False) -> Members:
    by_id = {conversation.pk: conversation for conversation in conversations}
    found: Members = defaultdict(dict)
    members = Member.objects.filter(conversation_id__in=list(by_id))
    if lock:
        members = members.select_for_update().order_by("conversation_id", "actor_type", "actor_id")
    for member in members if by_id else ():
        member.conversation = by_id[member.conversation_id]
        found[member.conversation_id][member.key] = member
    return found


def audiences(members: Mapping[int, Mapping[ActorKey, Membership]]) -> dict[int, list[ActorKey]]:
    """Who is told durably what happens in each conversation."""
    listening = {id_: [key for key, member in present.items() if member.listens] for id_, present in members.items()}
    gone = _former_guests(members)
    return {id_: [key for key in keys if key not in gone] for id_, keys in listening.items()} if gone else listening


def _former_guests(members: Mapping[int, Mapping[ActorKey, Membership]]) -> set[ActorKey]:
    """Guests whose role lets them write everywhere no more. They are few, and only where there are any is a person
    looked up.
    """
    present = (each for members_there in members.values() for each in members_there.items())
    guests = {key for key, member in present if member.role == MemberRole.GUEST and member.listens}
    if not guests:
        return set()
    people = kinds.actors(guests)
    return {key for key in guests if key not in people or not rules.writes_everywhere(people[key])}


def _possible(addresses: Collection[Address]) -> list[Address]:
    """Those that a database can hold at all, in order."""
    return sorted(each for each in addresses if 0 < each.offer_id <= LARGEST_ID and 0 < each.driver_id <= LARGEST_ID)
