"""Proposals of the earlier attempt as ours: what their statuses mean here, and the steps that they tell of."""

from collections.abc import Collection, Mapping
from typing import Any

from drivers.models import Driver
from kernel.actors import Actor
from offers.enums import Action, LostReason, OfferStatus, ProposalStatus
from offers.legacy.rows import Row, word
from offers.models import Offer, Proposal, Round
from offers.rules.transitions import BIDDING, CLOSED

ANSWERED = {
    ProposalStatus.ACCEPTED: Action.ACCEPT,
    ProposalStatus.REJECTED: Action.REJECT,
    ProposalStatus.COUNTER_OFFERED: Action.COUNTER,
}

SAID = {
    ProposalStatus.SENT,
    ProposalStatus.VIEWED,
    ProposalStatus.ACCEPTED,
    ProposalStatus.REJECTED,
    ProposalStatus.COUNTER_OFFERED,
}
"""What the earlier attempt could say."""


def standing(rows: Collection[Row]) -> Row:
    """The one that counts of several between one offer and one driver: the accepted one, else the latest."""
    return max(rows, key=lambda row: (said_status(row) == ProposalStatus.ACCEPTED, row["id"]))


def winner_of(offer: Offer, rows: Collection[Row]) -> int | None:
    """The id of the proposal whose load it was: the only accepted one of an offer that was completed."""
    accepted = [row["id"] for row in rows if said_status(row) == ProposalStatus.ACCEPTED]
    return accepted[0] if offer.status == OfferStatus.COMPLETED and len(accepted) == 1 else None


def copy_of(row: Row, offer: Offer, *, conversation_id: int, winner: int | None, seen: Mapping[str, Any]) -> Proposal:
    """One proposal. What was still open when its offer was closed is lost here, as it was in fact."""
    said = said_status(row)
    status, reason = said, ""
    if row["id"] == winner:
        status = ProposalStatus.AWARDED
    elif offer.status != OfferStatus.ACTIVE and said in BIDDING:
        status = ProposalStatus.LOST
        reason = LostReason.COVERED if winner else LostReason.OFFER_CLOSED
    sent, answered = row["created_at"] or offer.created_at, row["responded_at"]
    agreed = said == ProposalStatus.ACCEPTED
    closed = status in CLOSED
    return Proposal(
        id=row["id"],
        offer=offer,
        driver_id=row["driver_id"],
        conversation_id=conversation_id,
        status=status,
        reason=reason,
        offered_rate=offer.proposed_rate,
        driver_proposed_rate=row["driver_proposed_rate"],
        agreed_rate=agreed_rate(row, offer) if agreed else None,
        currency=offer.currency,
        sent_at=sent,
        first_answered_at=answered,
        responded_at=answered,
        countered_at=answered if said == ProposalStatus.COUNTER_OFFERED else None,
        agreed_at=answered if agreed else None,
        awarded_at=(answered or offer.updated_at) if row["id"] == winner else None,
        closed_at=(answered if said == ProposalStatus.REJECTED else offer.updated_at) if closed else None,
        last_seen_offer=dict(seen) if closed else None,
        won_offer=offer if row["id"] == winner else None,
        version=1,
    )


def rounds_of(row: Row, proposal: Proposal, owner: Actor, driver: Driver) -> list[Round]:
    """It was sent; and it was answered, where a time of that is known."""
    rounds = [_round(proposal, owner, Action.SEND, proposal.offered_rate, proposal.sent_at)]
    action = ANSWERED.get(said_status(row))
    if action and row["responded_at"]:
        rates = {Action.ACCEPT: proposal.agreed_rate, Action.COUNTER: proposal.driver_proposed_rate}
        rounds.append(_round(proposal, driver.actor, action, rates.get(action), row["responded_at"]))
    return rounds


def said_status(row: Row) -> ProposalStatus:
    """The status as it was kept, however spelled; none, and none that we know, meant that it had been sent."""
    said = word(row["status"])
    return ProposalStatus(said) if said in SAID else ProposalStatus.SENT


def agreed_rate(row: Row, offer: Offer) -> Any:
    """What both sides agreed on: the driver's own rate where they had named one."""
    return offer.proposed_rate if row["driver_proposed_rate"] is None else row["driver_proposed_rate"]


def _round(proposal: Proposal, by: Actor, action: Action, rate: Any, at: Any) -> Round:
    return Round(
        proposal=proposal,
        at=at,
        actor_type=by.type,
        actor_id=by.id,
        actor_name=by.name,
        actor_role=by.role,
        action=action,
        rate=rate,
        version=proposal.version,
    )
