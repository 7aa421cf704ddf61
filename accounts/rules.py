"""What office people may do to each other's accounts, and the rate limit of changes."""

from django.conf import settings

from accounts.enums import Role
from kernel.actors import SYSTEM, Actor
from kernel.errors import PermissionDenied
from kernel.limits import Bucket


def can_manage_people(actor: Actor) -> bool:
    """Whether they may manage people: admins, and the command line, which makes the first admin (`createsuperuser`)."""
    return actor == SYSTEM or (actor.is_office and actor.role == Role.ADMIN)


def can_end_sign_ins(actor: Actor, role: str) -> bool:
    """Whether `actor` may end the sign-ins of another person of this role.

    Those of an admin only admins may end, those of other office people managers too. For people outside the office
    the services of their own rooms decide.
    """
    if can_manage_people(actor):
        return True
    return role not in Role.values or (role != Role.ADMIN and actor.is_manager)


def require_can_manage_people(actor: Actor) -> None:
    """Raises `PermissionDenied` unless they may manage people."""
    if not can_manage_people(actor):
        raise PermissionDenied()


def change_limit() -> Bucket:
    """How many changes a person may make, at every door; messages have a limit of their own (`chat.rules`)."""
    return Bucket("changes", burst=settings.CHANGES_BURST, per_second=settings.CHANGES_PER_SECOND)
