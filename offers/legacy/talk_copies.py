"""What was said in the earlier attempt: a conversation for each offer and driver, numbered, with its read marks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import User
from chat.enums import ConversationStatus, MemberRole, MessageType
from chat.models import Conversation, Member, Message
from drivers.models import Driver
from kernel.actors import DISPATCHER, DRIVER, Actor
from offers.enums import OfferStatus
from offers.legacy import proposal_copies
from offers.legacy.rows import Row, batches, messages_of, offers_with_uncopied_talk, proposals_of, word
from offers.models import Offer, Proposal, Round
from offers.rules.transitions import driver_access
from offers.selectors import serialize

OFFERS_AT_ONCE = 50

Pair = tuple[int, int]


@dataclass(slots=True)
class Talk:
    """All that one offer and one driver had together."""

    proposal: Row | None = None
    messages: list[Row] = field(default_factory=list)


class People:
    """Users and drivers of one batch, as they are called now; whoever is gone is called by their number."""

    def __init__(self, user_ids: set[int], driver_ids: set[int]) -> None:
        self.users = User.objects.in_bulk(user_ids)
        self.drivers = Driver.objects.in_bulk(driver_ids)

    def user(self, id_: int) -> Actor:
        known = self.users.get(id_)
        return known.actor if known else Actor(type=DISPATCHER, id=id_, name=f"#{id_}", role=DISPATCHER)

    def sender(self, row: Row) -> Actor:
        if _side(row) != DRIVER:
            return self.user(row["sender_id"])
        return (self.drivers.get(row["sender_id"]) or Driver(pk=row["sender_id"])).actor


def copy_talks(*, proposals: bool, messages: bool) -> tuple[int, int]:
    """Copy what copied offers and drivers who are there had together, each pair as a whole.

    `proposals` and `messages` say which of the two were set aside. Gives how many of each were copied.
    """
    copied = [0, 0]
    for ids in batches(offers_with_uncopied_talk(proposals=proposals, messages=messages), OFFERS_AT_ONCE):
        talks = _talks(ids, proposals=proposals, messages=messages)
        with transaction.atomic():
            done = _copy(ids, talks)
        copied = [sum(pair) for pair in zip(copied, done, strict=True)]
    return copied[0], copied[1]


def _talks(offer_ids: Sequence[int], *, proposals: bool, messages: bool) -> dict[Pair, Talk]:
    talks: dict[Pair, Talk] = defaultdict(Talk)
    sent: dict[Pair, list[Row]] = defaultdict(list)
    for row in proposals_of(offer_ids) if proposals else ():
        sent[row["offer_id"], row["driver_id"]].append(row)
    for pair, rows in sent.items():
        talks[pair].proposal = proposal_copies.standing(rows)
    for row in messages_of(offer_ids) if messages else ():
        talks[row["offer_id"], row["driver_id"]].messages.append(row)
    return talks


def _copy(offer_ids: Sequence[int], talks: dict[Pair, Talk]) -> tuple[int, int]:
    offers = Offer.objects.select_for_update().in_bulk(offer_ids)
    people = _people(offers, talks)
    known = set(Conversation.objects.about_offers().filter(offer_id__in=offer_ids).values_list("offer_id", "driver_id"))
    new = {pair: talk for pair, talk in talks.items() if pair not in known and pair[1] in people.drivers}
    if not new:
        return 0, 0
    for (offer_id, _driver_id), talk in new.items():
        _date(talk.messages, offers[offer_id])
    conversations = _open(new, offers)
    proposals = _copy_proposals(new, offers, conversations, people)
    messages = [
        message for pair, talk in new.items() for message in _numbered(talk.messages, conversations[pair], people)
    ]
    Message.objects.bulk_create(messages, batch_size=1000)
    Member.objects.bulk_create(
        [
            member
            for pair, talk in new.items()
            for member in _members(talk.messages, conversations[pair], offers[pair[0]])
        ]
    )
    return len(proposals), len(messages)


def _people(offers: dict[int, Offer], talks: dict[Pair, Talk]) -> People:
    senders = [row for talk in talks.values() for row in talk.messages]
    users = {row["sender_id"] for row in senders if _side(row) != DRIVER}
    drivers = {row["sender_id"] for row in senders if _side(row) == DRIVER}
    return People(
        users | {offer.owner_id for offer in offers.values()}, drivers | {driver_id for _offer_id, driver_id in talks}
    )


def _open(new: dict[Pair, Talk], offers: dict[int, Offer]) -> dict[Pair, Conversation]:
    Conversation.objects.bulk_create(
        [
            Conversation(
                offer_id=pair[0],
                driver_id=pair[1],
                last_seq=len(talk.messages),
                last_message_at=talk.messages[-1]["created_at"] if talk.messages else None,
                created_at=_beginning(talk, offers[pair[0]]),
            )
            for pair, talk in new.items()
        ]
    )
    # Not every server says which numbers it has given.
    rows = Conversation.objects.about_offers().filter(offer_id__in={pair[0] for pair in new})
    return {(row.offer_id, row.driver_id): row for row in rows}


def _copy_proposals(
    new: dict[Pair, Talk], offers: dict[int, Offer], conversations: dict[Pair, Conversation], people: People
) -> list[Proposal]:
    rows: dict[int, list[Row]] = defaultdict(list)
    for (offer_id, _driver_id), talk in new.items():
        if talk.proposal:
            rows[offer_id].append(talk.proposal)
    names = serialize.people_of(offers.values())
    proposals, rounds = [], []
    for offer_id, theirs in rows.items():
        offer, winner = offers[offer_id], proposal_copies.winner_of(offers[offer_id], theirs)
        seen = serialize.for_driver(offer, names)
        for row in theirs:
            conversation = conversations[offer_id, row["driver_id"]]
            proposal = proposal_copies.copy_of(row, offer, conversation_id=conversation.pk, winner=winner, seen=seen)
            proposals.append(proposal)
            driver = people.drivers[row["driver_id"]]
            rounds += proposal_copies.rounds_of(row, proposal, people.user(offer.owner_id), driver)
        _note_funnel(offer, proposals)
    Proposal.objects.bulk_create(proposals)
    Round.objects.bulk_create(rounds)
    Offer.objects.bulk_update([offers[id_] for id_ in rows], ["first_sent_at", "first_answered_at", "covered_at"])
    _close(new, offers, conversations, {(each.offer_id, each.driver_id): each for each in proposals})
    return proposals


def _note_funnel(offer: Offer, proposals: list[Proposal]) -> None:
    mine = [each for each in proposals if each.offer_id == offer.pk]
    answers = [each.responded_at for each in mine if each.responded_at]
    offer.first_sent_at = min(each.sent_at for each in mine)
    offer.first_answered_at = min(answers) if answers else None
    offer.covered_at = next((each.awarded_at for each in mine if each.awarded_at), None)


def _close(
    new: dict[Pair, Talk],
    offers: dict[int, Offer],
    conversations: dict[Pair, Conversation],
    proposals: dict[Pair, Proposal],
) -> None:
    """Close the conversations in which nobody may write any more."""
    closed = []
    for pair in new:
        offer, proposal = offers[pair[0]], proposals.get(pair)
        active = offer.status == OfferStatus.ACTIVE
        if not (driver_access(proposal.status, offer.status).writes if proposal else active):
            closed.append(conversations[pair].pk)
    Conversation.objects.filter(pk__in=closed).update(status=ConversationStatus.CLOSED)


def _numbered(rows: list[Row], conversation: Conversation, people: People) -> list[Message]:
    messages = []
    for seq, row in enumerate(rows, start=1):
        sender, at = people.sender(row), row["created_at"]
        messages.append(
            Message(
                id=row["id"],
                conversation=conversation,
                seq=seq,
                sender_type=sender.type,
                sender_id=sender.id,
                sender_name=sender.name,
                sender_role=sender.role,
                message_type=_kind(row),
                message=row["message"],
                created_at=at,
                # When it was read was not kept; it cannot have been before.
                delivered_at=at if row["is_read"] else None,
                read_at=at if row["is_read"] else None,
            )
        )
    return messages


def _members(rows: list[Row], conversation: Conversation, offer: Offer) -> list[Member]:
    owner = _member(conversation, DISPATCHER, offer.owner_id, MemberRole.OWNER, rows)
    driver = _member(conversation, DRIVER, conversation.driver_id, MemberRole.DRIVER, rows)
    return [owner, driver]


def _member(conversation: Conversation, type_: str, id_: int, role: MemberRole, rows: list[Row]) -> Member:
    """One side, and how far it has read: up to the first unread message of the other, so that none is passed over."""
    read = next((seq for seq, row in enumerate(rows) if _is_unread_by(type_, row)), len(rows))
    at = rows[read - 1]["created_at"] if read else None
    return Member(
        conversation=conversation,
        actor_type=type_,
        actor_id=id_,
        role=role,
        delivered_seq=read,
        delivered_at=at,
        read_seq=read,
        read_at=at,
        has_written=any(_side(row) == type_ and row["sender_id"] == id_ for row in rows),
        joined_at=conversation.created_at,
    )


def _is_unread_by(type_: str, row: Row) -> bool:
    return _side(row) != type_ and not row["is_read"] and _kind(row) != MessageType.SYSTEM


def _side(row: Row) -> str:
    return DRIVER if word(row["sender_type"]) == DRIVER else DISPATCHER


def _kind(row: Row) -> MessageType:
    kind = word(row["message_type"])
    return MessageType(kind) if kind in MessageType.values else MessageType.TEXT


def _date(rows: list[Row], offer: Offer) -> None:
    """Messages without a time come first: they were said no later than the first that has one."""
    earliest = min([offer.created_at, *(row["created_at"] for row in rows if row["created_at"])])
    for row in rows:
        row["created_at"] = row["created_at"] or earliest


def _beginning(talk: Talk, offer: Offer) -> datetime:
    rows = [*([talk.proposal] if talk.proposal else []), *talk.messages[:1]]
    return min((row["created_at"] or offer.created_at for row in rows), default=offer.created_at)
