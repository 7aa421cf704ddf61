"""Rows of `users`. The older system writes them too, so only what changes is written, never a whole row."""

from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

import journal.services
from accounts import facts, office_kind
from accounts.enums import PersonVerb, Role
from accounts.errors import WrongPassword
from accounts.models import AuthSession, User
from accounts.rules import require_can_manage_people
from accounts.services.checking import person_by_password
from accounts.sign_in.sessions import end_sessions
from kernel.actors import DISPATCHER, SYSTEM, Actor
from kernel.errors import Conflict, Invalid, NotFound
from kernel.facts import publish
from kernel.shapes import INVISIBLE, is_visible
from kernel.unit_of_work import service

DETAILS = ("username", "email", "full_name", "mobile_number")


@service
def create_user(
    *,
    actor: Actor,
    username: str,
    email: str,
    password: str,
    role: str = Role.DISPATCHER,
    full_name: str | None = None,
    mobile_number: str | None = None,
) -> User:
    """Add a person to the office. Returns the new row.

    Raises `PermissionDenied` unless the actor manages people, `Invalid` for a weak password and for fields at fault,
    such as a `username` that is taken.
    """
    require_can_manage_people(actor)
    _require_visible(username)
    user = User(username=username, email=email, role=role, full_name=full_name, mobile_number=mobile_number)
    _require_good_password(password, user)
    user.password = make_password(password)
    _require_good_row(user)
    user.save(force_insert=True)
    _record(actor, PersonVerb.CREATE, user, after=_details(user) | {"role": user.role})
    return user


@service
def update_user(*, actor: Actor, user_id: int, changes: dict[str, Any]) -> User:
    """Change names and addresses of a person. `changes` holds some of `DETAILS`.

    Raises `PermissionDenied` unless the actor manages people, `NotFound`, `Invalid` for fields at fault.
    """
    require_can_manage_people(actor)
    user = _locked(user_id)
    before = _details(user)
    changed = [name for name in DETAILS if name in changes and changes[name] != before[name]]
    for name in changed:
        setattr(user, name, changes[name])
    if "username" in changed:
        _require_visible(user.username)
    if changed:
        _require_good_row(user)
        user.save(update_fields=changed)
        after = _details(user)
        _record(
            actor, PersonVerb.UPDATE, user, before={n: before[n] for n in changed}, after={n: after[n] for n in changed}
        )
    return user


@service
def change_role(*, actor: Actor, user_id: int, role: str) -> User:
    """Give another person another role. What they may do changes with their next request.

    Raises `PermissionDenied` unless the actor manages people, `NotFound`, `Invalid` for an unknown role, `Conflict` for
    oneself.
    """
    require_can_manage_people(actor)
    if role not in Role.values:
        raise Invalid.field("role", _("There is no such role."))
    user = _locked(user_id)
    if user.role == role:
        return user
    _require_other_person(actor, user)
    before, user.role = user.role, role
    user.save(update_fields=["role"])
    _record(actor, PersonVerb.CHANGE_ROLE, user, before={"role": before}, after={"role": role})
    publish(facts.RoleChanged(user.actor.key, before=before, after=role))
    return user


@service
def deactivate_user(*, actor: Actor, user_id: int) -> User:
    """Let another person sign in no more, and sign them out everywhere at once.

    Raises `PermissionDenied` unless the actor manages people, `NotFound`, `Conflict` for oneself.
    """
    require_can_manage_people(actor)
    user = _locked(user_id)
    if not user.is_active:
        return user
    _require_other_person(actor, user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _record(actor, PersonVerb.DEACTIVATE, user, before={"is_active": True}, after={"is_active": False})
    end_sessions(key=user.actor.key, because="deactivated", by=actor)
    return user


@service
def activate_user(*, actor: Actor, user_id: int) -> User:
    """Let a person sign in again. Raises `PermissionDenied` unless the actor manages people, `NotFound`."""
    require_can_manage_people(actor)
    user = _locked(user_id)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(actor, PersonVerb.ACTIVATE, user, before={"is_active": False}, after={"is_active": True})
    return user


@service
def set_password(*, actor: Actor, user_id: int, password: str) -> User:
    """Give a person a new password, and sign them out everywhere.

    Raises `PermissionDenied` unless the actor manages people, `NotFound`, `Invalid` for a weak password.
    """
    require_can_manage_people(actor)
    user = _locked(user_id)
    _require_good_password(password, user)
    _store_password(user, password)
    _record(actor, PersonVerb.SET_PASSWORD, user)
    end_sessions(key=user.actor.key, because="password set", by=actor)
    return user


def change_password(*, actor: Actor, old: str, new: str, address: str, keep: UUID | None = None) -> User:
    """Change one's own password. All sign-ins end except the session `keep`.

    Raises `Invalid` for a wrong `old` or a weak `new` password. A wrong one counts for the limits of signing in at this
    network `address`: `RateLimited`, `Busy`. Raises `NotFound` for an actor who is not of the office.
    """
    user = User.objects.filter(pk=actor.key.id).first() if actor.is_office else None
    if user is None:
        raise NotFound()
    try:
        shown = person_by_password(username=user.username, password=old, address=address, way="change")
    except WrongPassword as wrong:
        raise _not_yours() from wrong
    return _change_password(actor, shown, new, keep)


@service
def _change_password(actor: Actor, shown: User, new: str, keep: UUID | None) -> User:
    user = _locked(actor.key.id)
    if user.password != shown.password:
        raise _not_yours()  # It was changed since it was looked at.
    _require_good_password(new, user, field="new_password")
    _store_password(user, new)
    if keep is not None:
        _of(user).filter(pk=keep, ended_at=None).update(fingerprint=office_kind.fingerprint(user.password))
    _record(actor, PersonVerb.CHANGE_PASSWORD, user)
    end_sessions(key=actor.key, because="password changed", keep=keep)
    return user


@service
def rehash_password(*, user_id: int, password: str) -> None:
    """Re-hash a password that was just verified at the current cost. Sign-ins stay valid."""
    user = _locked(user_id)
    if not check_password(password, user.password):
        return  # It was changed in between.
    before = office_kind.fingerprint(user.password)
    _store_password(user, password)
    _of(user).filter(ended_at=None, fingerprint=before).update(fingerprint=office_kind.fingerprint(user.password))
    _record(SYSTEM, PersonVerb.REHASH_PASSWORD, user)


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return user


def _of(user: User) -> Any:
    return AuthSession.objects.filter(actor_type=DISPATCHER, actor_id=user.pk)


def _store_password(user: User, password: str) -> None:
    user.password = make_password(password)
    user.save(update_fields=["password"])


def _details(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in DETAILS}


def _record(actor: Actor, verb: PersonVerb, user: User, **states: Any) -> None:
    journal.services.record(actor, verb, object_type=DISPATCHER, object_id=user.pk, **states)


def _require_other_person(actor: Actor, user: User) -> None:
    if actor.key == user.actor.key:
        raise Conflict(_("Somebody else has to do this to you."))


def _not_yours() -> Invalid:
    return Invalid.field("old_password", _("This is not your password."))


def _require_visible(username: str) -> None:
    if not is_visible(username):
        raise Invalid.field("username", INVISIBLE)


def _require_good_password(password: str, user: User, field: str = "password") -> None:
    if "\0" in password:
        raise Invalid.field(field, _("This has characters that cannot be kept."))
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Invalid.field(field, *weak.messages) from weak


def _require_good_row(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as bad:
        raise Invalid(fields=bad.message_dict) from bad
