"""Who may do what with trucks and their drivers. A new kind of actor begins here: it may do what is said, no more."""

from offers_project.kernel.actors import DISPATCHER, DRIVER, SYSTEM, Actor
from offers_project.kernel.errors import PermissionDenied


def sees_all_trucks(actor: Actor) -> bool:
    """The whole fleet, active or not, with phones and rates, and who is near a place."""
    return actor.type == DISPATCHER or actor == SYSTEM


def drives(actor: Actor) -> bool:
    """Whether they are one of the drivers: they see their own truck, and sign in and work on a phone."""
    return actor.type == DRIVER


def can_change_trucks(actor: Actor) -> bool:
    return actor.is_manager or actor == SYSTEM


def can_send_links(actor: Actor) -> bool:
    """A link that goes to the driver's own phone: anybody of the office may send it."""
    return sees_all_trucks(actor)


def can_see_links(actor: Actor) -> bool:
    """Whoever sees a link can sign in as the driver."""
    return actor.is_manager or actor == SYSTEM


def can_look_up_places(actor: Actor) -> bool:
    """The office says where loads go, drivers where they are."""
    return sees_all_trucks(actor) or drives(actor)


def require_sees_all_trucks(actor: Actor) -> None:
    if not sees_all_trucks(actor):
        raise PermissionDenied()


def require_can_change_trucks(actor: Actor) -> None:
    if not can_change_trucks(actor):
        raise PermissionDenied()


def require_can_send_links(actor: Actor) -> None:
    if not can_send_links(actor):
        raise PermissionDenied()


def require_can_see_links(actor: Actor) -> None:
    if not can_see_links(actor):
        raise PermissionDenied()


def require_can_look_up_places(actor: Actor) -> None:
    if not can_look_up_places(actor):
        raise PermissionDenied()
