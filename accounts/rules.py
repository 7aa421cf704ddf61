"""What people of the office may do to each other's accounts, and how much a person may do at once."""

from django.conf import settings

from accounts.enums import Role
from kernel.actors import SYSTEM, Actor
from kernel.errors import PermissionDenied
from kernel.limits import Bucket


def can_manage_people(actor: Actor) -> bool:
    """Admins; and the command line, where the first admin comes from (`createsuperuser`)."""
    return actor == SYSTEM or (actor.is_office and actor.role == Role.ADMIN)


def can_end_sign_ins(actor: Actor, role: str) -> bool:
    """Whether one may end the sign-ins of another person of this role: an admin's only admins, other office people's
    managers too. Of people who are not of the office their own rooms' services say who may.
    """
    if can_manage_people(actor):
        return True
    return role not in Role.values or (role != Role.ADMIN and actor.is_manager)


def require_can_manage_people(actor: Actor) -> None:
    if not can_manage_people(actor):
        raise PermissionDenied()


def change_limit() -> Bucket:
    """How much a person may change, by whatever door; messages have a limit of their own (`chat.rules`)."""
    return Bucket("changes", burst=settings.CHANGES_BURST, per_second=settings.CHANGES_PER_SECOND)
