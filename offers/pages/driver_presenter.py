"""An offer made ready for the driver's phone: the amount, whose turn it is, how far it is, what may be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from drivers import dimensions
from drivers.dimensions import Fits
from drivers.distance import road_miles
from offers.enums import Action, LostReason, OfferStatus, ProposalStatus
from offers.pages.desk_presenter import per_mile, with_cities, with_moments
from offers.rules.transitions import OPEN, Side, actions_on, counts_against_driver
from offers.rules.turns import TURNS, answers_for, is_over
from offers.words import REASONS, driver_word


@dataclass(frozen=True, slots=True)
class Truck:
    """How large the driver's truck is inside, in words, and where it is."""

    inside: str = ""
    position: tuple[float, float] | None = None


def present_load(offer: Mapping[str, Any], truck: Truck) -> dict[str, Any]:
    """The contract's offer of a driver with all that their screens say about it."""
    proposal = with_moments(offer["proposal"])
    status = proposal["status"]
    live = status in OPEN and "as_of" not in offer
    negotiable = live and offer["status"] == OfferStatus.ACTIVE
    amount = proposal["agreed_rate"] or proposal["offered_rate"]
    fit = dimensions.fits(offer["dimensions"], truck.inside)
    closing = None if live and offer["status"] != OfferStatus.COMPLETED else _closing(proposal, offer)
    return with_moments(with_cities(offer)) | {
        "proposal": proposal,
        "amount": amount,
        "per_mile": per_mile(amount, offer["distance_miles"]),
        "asked": _asked(proposal),
        "word": closing["title"] if closing else driver_word(status, _why(proposal, offer)),
        "word_amount": proposal["driver_proposed_rate"] if status == ProposalStatus.COUNTER_OFFERED else None,
        "yours": negotiable and TURNS[status] is Side.DRIVER,
        "open": live,
        "answers": [str(action) for action in answers_for(Side.DRIVER, status)] if negotiable else [],
        "falls_off": Action.FALL_OFF in actions_on(Side.DRIVER, status, offer["status"]),
        "ends": proposal.get("expires_at") if negotiable and status != ProposalStatus.ACCEPTED else None,
        "empty_miles": _empty_miles(offer, truck) if live else None,
        "fits": str(fit),
        "fit_words": _fit_words(fit, offer["dimensions"]),
        "seen_as": datetime.fromisoformat(offer["as_of"]) if "as_of" in offer else None,
        "closing": closing,
        "rounds": _rounds(proposal),
        "between": [with_window(stop) for stop in offer["stops"]],
    }


def with_window(stop: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(stop[name]) for name in ("from", "until") if stop.get(name)}
    return {**stop, "from": None, "until": None, **moments}


def _asked(proposal: Mapping[str, Any]) -> dict[str, Any] | None:
    """The driver's own last rate, and when they named it."""
    if proposal["driver_proposed_rate"] is None:
        return None
    named = [each["at"] for each in proposal["rounds"] if each["action"] == Action.COUNTER and _mine(each)]
    return {
        "rate": proposal["driver_proposed_rate"],
        "at": datetime.fromisoformat(named[-1]) if named else proposal["sent_at"],
    }


def _mine(round_: Mapping[str, Any]) -> bool:
    return round_["by"]["type"] == "driver"


def _rounds(proposal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rates that were named, oldest first: `[{mine, action, rate, note, at}]`."""
    named = [each for each in proposal["rounds"] if each["rate"] and each["action"] in _NAMING]
    return [each | {"mine": _mine(each), "at": datetime.fromisoformat(each["at"])} for each in named]


_NAMING = (Action.SEND, Action.COUNTER, Action.AMEND)


def _empty_miles(offer: Mapping[str, Any], truck: Truck) -> float | None:
    lat, lon = offer["pickup_lat"], offer["pickup_lon"]
    if truck.position is None or lat is None or lon is None:
        return None
    return road_miles(*truck.position, lat, lon)


def _fit_words(fit: Fits, load: str) -> str:
    if fit is Fits.YES:
        return _("Fits your truck")
    if fit is Fits.NO:
        return _("Larger than your truck")
    return _("Size of your truck not known") if dimensions.is_known(load) else _("Size of the load not known")


def _why(proposal: Mapping[str, Any], offer: Mapping[str, Any]) -> str:
    """What makes one state another to its driver: the reason, who has agreed, that the load is delivered."""
    match proposal["status"]:
        case ProposalStatus.SENT if proposal["driver_proposed_rate"] is not None:
            return "again"
        case ProposalStatus.ACCEPTED if not _mine(proposal["rounds"][-1]):
            return "office"
        case ProposalStatus.AWARDED if offer["status"] == OfferStatus.COMPLETED:
            return "completed"
        case _:
            return proposal["reason"]


def _closing(proposal: Mapping[str, Any], offer: Mapping[str, Any]) -> dict[str, Any]:
    """How it ended: `{title, words, neutral}`; `neutral` where it says that nothing counts against the driver."""
    status, reason = proposal["status"], proposal["reason"]
    words = REASONS.get(status, {}).get(reason, "")
    if status == ProposalStatus.LOST:
        words = _("You have another load, so this one was closed for you.") if reason == _ELSEWHERE else ""
    over = is_over(status) or offer["status"] == OfferStatus.COMPLETED
    return {
        "title": driver_word(status, _why(proposal, offer)) if over else _("Over"),
        "words": words,
        "neutral": not counts_against_driver(status, reason),
    }


_ELSEWHERE = LostReason.BOOKED_ELSEWHERE
