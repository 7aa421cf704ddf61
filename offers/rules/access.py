"""Who may see, change and award an offer. A person who may not see it does not learn that it is there (404).

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
    """Whether offers are sent to them, as to drivers: they see what a driver may, and answer for themselves."""
    return SIDES.get(actor.type) is Side.DRIVER


def makes_offers(actor: Actor) -> bool:
    """Whether they are of the office: they make offers, own and follow them, and work at the desk."""
    return SIDES.get(actor.type) is Side.OFFICE


def sees_whole_offers(actor: Actor) -> bool:
    """Whether they are shown, and search in, all that stands in an offer that they see: customer, ceiling, bidders."""
    return SIDES.get(actor.type) is Side.OFFICE


def sees_everything(actor: Actor) -> bool:
    """Whether they see every offer: managers and admins, and the whole office where `DISPATCHERS_SEE` is `all`."""
    return actor.is_manager or (makes_offers(actor) and settings.DISPATCHERS_SEE == "all")


def works_on(actor: Actor, offer: Offer) -> bool:
    """Whether they are the owner or a follower: these are told every change."""
    return makes_offers(actor) and (actor.id == offer.owner_id or actor.id in offer.follower_ids)


def can_see(actor: Actor, offer: Offer) -> bool:
    """Whether an office person may see the offer. A driver sees those that have a proposal of theirs."""
    return sees_everything(actor) or works_on(actor, offer)


def can_change(actor: Actor, offer: Offer) -> bool:
    """Whether they may change, send, withdraw and award the offer: managers, admins, its owner, its followers."""
    return actor.is_manager or works_on(actor, offer)


def require_makes_offers(actor: Actor) -> None:
    """Raises `PermissionDenied` for an actor who is not of the office."""
    if not makes_offers(actor):
        raise PermissionDenied()


def require_is_asked(actor: Actor) -> None:
    """Raises `PermissionDenied` for an actor who is no driver."""
    if not is_asked(actor):
        raise PermissionDenied()


def require_can_change(actor: Actor, offer: Offer) -> None:
    """Raises `PermissionDenied` for an actor who may not change, send, withdraw or award the offer."""
    if not can_change(actor, offer):
        raise PermissionDenied()


def require_active(offer: Offer, *, or_draft: bool = False) -> None:
    """Raises `OfferAlreadyTaken` for an assigned offer, `OfferClosed` for any other that is not active.

    A draft passes `or_draft`.
    """
    if offer.status == OfferStatus.ACTIVE or (or_draft and offer.status == OfferStatus.DRAFT):
        return
    raise OfferAlreadyTaken() if offer.status == OfferStatus.ASSIGNED else OfferClosed()
