"""Who may see and change an offer. A person who may not see it does not learn that it is there (404).

A new kind of actor begins here: what it may do in the market is what these questions answer for it.
"""

from django.conf import settings

from kernel.actors import DISPATCHER, DRIVER, SYSTEM, Actor
from kernel.errors import PermissionDenied
from offers.enums import OfferStatus
from offers.errors import OfferAlreadyTaken, OfferClosed
from offers.models import Offer
from offers.rules.transitions import Side

SIDES = {DISPATCHER: Side.OFFICE, DRIVER: Side.DRIVER}
"""The kinds of actor that negotiate, and the side of each. Any other is refused, and sees nothing."""


def side_of(actor: Actor) -> Side:
    """The side that an actor is on. Raises `PermissionDenied` for a kind that has no part in the market."""
    if actor == SYSTEM:
        return Side.SYSTEM
    if (side := SIDES.get(actor.type)) is None:
        raise PermissionDenied()
    return side


def kinds_on(side: Side) -> list[str]:
    """The kinds of actor that negotiate for a side."""
    return [kind for kind, its_side in SIDES.items() if its_side is side]


def is_asked(actor: Actor) -> bool:
    """Whether offers are put to them: of those they see what a driver may, and answer for themselves alone."""
    return SIDES.get(actor.type) is Side.DRIVER


def makes_offers(actor: Actor) -> bool:
    """Whether they make offers, own and follow them, and work at the desk."""
    return SIDES.get(actor.type) is Side.OFFICE


def sees_whole_offers(actor: Actor) -> bool:
    """Whether they are shown, and search in, all that stands in an offer that they see: customer, ceiling, bidders."""
    return SIDES.get(actor.type) is Side.OFFICE


def sees_everything(actor: Actor) -> bool:
    """Managers and admins; the whole office where `DISPATCHERS_SEE` says so."""
    return actor.is_manager or (makes_offers(actor) and settings.DISPATCHERS_SEE == "all")


def works_on(actor: Actor, offer: Offer) -> bool:
    """True for the owner and the followers: they are told of everything."""
    return makes_offers(actor) and (actor.id == offer.owner_id or actor.id in offer.follower_ids)


def can_see(actor: Actor, offer: Offer) -> bool:
    """For those who work on offers; who is asked sees what has been put to them, which the proposal says."""
    return sees_everything(actor) or works_on(actor, offer)


def can_change(actor: Actor, offer: Offer) -> bool:
    return actor.is_manager or works_on(actor, offer)


def require_makes_offers(actor: Actor) -> None:
    if not makes_offers(actor):
        raise PermissionDenied()


def require_is_asked(actor: Actor) -> None:
    if not is_asked(actor):
        raise PermissionDenied()


def require_can_change(actor: Actor, offer: Offer) -> None:
    if not can_change(actor, offer):
        raise PermissionDenied()


def require_active(offer: Offer, *, or_draft: bool = False) -> None:
    """Refuse where nothing can be agreed any more, or not yet."""
    if offer.status == OfferStatus.ACTIVE or (or_draft and offer.status == OfferStatus.DRAFT):
        return
    raise OfferAlreadyTaken() if offer.status == OfferStatus.ASSIGNED else OfferClosed()
