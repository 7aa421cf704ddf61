"""What an answer means for its proposal, as `offers.services.answering` has it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from offers.enums import Action, LostReason, OfferStatus, ProposalStatus
from offers.errors import OfferAlreadyTaken, ProposalClosed, ProposalExpired
from offers.models import Offer, Proposal
from offers.rules.transitions import BIDDING, CLOSED, UNAGREED, Side

CENT = Decimal("0.01")


def is_late(proposal: Proposal, now: datetime) -> bool:
    """Whether the time for an answer is over."""
    return proposal.expires_at is not None and proposal.expires_at <= now


def require_open(offer: Offer, proposal: Proposal, now: datetime) -> None:
    """Refuse an answer that comes too late."""
    if (proposal.status in UNAGREED and is_late(proposal, now)) or proposal.status == ProposalStatus.EXPIRED:
        raise ProposalExpired()
    if proposal.status == ProposalStatus.LOST and proposal.reason == LostReason.COVERED:
        raise OfferAlreadyTaken() if offer.status == OfferStatus.ASSIGNED else ProposalClosed()
    if proposal.status in CLOSED or (proposal.status in BIDDING and offer.status != OfferStatus.ACTIVE):
        raise ProposalClosed()


def rate_of(side: Side, action: Action, proposal: Proposal, rate: Decimal | None) -> Decimal | None:
    """What an answer is about: the standing offer, the driver's counter, or a new rate."""
    match side, action:
        case _, Action.COUNTER:
            return None if rate is None else rate.quantize(CENT)
        case Side.DRIVER, Action.ACCEPT:
            return proposal.offered_rate
        case Side.OFFICE, Action.ACCEPT | Action.REJECT:
            return proposal.driver_proposed_rate
        case _:
            return None


def changes_of(
    side: Side,
    action: Action,
    proposal: Proposal,
    *,
    rate: Decimal | None,
    reason: str,
    at: datetime,
    last_seen: Callable[[Offer], dict[str, Any]],
) -> dict[str, Any]:
    """What an answer sets on its proposal beside the status and the note."""
    changes: dict[str, Any] = {}
    if side is Side.DRIVER and action != Action.VIEW:
        changes = {"responded_at": at, "first_answered_at": proposal.first_answered_at or at}
    match side, action:
        case _, Action.VIEW:
            changes["viewed_at"] = at
        case _, Action.ACCEPT:
            changes |= {"agreed_rate": rate, "agreed_at": at}
        case _, Action.RETRACT:
            changes |= {"agreed_rate": None, "agreed_at": None}
        case Side.DRIVER, Action.COUNTER:
            changes |= {"driver_proposed_rate": rate, "countered_at": proposal.countered_at or at}
        case Side.OFFICE, Action.COUNTER:
            changes["offered_rate"] = rate
        case Side.DRIVER, Action.REJECT:
            changes |= {"reason": reason, "last_seen_offer": last_seen(proposal.offer)}
    return changes
