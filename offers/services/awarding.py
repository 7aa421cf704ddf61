"""Exactly one driver is given the load, whatever comes at once.

The offer's lock puts awards one after the other, the driver's booking does so across offers. Under them the rows are
changed only where they still are what was read, and no two proposals can hold `won_offer`: three walls, of which one
would do.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

import journal.services
from chat import services as chat
from kernel import clock
from kernel.actors import Actor
from kernel.errors import NotFound
from kernel.unit_of_work import service
from offers.enums import Action, EventKind, LostReason, OfferStatus, OfferVerb, ProposalStatus
from offers.errors import DriverBooked, NotAccepted, OfferAlreadyTaken
from offers.models import Booking, Offer, Proposal
from offers.rules.access import require_active
from offers.rules.transitions import BIDDING, Side
from offers.selectors import last_seen
from offers.services import chat_lines
from offers.services.locking import (
    booked_elsewhere,
    lock,
    locked_booking,
    locked_offer,
    locked_offer_to_change,
    locked_proposals,
    still,
)
from offers.services.moving import keep_chats, lose, move
from offers.services.tellings import tell_offer, tell_proposals, touch_offer


def award(*, actor: Actor, offer_id: int, proposal_id: int) -> Offer:
    """Give the load to the driver of an accepted proposal; the other drivers have lost it in the same transaction.

    Returns the offer, assigned. What the driver has open on other offers is closed right afterwards, each in its own
    transaction, or by the next `expire_due` should this process die in between.

    Raises `NotFound` for an offer that the actor does not see or a proposal that is not of it, `PermissionDenied` where
    the actor may not change the offer, `OfferAlreadyTaken` or `OfferClosed` where it is not active, `NotAccepted` where
    the proposal is not accepted, `DriverBooked` where the driver has another load.
    """
    offer, driver_id = _award(actor=actor, offer_id=offer_id, proposal_id=proposal_id)
    close_elsewhere(driver_id=driver_id)
    return offer


@service
def _award(*, actor: Actor, offer_id: int, proposal_id: int) -> tuple[Offer, int]:
    offer = locked_offer_to_change(actor, offer_id)
    proposals = locked_proposals(offer)
    winner = next((proposal for proposal in proposals if proposal.pk == proposal_id), None)
    if winner is None:
        raise NotFound()
    require_active(offer)
    if winner.status != ProposalStatus.ACCEPTED:
        raise NotAccepted()
    require_free(offer, winner)
    chat.lock_conversations(offer_id=offer.pk)
    others = [proposal for proposal in proposals if proposal is not winner]
    give(offer, winner, others, by=actor, at=clock.now())
    return offer, winner.driver_id


def require_free(offer: Offer, proposal: Proposal) -> None:
    """Lock the driver's booking. Raises `DriverBooked` when another offer holds the driver."""
    if locked_booking(proposal.driver_id).offer_id not in (None, offer.pk):
        raise DriverBooked()


def give(offer: Offer, winner: Proposal, others: Sequence[Proposal], *, by: Actor, at: datetime) -> None:
    """Award an offer to the accepted proposal `winner`; `others` lose it. Records it, and tells both sides.

    The offer, its proposals, the winner's booking and the conversations must be locked. Raises `OfferAlreadyTaken`,
    `NotAccepted` or `DriverBooked` where a row is no longer what was read.
    """
    seen = last_seen(offer)
    bidding = [proposal for proposal in others if proposal.status in BIDDING]
    _hold(offer, winner, at)
    move(offer, [winner], Action.AWARD, side=Side.OFFICE, by=by, at=at, rate=winner.agreed_rate, awarded_at=at)
    lose(offer, bidding, LostReason.COVERED, at=at, last_seen=seen)
    journal.services.record(
        by,
        OfferVerb.AWARD,
        object_type="offer",
        object_id=offer.pk,
        scope=offer.scope,
        before={"status": str(OfferStatus.ACTIVE)},
        after={
            "status": str(offer.status),
            "proposal_id": winner.pk,
            "driver_id": winner.driver_id,
            "rate": winner.agreed_rate,
        },
    )
    chat_lines.say([winner], chat_lines.awarded)
    chat_lines.say(bidding, chat_lines.lost(LostReason.COVERED))
    keep_chats(offer, [winner, *others])
    tell_offer(EventKind.OFFER_STATUS_CHANGED, offer, [winner])
    tell_proposals(offer, [winner, *bidding])
    touch_offer(offer)


def _hold(offer: Offer, winner: Proposal, at: datetime) -> None:
    """Store the award by conditional updates, which change a row only where it still is what was read."""
    offer.status, offer.version = OfferStatus.ASSIGNED, offer.version + 1
    offer.updated_at = offer.covered_at = at
    open_offer = still(Offer.objects.filter(pk=offer.pk), status=OfferStatus.ACTIVE)
    accepted = still(Proposal.objects.filter(pk=winner.pk), status=ProposalStatus.ACCEPTED)
    if not open_offer.update(status=offer.status, version=offer.version, updated_at=at, covered_at=at):
        raise OfferAlreadyTaken()
    if not accepted.update(won_offer=offer):
        raise NotAccepted()
    if not still(Booking.objects.filter(driver_id=winner.driver_id), offer=None).update(offer=offer, since=at):
        raise DriverBooked()


def close_elsewhere(*, driver_id: int | None = None, limit: int = 100) -> int:
    """Close the proposals that booked drivers, or one of them, still have open on other offers. Returns how many."""
    rows = _open_elsewhere(driver_id).order_by("offer_id", "pk")
    pairs = list(rows.values_list("offer_id", "driver_id")[:limit])
    return sum(_close_one(offer_id=offer_id, driver_id=driver) for offer_id, driver in pairs)


def is_anything_open_elsewhere() -> bool:
    """Whether `close_elsewhere` would do something."""
    return _open_elsewhere().exists()


def _open_elsewhere(driver_id: int | None = None) -> QuerySet[Proposal]:
    held = Booking.objects.filter(offer__isnull=False)
    if driver_id is not None:
        held = held.filter(driver_id=driver_id)
    # On the offer that holds them they have been awarded, so nothing of theirs is bidding there.
    return Proposal.objects.filter(status__in=BIDDING, driver_id__in=held.values("driver_id"))


@service
def _close_one(*, offer_id: int, driver_id: int) -> bool:
    offer = locked_offer(offer_id)
    proposals = lock(offer.proposals.filter(driver_id=driver_id, status__in=BIDDING))
    if not proposals or not booked_elsewhere([driver_id], offer):
        return False
    lose(offer, proposals, LostReason.BOOKED_ELSEWHERE, at=clock.now(), last_seen=last_seen(offer))
    chat_lines.say(proposals, chat_lines.lost(LostReason.BOOKED_ELSEWHERE))
    keep_chats(offer, proposals)
    tell_proposals(offer, proposals)
    touch_offer(offer)
    return True
