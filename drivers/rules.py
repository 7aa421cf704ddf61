"""Who may do what with trucks and their drivers."""

from offers_project.kernel.actors import SYSTEM, Actor
from offers_project.kernel.errors import PermissionDenied


def can_change_trucks(actor: Actor) -> bool:
    return actor.is_manager or actor == SYSTEM


def can_send_links(actor: Actor) -> bool:
    """A link that goes to the driver's own phone: anybody of the office may send it."""
    return actor.is_office or actor == SYSTEM


def can_see_links(actor: Actor) -> bool:
    """Whoever sees a link can sign in as the driver."""
    return actor.is_manager or actor == SYSTEM


def can_look_up_places(actor: Actor) -> bool:
    """The office says where loads go, drivers where they are."""
    return actor.is_office or actor.is_driver


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
