"""A driver's inbox, as the phone shows it: their offers in tabs, sorted by whose turn it is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, Value, When

from kernel.actors import Actor
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Offer
from offers.rules.access import require_is_asked
from offers.rules.transitions import CLOSED, WAITING, Side
from offers.rules.turns import TURNS
from offers.selectors.offers import offer_dicts, offers_for
from offers.selectors.proposals import proposals_for

MOST = 100
"""How many offers one tab shows."""
_waits = Q(status__in=WAITING)
_asked = Q(driver_proposed_rate__isnull=False)
_held = Q(status=ProposalStatus.AWARDED, offer__status=OfferStatus.ASSIGNED)
TABS: dict[str, Q] = {
    "new": _waits & ~_asked,
    "talking": (_waits & _asked) | Q(status__in=(ProposalStatus.COUNTER_OFFERED, ProposalStatus.ACCEPTED)),
    "booked": _held,
    "past": Q(status__in=CLOSED) | (Q(status=ProposalStatus.AWARDED) & ~Q(offer__status=OfferStatus.ASSIGNED)),
}
"""Each of a driver's proposals is in exactly one; an offer that they have named a rate for is talked about."""
DRIVER_TURN = [status for status, side in TURNS.items() if side is Side.DRIVER]


@dataclass(frozen=True, slots=True)
class DriverInbox:
    """`offers` are the contract's, with their `proposal`, at most `MOST`; `counts` and `yours` go by tab."""

    offers: list[dict[str, Any]]
    counts: dict[str, int]
    yours: dict[str, int]


def counts_for(actor: Actor) -> tuple[dict[str, int], dict[str, int]]:
    """How many offers each tab has, and for how many of them it is the driver's turn; one query."""
    figures = {f"count_{tab}": Count("pk", filter=condition) for tab, condition in TABS.items()}
    turns = {
        f"yours_{tab}": Count("pk", filter=condition & Q(status__in=DRIVER_TURN)) for tab, condition in TABS.items()
    }
    found = proposals_for(actor).aggregate(**figures, **turns)
    return {tab: found[f"count_{tab}"] for tab in TABS}, {tab: found[f"yours_{tab}"] for tab in TABS}


def inbox_for(actor: Actor, tab: str) -> DriverInbox:
    """A tab of a driver's inbox: what waits for them first, unseen before seen, then what ends first.

    Raises `PermissionDenied` for a person who is no driver.
    """
    require_is_asked(actor)
    ids = list(proposals_for(actor).filter(TABS[tab]).order_by(*_order(tab)).values_list("offer_id", flat=True)[:MOST])
    rows: dict[int, Offer] = offers_for(actor).in_bulk(ids)
    shown = offer_dicts([rows[id_] for id_ in ids if id_ in rows], actor)
    counts, yours = counts_for(actor)
    return DriverInbox(offers=shown, counts=counts, yours=yours)


def tab_of(actor: Actor, offer_id: int) -> str:
    """The tab in which a driver finds an offer that was put to them; one query."""
    cases = [When(condition, then=Value(tab)) for tab, condition in TABS.items()]
    found = proposals_for(actor).filter(offer_id=offer_id).annotate(tab=Case(*cases, default=Value("past")))
    return found.values_list("tab", flat=True).first() or "new"


def _order(tab: str) -> list[Any]:
    if tab in ("booked", "past"):
        return [F("responded_at").desc(nulls_last=True), "-pk"]
    turn = Case(When(status__in=DRIVER_TURN, then=Value(0)), default=Value(1))
    seen = Case(When(status=ProposalStatus.SENT, then=Value(0)), default=Value(1))
    return [turn, seen, F("expires_at").asc(nulls_last=True), "-pk"]
