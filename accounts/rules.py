"""Who may do what to whom among the people of the office."""

from accounts.enums import Role
from offers_project.kernel.actors import SYSTEM, Actor
from offers_project.kernel.errors import PermissionDenied


def can_manage_people(actor: Actor) -> bool:
    """Admins; and the command line, where the first admin comes from (`createsuperuser`)."""
    return actor == SYSTEM or (actor.is_office and actor.role == Role.ADMIN)


def require_can_manage_people(actor: Actor) -> None:
    if not can_manage_people(actor):
        raise PermissionDenied()
