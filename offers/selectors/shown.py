"""How an offer and a proposal look on the way out. Every answer and every event goes through here."""

from collections.abc import Iterable, Mapping
from typing import Any

from kernel.presenting import presenter
from offers.models import Offer, Proposal, Round
from offers.selectors.people import Names, Trucks
from offers.shapes import reading

OFFICE_ONLY = ("customer_name", "customer_rate", "rate_ceiling", "invited_driver_ids", "followers")
"""What no driver ever learns, beside `counts`."""
ENDS = ("pickup", "delivery")


_offer = presenter(
    reading.Offer,
    beside=("created_by", "owner", "followers", "stops", "counts", "unread", "proposal", "as_of"),
)
_proposal = presenter(reading.Proposal, beside=("driver", "rounds"))
_round = presenter(reading.Round)


def people_of(offers: Iterable[Offer]) -> Names:
    return Names({id_ for offer in offers for id_ in (offer.owner_id, offer.created_by_id, *offer.follower_ids)})


def for_office(offer: Offer, names: Names) -> dict[str, Any]:
    """Everything but `counts` and `unread`."""
    return _offer(
        offer,
        created_by=names[offer.created_by_id],
        owner=names[offer.owner_id],
        followers=[names[id_] for id_ in sorted(offer.follower_ids)],
        stops=list(offer.stops),
    )


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
    return _proposal(each, driver=trucks[each.driver_id], rounds=[_round(round_) for round_ in rounds])
