"""How an offer and a proposal look on the way out. Every answer and every event goes through here."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kernel.clock import iso
from offers.models import Offer, Proposal, Round
from offers.selectors.people import Names, Trucks

OFFICE_ONLY = ("customer_name", "customer_rate", "rate_ceiling", "invited_driver_ids", "followers")
"""What no driver ever learns, beside `counts`."""
ENDS = ("pickup", "delivery")


def money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def people_of(offers: Iterable[Offer]) -> Names:
    return Names({id_ for offer in offers for id_ in (offer.owner_id, offer.created_by_id, *offer.follower_ids)})


def for_office(offer: Offer, names: Names) -> dict[str, Any]:
    """Everything but `counts` and `unread`."""
    shown = {
        "id": offer.pk,
        "reference": offer.reference,
        "customer_name": offer.customer_name,
        "customer_rate": money(offer.customer_rate),
        "created_by": names[offer.created_by_id],
        "owner": names[offer.owner_id],
        "followers": [names[id_] for id_ in sorted(offer.follower_ids)],
    }
    for end in ENDS:
        shown |= {
            f"{end}_location": getattr(offer, f"{end}_location"),
            f"{end}_place": getattr(offer, f"{end}_place"),
            f"{end}_lat": number(getattr(offer, f"{end}_lat")),
            f"{end}_lon": number(getattr(offer, f"{end}_lon")),
            f"{end}_from": iso(getattr(offer, f"{end}_from")),
            f"{end}_until": iso(getattr(offer, f"{end}_until")),
            f"{end}_zone": getattr(offer, f"{end}_zone"),
        }
    return shown | {
        "stops": list(offer.stops),
        "weight_lbs": number(offer.weight_lbs),
        "dimensions": offer.dimensions,
        "pieces": offer.pieces,
        "distance_miles": number(offer.distance_miles),
        "distance_source": str(offer.distance_source),
        "proposed_rate": money(offer.proposed_rate),
        "rate_ceiling": money(offer.rate_ceiling),
        "currency": offer.currency,
        "award_mode": str(offer.award_mode),
        "expires_at": iso(offer.expires_at),
        "status": str(offer.status),
        "notes": offer.notes,
        "invited_driver_ids": list(offer.invited_driver_ids),
        "version": offer.version,
        "created_at": iso(offer.created_at),
        "updated_at": iso(offer.updated_at),
    }


def for_winner(offer: Offer, names: Names) -> dict[str, Any]:
    """What the driver sees whose load it is: all that is not the office's own."""
    shown = for_office(offer, names)
    for name in OFFICE_ONLY:
        del shown[name]
    return shown


def for_driver(offer: Offer, names: Names) -> dict[str, Any]:
    """What a driver sees who has not been awarded it: places instead of addresses, no reference, no contacts."""
    shown = for_winner(offer, names)
    del shown["reference"]
    for end in ENDS:
        shown[f"{end}_location"] = shown[f"{end}_place"]
        for part in ("lat", "lon"):
            shown[f"{end}_{part}"] = _coarse(shown[f"{end}_{part}"])
    shown["stops"] = [_coarse_stop(stop) for stop in shown["stops"]]
    return shown


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 2)


def _coarse_stop(stop: Mapping[str, Any]) -> dict[str, Any]:
    """The note may name people and gates, so it comes with the award."""
    coarse = {name: value for name, value in stop.items() if name != "note"}
    return coarse | {"location": stop["place"], "lat": _coarse(stop["lat"]), "lon": _coarse(stop["lon"])}


def proposal(each: Proposal, rounds: Iterable[Round], trucks: Trucks) -> dict[str, Any]:
    """The same for whoever may see it: nothing in a proposal is a secret from its driver."""
    return {
        "id": each.pk,
        "offer_id": each.offer_id,
        "driver_id": each.driver_id,
        "driver": trucks[each.driver_id],
        "conversation_id": each.conversation_id,
        "status": str(each.status),
        "offered_rate": money(each.offered_rate),
        "driver_proposed_rate": money(each.driver_proposed_rate),
        "agreed_rate": money(each.agreed_rate),
        "currency": each.currency,
        "expires_at": iso(each.expires_at),
        "sent_at": iso(each.sent_at),
        "viewed_at": iso(each.viewed_at),
        "responded_at": iso(each.responded_at),
        "reason": str(each.reason),
        "note": each.note,
        "rounds": [
            {
                "by": round_.by.as_dict(),
                "action": str(round_.action),
                "rate": money(round_.rate),
                "note": round_.note,
                "at": iso(round_.at),
            }
            for round_ in rounds
        ],
        "version": each.version,
    }
