"""Makes offers and proposals into what clients get: every answer and every event goes through here.

What a driver does not learn before the award, or ever, is left out here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
    """The office people that these offers name, in one query, for the functions below."""
    return Names({id_ for offer in offers for id_ in (offer.owner_id, offer.created_by_id, *offer.follower_ids)})


def for_office(offer: Offer, names: Names) -> dict[str, Any]:
    """The offer for the office: everything but `counts` and `unread`."""
    return _offer(
        offer,
        created_by=names[offer.created_by_id],
        owner=names[offer.owner_id],
        followers=[names[id_] for id_ in sorted(offer.follower_ids)],
        stops=list(offer.stops),
    )


def for_winner(offer: Offer, names: Names) -> dict[str, Any]:
    """The offer for the driver who has been awarded it: everything but `OFFICE_ONLY`."""
    shown = for_office(offer, names)
    for name in OFFICE_ONLY:
        del shown[name]
    return shown


def for_driver(offer: Offer, names: Names) -> dict[str, Any]:
    """The offer for any other driver: places instead of addresses, no reference, no contacts."""
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


def proposals(rows: Sequence[Proposal]) -> list[dict[str, Any]]:
    """The contract's Proposal of each with its rounds, in two queries.

    The same for every person who may see it: nothing in a proposal is a secret from its driver.
    """
    rounds: dict[int, list[Round]] = defaultdict(list)
    for each in Round.objects.filter(proposal__in=[row.pk for row in rows]).order_by("pk"):
        rounds[each.proposal_id].append(each)
    trucks = Trucks({row.driver_id for row in rows})
    return [
        _proposal(row, driver=trucks[row.driver_id], rounds=[_round(each) for each in rounds[row.pk]]) for row in rows
    ]
