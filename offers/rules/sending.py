"""Which drivers an offer may be put to."""

from drivers import dimensions
from drivers.models import Driver
from drivers.rules import is_available, is_in_transit
from offers.enums import ProposalStatus, SkipReason
from offers.models import Offer
from offers.rules.transitions import OPEN

FORCIBLE = frozenset({SkipReason.NOT_AVAILABLE, SkipReason.IN_TRANSIT, SkipReason.DOES_NOT_FIT})
"""Reasons about which the office may know better than the data: `force` sends in spite of them."""


def reason_to_skip(
    offer: Offer, truck: Driver | None, status: ProposalStatus | str | None, *, is_booked: bool
) -> SkipReason | None:
    """Why an offer cannot be sent to a driver; None where it can.

    `truck` is None for a driver who is not there, `status` that of their proposal of this offer, if they have one;
    `is_booked`: they have another load. The first reason that holds is given, in the order of the code.
    """
    if truck is None:
        return SkipReason.NOT_FOUND
    if status in OPEN:
        return SkipReason.ALREADY_SENT
    if not truck.is_active:
        return SkipReason.INACTIVE
    if is_booked:
        return SkipReason.BOOKED_ELSEWHERE
    if is_in_transit(truck):
        return SkipReason.IN_TRANSIT
    if not is_available(truck):
        return SkipReason.NOT_AVAILABLE
    if dimensions.fits(offer.dimensions, truck.dimensions) is dimensions.Fits.NO:
        return SkipReason.DOES_NOT_FIT
    return None
