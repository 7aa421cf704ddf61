"""Ends an award: the driver falls off the load, or is free again once it is completed or cancelled."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

import journal.services
from chat import services as chat
from kernel import clock
from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.unit_of_work import service
from offers.enums import Action, EventKind, FallOffReason, OfferStatus, OfferVerb
from offers.errors import NotInThisState
from offers.models import Booking, Offer, Proposal
from offers.rules.access import is_asked, require_can_change, side_of
from offers.rules.transitions import Side
from offers.selectors import last_seen
from offers.services import chat_lines
from offers.services.locking import locked_booking, locked_offer_for, locked_proposals
from offers.services.moving import keep_chats, move
from offers.services.tellings import tell_offer, tell_proposals, touch_offer
from presence.log.telling import tell


@service
def fall_off(*, actor: Actor, offer_id: int, reason: str, note: str = "") -> Offer:
    """The awarded driver gives the load back, or the office takes it from them: the offer is active again.

    The driver is free for other loads; drivers who had lost the offer stay out until it is sent to them again. An end
    that has passed is removed, or the offer would be over at once.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` for an office person who may not
    change it, `Invalid` for an unknown reason, `NotInThisState` where the load is not awarded, or not to this driver.
    """
    offer = locked_offer_for(actor, offer_id)
    if not is_asked(actor):
        require_can_change(actor, offer)
    if reason not in FallOffReason.values:
        raise Invalid.field("reason", _("There is no such reason."))
    proposals = locked_proposals(offer)
    winner = next((proposal for proposal in proposals if proposal.is_awarded), None)
    if offer.status != OfferStatus.ASSIGNED or winner is None:
        raise NotInThisState()
    if is_asked(actor) and winner.driver_id != actor.id:
        raise NotInThisState()
    now = clock.now()
    free(offer, winner)
    chat.lock_conversations(offer_id=offer.pk)
    offer.status, offer.version, offer.updated_at, offer.covered_at = OfferStatus.ACTIVE, offer.version + 1, now, None
    if offer.expires_at and offer.expires_at <= now:
        offer.expires_at = None
    # The last that the driver sees of the offer is that it is active again, without what came with the award.
    fall_off_from(offer, winner, reason, side=side_of(actor), by=actor, at=now, seen=last_seen(offer), note=note)
    offer.save(update_fields=["status", "version", "updated_at", "covered_at", "expires_at"])
    journal.services.record(
        actor,
        OfferVerb.FALL_OFF,
        object_type="offer",
        object_id=offer.pk,
        scope=offer.scope,
        before={"status": str(OfferStatus.ASSIGNED)},
        after={"status": str(offer.status), "driver_id": winner.driver_id, "reason": str(reason)},
    )
    chat_lines.say([winner], chat_lines.fell_off(actor, reason, note))
    keep_chats(offer, proposals)
    tell_offer(EventKind.OFFER_STATUS_CHANGED, offer, proposals)
    tell_proposals(offer, [winner])
    touch_offer(offer)
    return offer


def fall_off_from(
    offer: Offer,
    winner: Proposal,
    reason: str,
    *,
    side: Side,
    by: Actor,
    at: datetime,
    seen: dict[str, Any],
    note: str = "",
) -> None:
    """End the award, when the offer has its new version already.

    What the driver goes on seeing is as coarse as before the award; they are told, so that what they had is replaced.
    """
    move(
        offer,
        [winner],
        Action.FALL_OFF,
        side=side,
        by=by,
        at=at,
        rate=winner.agreed_rate,
        note=note,
        won_offer=None,
        reason=reason,
        last_seen_offer=seen | {"version": offer.version},
    )
    tell(EventKind.OFFER_UPDATED, object_id=offer.pk, detail=offer.version, to=[winner.driver_key])


def free(offer: Offer, winner: Proposal) -> None:
    """Let the driver have other loads again."""
    locked_booking(winner.driver_id)
    Booking.objects.filter(driver_id=winner.driver_id, offer_id=offer.pk).update(offer=None, since=None)
