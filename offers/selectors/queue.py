"""The queue of an office person: answers to give, loads that fell off or are about to end, messages to read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from chat import selectors as chat
from chat.models import Conversation
from kernel import clock
from kernel.actors import Actor
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Offer, Proposal
from offers.rules.access import can_change, require_makes_offers
from offers.rules.transitions import OPEN, Side
from offers.rules.turns import TURNS
from offers.selectors.offers import offer_dicts, offers_for, own_offers_for
from offers.selectors.proposals import proposal_dicts

ENDING = timedelta(minutes=4)
"""Before its end an offer without an answer waits for the office: for more time, or for other drivers."""
MOST = 100
"""How many of each kind are shown; all are counted."""
MOST_UNCOVERED = 8
OFFICE_TURN = [status for status, side in TURNS.items() if side is Side.OFFICE]
NOT_COVERED = (OfferStatus.DRAFT, OfferStatus.ACTIVE)


class Kind(StrEnum):
    """What waits: an offer about to end, one that a driver fell off, a counter, an acceptance, unread words."""

    ENDING = "ending"
    FELL_OFF = "fell_off"
    COUNTER = "counter"
    YES = "yes"
    CHAT = "chat"


URGENCY = {Kind.ENDING: 0, Kind.FELL_OFF: 1, Kind.COUNTER: 2, Kind.YES: 2, Kind.CHAT: 3}
"""The order of the queue, lowest first."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. `at` is since when it waits; of an offer that is ending, when it ends.

    `offer` is the contract's, of a chat the little that its conversation says. `proposal` is there for an answer and
    for who fell off, `conversation` for a chat. `may`: the viewer may act, not only look on.
    """

    kind: Kind
    at: datetime
    offer: dict[str, Any]
    may: bool = False
    proposal: dict[str, Any] | None = None
    conversation: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """`count` is how many wait; `todos` are those that are shown."""

    todos: list[Todo]
    count: int


@dataclass(frozen=True, slots=True)
class Uncovered:
    """`count` is how many offers have no driver yet; `offers` are the contract's, those that are shown."""

    offers: list[dict[str, Any]]
    count: int


def has_fallen_off() -> Q:
    """The condition for an active load that a driver fell off, and that was not sent to another since."""
    theirs = Proposal.objects.filter(offer=OuterRef("pk"))
    fell = Exists(theirs.filter(status=ProposalStatus.FALLEN_OFF))
    return Q(fell, ~Exists(theirs.filter(status__in=OPEN)), status=OfferStatus.ACTIVE)


def turns_of(actor: Actor) -> int:
    """How many things wait for an office person among the offers that they work on."""
    require_makes_offers(actor)
    return _Waiting(actor, own_offers_for(actor)).count()


def queue_for(actor: Actor, *, mine: bool = True) -> Queue:
    """What waits, the most urgent first, then what has waited longest; of one's own offers, or of all that one sees."""
    require_makes_offers(actor)
    waiting = _Waiting(actor, own_offers_for(actor) if mine else offers_for(actor))
    todos = [*_about_offers(waiting, actor), *_chats(waiting, actor)]
    todos.sort(key=lambda todo: (URGENCY[todo.kind], todo.at))
    return Queue(todos=todos, count=len(todos) if len(todos) < MOST else waiting.count())


def uncovered_for(actor: Actor, *, mine: bool = True) -> Uncovered:
    """Offers that have no driver yet, those first that are picked up first."""
    require_makes_offers(actor)
    offers = (own_offers_for(actor) if mine else offers_for(actor)).filter(status__in=NOT_COVERED)
    pickup = Coalesce("pickup_from", "pickup_until")
    rows = offers.order_by(pickup.asc(nulls_last=True), "pk")[:MOST_UNCOVERED]
    return Uncovered(offers=offer_dicts(rows, actor), count=offers.count())


class _Waiting:
    """The rows that wait among `offers`, each kind as a query."""

    def __init__(self, actor: Actor, offers: QuerySet[Offer]) -> None:
        now = clock.now()
        active = offers.filter(status=OfferStatus.ACTIVE)
        theirs = Proposal.objects.filter(offer=OuterRef("pk"))
        self.answers = Proposal.objects.filter(offer__in=active, status__in=OFFICE_TURN)
        self.fallen = active.filter(has_fallen_off())
        self.ending = active.filter(
            ~Exists(theirs.filter(status__in=OFFICE_TURN)), expires_at__gt=now, expires_at__lte=now + ENDING
        )
        # A driver who waits for an answer is in the queue already, whatever they have said beside it.
        talks = chat.conversations_for(actor).filter(offer_id__in=offers.order_by().values("pk"))
        self.chats: QuerySet[Conversation] = chat.with_unread_words(talks, actor).exclude(
            pk__in=self.answers.values("conversation_id")
        )

    def count(self) -> int:
        return sum(rows.count() for rows in (self.answers, self.fallen, self.ending, self.chats))


def _about_offers(waiting: _Waiting, actor: Actor) -> list[Todo]:
    answers = list(waiting.answers.order_by("responded_at", "pk")[:MOST])
    fallen = {offer.pk: offer for offer in waiting.fallen.order_by("pk")[:MOST]}
    ending = list(waiting.ending.order_by("expires_at", "pk")[:MOST])
    fell = Proposal.objects.filter(offer__in=list(fallen), status=ProposalStatus.FALLEN_OFF)
    last_to_fall = {proposal.offer_id: proposal for proposal in fell.order_by("closed_at", "pk")}
    proposals = [*answers, *last_to_fall.values()]

    ids = {proposal.offer_id for proposal in proposals} | {offer.pk for offer in ending}
    offers = list(Offer.objects.filter(pk__in=ids))
    shown = {data["id"]: data for data in offer_dicts(offers, actor)}
    may = {offer.pk: can_change(actor, offer) for offer in offers}
    about = [
        Todo(_kind(proposal), _since(proposal), shown[proposal.offer_id], may[proposal.offer_id], proposal=data)
        for proposal, data in zip(proposals, proposal_dicts(proposals, actor), strict=True)
    ]
    ends = [Todo(Kind.ENDING, offer.expires_at, shown[offer.pk], may[offer.pk]) for offer in ending if offer.expires_at]
    return about + ends


def _chats(waiting: _Waiting, actor: Actor) -> list[Todo]:
    talks = chat.conversation_dicts(list(waiting.chats.order_by("last_message_at", "pk")[:MOST]), actor)
    return [
        Todo(Kind.CHAT, datetime.fromisoformat(talk["last_message"]["created_at"]), talk["offer"], conversation=talk)
        for talk in talks
        if talk["last_message"]
    ]


def _kind(proposal: Proposal) -> Kind:
    match proposal.status:
        case ProposalStatus.FALLEN_OFF:
            return Kind.FELL_OFF
        case ProposalStatus.ACCEPTED:
            return Kind.YES
        case _:
            return Kind.COUNTER


def _since(proposal: Proposal) -> datetime:
    return proposal.closed_at or proposal.agreed_at or proposal.responded_at or proposal.sent_at
