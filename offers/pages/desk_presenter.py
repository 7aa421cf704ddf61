"""Offers and proposals made ready for the desk's templates: times, dollars a mile, buttons, the order of drivers."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from chat.enums import MessageType
from kernel.actors import DRIVER
from offers.enums import Action, OfferStatus, ProposalStatus
from offers.rules.transitions import OfferAction, Side, actions_on, offer_actions_for
from offers.rules.turns import is_over, turn_of
from offers.words import DELIVERED, office_word

MOMENTS = (
    "created_at",
    "updated_at",
    "expires_at",
    "sent_at",
    "viewed_at",
    "responded_at",
    "last_seen",
    "pickup_from",
    "pickup_until",
    "delivery_from",
    "delivery_until",
)
_ZIP = re.compile(r",?\s+\d{5}(-\d{4})?$")
GAUGE_EDGE, GAUGE_APART = 4, 22
"""In percent of a gauge: its margin, and how far its words must be from each other to be read."""
BUTTONS = (Action.ACCEPT, Action.AWARD, Action.COUNTER, Action.SEND, Action.WITHDRAW, Action.FALL_OFF)
"""What a row has a button for, what binds first."""
TALLY = ("counter_offered", "accepted", "awarded", "viewed", "sent", "rejected", "expired", "withdrawn", "lost")
"""The states of a card's tally, what matters most first. Who fell off is said in its place of the time left."""


def with_moments(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same with its times as datetimes, which templates can write."""
    moments = {name: datetime.fromisoformat(data[name]) for name in MOMENTS if data.get(name)}
    return {**data, **moments}


def per_mile(amount: str | None, miles: float | None) -> Decimal | None:
    """Dollars a mile; None where either is not known."""
    return round(Decimal(amount) / Decimal(str(miles)), 2) if amount and miles else None


def city_of(place: str) -> str:
    """`Dallas, TX` of `Dallas, TX 75201`: where a line must be short."""
    return _ZIP.sub("", place) or place


def with_cities(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "pickup_city": city_of(data["pickup_place"]), "delivery_city": city_of(data["delivery_place"])}


def present_offer(data: Mapping[str, Any]) -> dict[str, Any]:
    """An offer's card: the contract's Offer with dollars a mile and the tally of its drivers' answers."""
    counts = data.get("counts", {})
    return with_moments(with_cities(data)) | {
        "per_mile": per_mile(data["proposed_rate"], data["distance_miles"]),
        "ceiling_per_mile": per_mile(data.get("rate_ceiling"), data["distance_miles"]),
        "tally": [(status, counts[status]) for status in TALLY if counts.get(status)],
        "fell_off": data["status"] == OfferStatus.ACTIVE and bool(counts.get(ProposalStatus.FALLEN_OFF)),
    }


def offer_actions(offer: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], *, may: bool) -> dict[str, bool]:
    """The actions that the office has for an offer now: `{action: whether}`; none unless they `may` change it."""
    allowed = set(offer_actions_for(offer["status"])) if may else set()
    if not any(Action.WITHDRAW in row["actions"] for row in rows):
        allowed.discard(OfferAction.WITHDRAW)
    if not offer["expires_at"]:
        allowed.discard(OfferAction.EXTEND)
    return {str(action): action in allowed for action in OfferAction}


def present_row(row: Mapping[str, Any], offer: Mapping[str, Any], *, may: bool) -> dict[str, Any]:
    """One driver of the grid: the state in words, the amount it is about, what the office may answer."""
    status = row["status"]
    allowed = actions_on(Side.OFFICE, status, offer["status"])
    actions = [action for action in BUTTONS if action in allowed]
    countered = status == ProposalStatus.COUNTER_OFFERED
    amount = row["driver_proposed_rate"] if countered else row["agreed_rate"]
    ceiling = offer.get("rate_ceiling")
    over = Decimal(amount) - Decimal(ceiling) if amount and ceiling else Decimal(0)
    last = row["last_message"]
    return with_moments(row) | {
        "state": _state(status, last),
        "word": office_word(_state(status, last), row["reason"]),
        "amount": amount if turn_of(status) is Side.OFFICE or status == ProposalStatus.AWARDED else None,
        "over": over if over > 0 else None,
        "since": datetime.fromisoformat(_since(row)),
        "actions": [str(action) for action in actions] if may else [],
        "preview": _preview(last) or (last["message"] if last and row["unread"] else ""),
    }


def gauge_of(row: Mapping[str, Any], offer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the amounts of a negotiation lie between the lowest and the highest: `[{kind, amount, x, worded, end}]`.

    `x` is in percent; `worded` is False where there is no room for words, and `end` says how they lie at the mark. Only
    while a counter waits for the office. It has the ceiling in it: no driver may get it.
    """
    if row["status"] != ProposalStatus.COUNTER_OFFERED:
        return []
    named: dict[str, str | None] = {
        "offer": offer["proposed_rate"],
        "standing": row["offered_rate"],
        "ask": row["driver_proposed_rate"],
        "ceiling": offer.get("rate_ceiling"),
    }
    amounts = {kind: Decimal(amount) for kind, amount in named.items() if amount}
    if amounts["standing"] == amounts["offer"]:
        del amounts["standing"]
    low, high = min(amounts.values()), max(amounts.values())
    span = (high - low) or Decimal(1)
    wide = 100 - 2 * GAUGE_EDGE
    places = {kind: int(GAUGE_EDGE + (amount - low) / span * wide) for kind, amount in amounts.items()}
    crowded = {
        kind
        for kind, x in places.items()
        if any(other != kind and abs(x - there) < GAUGE_APART for other, there in places.items())
    }
    return [
        {
            "kind": kind,
            "amount": str(amount),
            "x": places[kind],
            "worded": kind == "ask" or kind not in crowded,
            "end": _end(places[kind]),
        }
        for kind, amount in amounts.items()
    ]


def _end(x: int) -> str:
    """Which end of its words a mark stands at: near an edge they would be cut otherwise."""
    return "start" if x <= GAUGE_EDGE else "end" if x >= 100 - GAUGE_EDGE else "middle"


def _preview(last: Mapping[str, Any] | None) -> str:
    """The last words of a person. Those of the system say no more than the row's state does."""
    if last is None or last["message_type"] == MessageType.SYSTEM or last["removed_at"]:
        return ""
    return last["message"]


def _state(status: str, last: Mapping[str, Any] | None) -> str:
    """`delivered` is told by receipts: the driver's device has what was said last, and they have not looked yet."""
    delivered = last is not None and (last["delivered_at"] or last["sender"]["type"] == DRIVER)
    return DELIVERED if status == ProposalStatus.SENT and delivered else status


def _since(row: Mapping[str, Any]) -> str:
    moments = [row["sent_at"], row["viewed_at"], row["responded_at"], *(each["at"] for each in row["rounds"][-1:])]
    return max(moment for moment in moments if moment)


def group_by_turn(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The order of drivers on the desk: `[{turn, rows}]` by whose turn it is, within one by who has waited longest.

    Those that are over stand last, newest first.
    """
    groups: dict[str, list[Mapping[str, Any]]] = {"awarded": [], "office": [], "driver": [], "over": []}
    for row in rows:
        turn = "over" if is_over(row["status"]) else turn_of(row["status"]) or "awarded"
        groups[turn].append(row)
    for turn, members in groups.items():
        members.sort(key=lambda row: row["since"], reverse=turn == "over")
    return [{"turn": turn, "rows": members} for turn, members in groups.items() if members]
