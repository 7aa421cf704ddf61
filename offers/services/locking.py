"""The only way to lock rows of the market, in the order of everywhere: offer, proposals by id, bookings by driver.

After those, code that writes in more than one conversation locks all conversations of the offer at once
(`chat.services.lock_conversations`): batches of messages lock conversations by id, too.
Code that locks a proposal holds its offer's lock first, so that everything about one offer happens in sequence.
"""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Model, QuerySet

from kernel.actors import Actor
from kernel.errors import NotFound
from offers.models import Booking, Offer, Proposal
from offers.rules import access

Row = TypeVar("Row", bound=Model)


def lock(rows: QuerySet[Row]) -> list[Row]:
    """The rows, locked, by their id."""
    return list(rows.select_for_update().order_by("pk"))


def still(rows: QuerySet[Row], **as_read: object) -> QuerySet[Row]:
    """Those of the rows that still are what was read. What may happen only once is written by an update of these."""
    return rows.filter(**as_read)


def locked_offer(offer_id: int) -> Offer:
    """The offer, locked. Raises `NotFound`."""
    offers = lock(Offer.objects.filter(pk=offer_id))
    if not offers:
        raise NotFound()
    return offers[0]


def locked_offer_for(actor: Actor, offer_id: int) -> Offer:
    """The offer, locked. Raises `NotFound` where the actor does not see it: a driver one that was not sent to them."""
    offer = locked_offer(offer_id)
    put_to_them = access.is_asked(actor) and offer.proposals.filter(driver_id=actor.key.id).exists()
    if not (put_to_them or access.can_see(actor, offer)):
        raise NotFound()
    return offer


def locked_offer_to_change(actor: Actor, offer_id: int) -> Offer:
    """The offer, locked. Raises `NotFound` where the actor does not see it, `PermissionDenied` where that is all."""
    offer = locked_offer_for(actor, offer_id)
    access.require_can_change(actor, offer)
    return offer


def locked_proposals(offer: Offer) -> list[Proposal]:
    """All proposals of an offer whose lock is held."""
    return lock(offer.proposals.all())


def locked_proposal(offer: Offer, proposal_id: int) -> Proposal:
    """One proposal of an offer whose lock is held. Raises `NotFound`."""
    proposals = lock(offer.proposals.filter(pk=proposal_id))
    if not proposals:
        raise NotFound()
    return proposals[0]


def locked_booking(driver_id: int) -> Booking:
    """The driver's booking, locked: which offer holds them. The row is made when it is first needed."""
    row = Booking.objects.filter(pk=driver_id)
    bookings = lock(row)
    if not bookings:
        Booking.objects.bulk_create([Booking(driver_id=driver_id)], ignore_conflicts=True)
        bookings = lock(row)
    return bookings[0]


def booked_elsewhere(driver_ids: Collection[int], offer: Offer) -> set[int]:
    """Those of the drivers that another offer holds. Not locked: an award looks again under the lock."""
    held = Booking.objects.filter(driver_id__in=driver_ids, offer__isnull=False).exclude(offer_id=offer.pk)
    return set(held.values_list("driver_id", flat=True))
