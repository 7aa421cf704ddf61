"""Creates offers: new ones, and drafts copied from others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

import journal.services
from kernel import clock
from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.unit_of_work import service
from offers.enums import EventKind, OfferStatus, OfferVerb
from offers.models import Offer
from offers.rules.access import require_makes_offers
from offers.selectors import offer_for
from offers.services.fields import WRITABLE, write_fields
from offers.services.tellings import tell_offer, touch_offer

NOT_COPIED = frozenset({"expires_at", "invited_driver_ids"})


@service
def create_offer(*, actor: Actor, fields: Mapping[str, Any]) -> Offer:
    """Make an offer that the actor owns, active unless `status` says `draft`.

    `fields` holds what may be written of an offer (`offers.services.fields.WRITABLE`); `pickup_location`,
    `delivery_location` and `proposed_rate` are needed.

    Raises `PermissionDenied` for an actor who makes no offers, `Invalid` that names every field at fault.
    """
    require_makes_offers(actor)
    now = clock.now()
    values = dict(fields)
    status = values.pop("status", OfferStatus.ACTIVE)
    if status not in (OfferStatus.DRAFT, OfferStatus.ACTIVE):
        raise Invalid.field("status", OfferStatus.DRAFT, OfferStatus.ACTIVE)
    offer = _owned_by(actor, now, status=status)
    write_fields(offer, values, now=now)
    return _begin(offer, actor, verb=OfferVerb.CREATE)


@service
def copy_offer(*, actor: Actor, offer_id: int) -> Offer:
    """Make a draft of the actor's own with the same load. It has no invited drivers and no end.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` for one who makes no offers.
    """
    original = offer_for(actor, offer_id)
    require_makes_offers(actor)
    copy = _owned_by(actor, clock.now(), status=OfferStatus.DRAFT)
    for name in (*(WRITABLE - NOT_COPIED), "distance_source"):
        setattr(copy, name, getattr(original, name))
    return _begin(copy, actor, verb=OfferVerb.COPY, copied_from=original.pk)


def _owned_by(actor: Actor, now: datetime, *, status: str) -> Offer:
    return Offer(
        created_by_id=actor.key.id,
        owner_id=actor.key.id,
        status=status,
        currency=settings.CURRENCY,
        created_at=now,
        updated_at=now,
    )


def _begin(offer: Offer, actor: Actor, *, verb: OfferVerb, **more: Any) -> Offer:
    offer.save(force_insert=True)
    after = {"status": str(offer.status), "route": offer.route, "rate": offer.proposed_rate, **more}
    journal.services.record(actor, verb, object_type="offer", object_id=offer.pk, scope=offer.scope, after=after)
    tell_offer(EventKind.OFFER_CREATED, offer)
    touch_offer(offer)
    return offer
