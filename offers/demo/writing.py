"""What the stories in memory have left behind becomes rows, a thousand in each statement.

Keys come from the database, so rows are written after those that they point at.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model

from chat.models import Conversation, Member, Message
from drivers.models import Driver
from journal.models import Entry
from journal.values import plain
from kernel import request_id, rows
from kernel.actors import Actor
from offers.demo.chats import Chat
from offers.demo.records import Deal, Note, Records, Step
from offers.models import Booking, Follower, Offer, Proposal, Round

BATCH = 1000

_moment = lru_cache(maxsize=10_000)(rows.moment)
"""Many things happen in the same moment."""

Row = Mapping[str, Any]
Each = TypeVar("Each")
Progress = Callable[[float], None]


def write(records: Records, progress: Progress) -> None:
    """Write all of it. `progress` is told which share is done, from 0 to 1."""
    told = _Told(progress, records)
    deals = records.deals
    _add(Offer, [deal.offer for deal in deals])
    Follower.objects.bulk_create([each for deal in deals for each in _of_offer(deal)], batch_size=BATCH)
    keys = _write_conversations(deals)
    _write_proposals(deals, keys)
    _insert(Member, (row for chat in records.chats for row in _members(chat, keys[id(chat)])), told)
    _insert(Message, (row for chat in records.chats for row in _messages(chat, keys[id(chat)])), told)
    _insert(Round, map(_round, records.steps), told)
    _insert(Entry, map(_entry, records.notes), told)
    bookings = [
        Booking(driver_id=id_, offer=booked and booked.offer, since=booked and booked.since)
        for id_, booked in records.bookings.items()
    ]
    Booking.objects.bulk_create(bookings, batch_size=BATCH)
    _write_statuses(records.statuses)


class _Told:
    """Counts rows, and tells how far that is."""

    def __init__(self, progress: Progress, records: Records) -> None:
        said = sum(len(chat.lines) + len(chat.seats) for chat in records.chats)
        self._progress, self._done = progress, 0
        self._all = max(1, said + len(records.steps) + len(records.notes))

    def more(self, number: int) -> None:
        self._done += number
        self._progress(min(1.0, self._done / self._all))


def _of_offer(deal: Deal) -> Iterator[Follower]:
    for follower in deal.followers:
        follower.offer = deal.offer  # It has its key now.
        yield follower


def _write_conversations(deals: Iterable[Deal]) -> dict[int, int]:
    """Gives the key of each conversation, by the identity of its chat."""
    chats = {(deal.offer.pk, chat.driver_id): chat for deal in deals for chat in deal.chats.values()}
    made = [
        Conversation(
            offer_id=offer_id,
            driver_id=chat.driver_id,
            status=chat.status,
            last_seq=len(chat.lines),
            last_message_at=chat.lines[-1].at if chat.lines else None,
            created_at=chat.created_at,
        )
        for (offer_id, _driver_id), chat in chats.items()
    ]
    _add(Conversation, made)
    return {id(chat): each.pk for chat, each in zip(chats.values(), made, strict=True)}


def _write_proposals(deals: Iterable[Deal], keys: Mapping[int, int]) -> None:
    proposals = []
    for deal in deals:
        for proposal in deal.proposals.values():
            proposal.offer = deal.offer
            proposal.conversation_id = keys[id(deal.chat_of(proposal))]
            if proposal.won_offer is not None:
                proposal.won_offer = deal.offer
            if proposal.last_seen_offer is not None:
                proposal.last_seen_offer["id"] = deal.offer.pk
            proposals.append(proposal)
    _add(Proposal, proposals)


def _members(chat: Chat, key: int) -> Iterator[Row]:
    for who, seat in chat.seats.items():
        yield {
            "conversation_id": key,
            "actor_type": who.type,
            "actor_id": who.id,
            "role": seat.role.value,
            "delivered_seq": seat.delivered_seq,
            "delivered_at": _moment(seat.delivered_at),
            "read_seq": seat.read_seq,
            "read_at": _moment(seat.read_at),
            "has_written": seat.has_written,
            "joined_at": _moment(seat.joined_at),
        }


def _messages(chat: Chat, key: int) -> Iterator[Row]:
    for seq, line in enumerate(chat.lines, start=1):
        yield {
            "conversation_id": key,
            "seq": seq,
            **_by(line.sender, "sender"),
            "message_type": line.message_type.value,
            "message": line.text,
            "proposed_rate": line.proposed_rate,
            "currency": line.currency,
            "created_at": _moment(line.at),
            "delivered_at": _moment(line.delivered_at),
            "read_at": _moment(line.read_at),
        }


def _round(step: Step) -> Row:
    return {
        "proposal_id": step.proposal.pk,
        "at": _moment(step.at),
        **_by(step.by, "actor"),
        "action": str(step.action),
        "rate": step.rate,
        "note": step.note,
        "version": step.version,
    }


def _entry(note: Note) -> Row:
    who = _by(note.by, "actor")
    del who["actor_role"]
    return {
        "at": _moment(note.at),
        **who,
        "verb": str(note.verb),
        "object_type": note.about._meta.model_name,
        "object_id": str(note.about.pk),
        "scope": note.offer.scope,
        "before": _state(note.before),
        "after": _state(note.after),
        "request_id": request_id.current(),
    }


def _state(values: Row) -> str:
    keyed = {name: value.pk if isinstance(value, Model) else value for name, value in values.items()}
    return json.dumps(plain(keyed))


def _by(actor: Actor, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}_type": actor.type,
        f"{prefix}_id": actor.id,
        f"{prefix}_name": actor.name,
        f"{prefix}_role": actor.role,
    }


def _add(model: type[Model], made: list[Any]) -> None:
    """Write objects, and let each know its key."""
    if rows.can_tell():
        model._default_manager.bulk_create(made, batch_size=BATCH)
    else:
        for each in made:
            each.save(force_insert=True)


def _insert(model: type[Model], made: Iterable[Row], told: _Told) -> None:
    """Write rows that nothing points at, all with the same names: plain values; the model's defaults are the rest."""
    defaults = rows.defaults_of(model)
    for batch in _batches(made):
        named = tuple(batch[0])
        others = {name: value for name, value in defaults.items() if name not in named}
        values = [(*row.values(), *others.values()) for row in batch]
        rows.done(rows.inserting(model, (*named, *others), values))
        told.more(len(batch))


def _batches(made: Iterable[Each]) -> Iterator[list[Each]]:
    remaining = iter(made)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _write_statuses(statuses: Mapping[int, str]) -> None:
    by_status: dict[str, list[int]] = defaultdict(list)
    for id_, status in statuses.items():
        by_status[status].append(id_)
    for status, ids in by_status.items():
        for batch in _batches(ids):
            Driver.objects.filter(pk__in=batch).update(status=status)
