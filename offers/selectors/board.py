"""The offers across the top of the desk: which there are, narrowed as asked, those that wait for the office first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from kernel.actors import Actor
from offers.enums import OfferStatus
from offers.filters import OfferFilters
from offers.models import Offer, Proposal
from offers.rules.access import require_makes_offers
from offers.selectors.offers import offer_dicts, offers_for, own_offers_for
from offers.selectors.queue import OFFICE_TURN, has_fallen_off

MOST_CARDS = 60
TABS: dict[str, tuple[OfferStatus, ...]] = {
    "active": (OfferStatus.ACTIVE,),
    "drafts": (OfferStatus.DRAFT,),
    "assigned": (OfferStatus.ASSIGNED,),
    "past": (OfferStatus.EXPIRED, OfferStatus.COMPLETED, OfferStatus.CANCELLED),
}
"""An offer's whole life in a few tabs; each status is in exactly one."""


@dataclass(frozen=True, slots=True)
class Board:
    """`cards` are the contract's offers with `yours` (the load, or a driver, waits for the office), at most
    `MOST_CARDS` of `found`; `counts` says how many each tab has of the offers that fit.
    """

    cards: list[dict[str, Any]]
    found: int
    counts: dict[str, int]


def tab_of(status: str) -> str:
    """The tab of the desk in which an offer of this status stands."""
    return next(tab for tab, statuses in TABS.items() if status in statuses)


def board_for(actor: Actor, *, tab: str, mine: bool, search: str = "", unread: bool = False) -> Board:
    """The offers of a tab as an office person sees them, by turn, then by what ends first."""
    require_makes_offers(actor)
    offers = own_offers_for(actor) if mine else offers_for(actor)
    params = {"search": search} | ({"unread": "true"} if unread else {})
    fitting = OfferFilters(params=params, queryset=offers, actor=actor).found()
    narrowed = fitting.filter(status__in=TABS[tab])
    cards = list(_by_turn(narrowed)[:MOST_CARDS])
    found = len(cards) if len(cards) < MOST_CARDS else narrowed.count()
    yours = {card.pk for card in cards if vars(card)["yours"]}
    shown = [card | {"yours": card["id"] in yours} for card in offer_dicts(cards, actor)]
    return Board(cards=shown, found=found, counts=_counts(fitting))


def _by_turn(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    waiting = Exists(Proposal.objects.filter(status__in=OFFICE_TURN, offer=OuterRef("pk")))
    ended = Case(When(status=OfferStatus.ACTIVE, then=Value(False)), default=Value(True))
    return offers.annotate(yours=Q(waiting) | has_fallen_off(), ended=ended).order_by(
        "-yours", "ended", F("expires_at").asc(nulls_last=True), "-pk"
    )


def _counts(offers: QuerySet[Offer]) -> dict[str, int]:
    rows = offers.order_by().values("status").annotate(number=Count("pk", distinct=True))
    by_status = {row["status"]: row["number"] for row in rows}
    return {tab: sum(by_status.get(status, 0) for status in statuses) for tab, statuses in TABS.items()}
