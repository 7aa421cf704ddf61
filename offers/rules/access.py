"""Who may see and change an offer. Whoever may not see it does not learn that it is there (404)."""

from django.conf import settings

from offers.enums import OfferStatus
from offers.errors import OfferAlreadyTaken, OfferClosed
from offers.models import Offer
from offers.rules.transitions import Side
from offers_project.kernel.actors import DISPATCHER, DRIVER, SYSTEM, Actor
from offers_project.kernel.errors import PermissionDenied

SIDES = {DISPATCHER: Side.OFFICE, DRIVER: Side.DRIVER}
"""The kinds of actor that take part in the market. Any other is refused, and sees nothing."""


def side_of(actor: Actor) -> Side:
    """The side that an actor is on. Raises `PermissionDenied` for a kind that has no part in the market."""
    if actor == SYSTEM:
        return Side.SYSTEM
    if (side := SIDES.get(actor.type)) is None:
        raise PermissionDenied()
    return side


def sees_everything(actor: Actor) -> bool:
    """Managers and admins; the whole office where `DISPATCHERS_SEE` says so."""
    return actor.is_manager or (actor.is_office and settings.DISPATCHERS_SEE == "all")


def works_on(actor: Actor, offer: Offer) -> bool:
    """True for the owner and the followers: they are told of everything."""
    return actor.is_office and (actor.id == offer.owner_id or actor.id in offer.follower_ids)


def can_see(actor: Actor, offer: Offer) -> bool:
    """For the office; a driver sees what has been put to them, which the proposal says."""
    return sees_everything(actor) or works_on(actor, offer)


def can_change(actor: Actor, offer: Offer) -> bool:
    return actor.is_manager or works_on(actor, offer)


def require_office(actor: Actor) -> None:
    if not actor.is_office:
        raise PermissionDenied()


def require_can_change(actor: Actor, offer: Offer) -> None:
    if not can_change(actor, offer):
        raise PermissionDenied()


def require_active(offer: Offer, *, or_draft: bool = False) -> None:
    """Refuse where nothing can be agreed any more, or not yet."""
    if offer.status == OfferStatus.ACTIVE or (or_draft and offer.status == OfferStatus.DRAFT):
        return
    raise OfferAlreadyTaken() if offer.status == OfferStatus.ASSIGNED else OfferClosed()
