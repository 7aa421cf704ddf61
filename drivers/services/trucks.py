"""Changing trucks, beside the older system that goes on changing them too: only what is changed is written."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

import journal.services
from accounts.services import end_sessions
from drivers import addresses, rules, selectors
from drivers.enums import TruckVerb
from drivers.models import Driver
from drivers.rules import require_can_change_trucks
from kernel.actors import Actor
from kernel.errors import Invalid, NotFound
from kernel.unit_of_work import service


@service
def create_driver(*, actor: Actor, fields: Mapping[str, Any]) -> Driver:
    """Add a truck, with columns named as in the model.

    Raises `PermissionDenied` unless the actor may change trucks, `Invalid` for columns at fault.
    """
    require_can_change_trucks(actor)
    driver = Driver()
    wanted = _written(driver, fields)
    _refuse_unknown_dispatcher(driver.assigned_dispatcher_id)
    driver.save()
    journal.services.record(actor, TruckVerb.CREATE, object_type="driver", object_id=driver.pk, after=wanted)
    return driver


@service
def update_driver(*, actor: Actor, driver_id: int, changes: Mapping[str, Any]) -> Driver:
    """Change columns of a truck, named as in the model.

    A new phone number or mail address is a new person: the driver's sign-ins and links end. So they do when `is_active`
    becomes false.

    Raises `PermissionDenied` unless the actor may change trucks, `NotFound`, `Invalid` for columns at fault.
    """
    require_can_change_trucks(actor)
    rules.require_columns(changes)
    driver = _locked_driver_for(actor, driver_id)
    former = {name: getattr(driver, name) for name in changes}
    print_before = addresses.fingerprint(driver.cell_phone, driver.email)
    wanted = _written(driver, changes)
    before = {name: value for name, value in former.items() if value != wanted[name]}
    if not before:
        return driver
    if before.keys() & {"assigned_dispatcher_id"}:
        _refuse_unknown_dispatcher(driver.assigned_dispatcher_id)
    driver.save(update_fields=[*before, "updated_at"])
    after = {name: wanted[name] for name in before}
    journal.services.record(actor, _verb(after), object_type="driver", object_id=driver.pk, before=before, after=after)
    if after.get("is_active") is False:
        end_sessions(key=driver.actor.key, because="deactivated", by=actor)
    elif print_before != addresses.fingerprint(driver.cell_phone, driver.email):
        end_sessions(key=driver.actor.key, because="address changed", by=actor)
    return driver


def deactivate_driver(*, actor: Actor, driver_id: int) -> Driver:
    """Take a truck out of use: its driver is signed out everywhere, and gets no more offers.

    Raises what `update_driver` raises.
    """
    return update_driver(actor=actor, driver_id=driver_id, changes={"is_active": False})


def activate_driver(*, actor: Actor, driver_id: int) -> Driver:
    """Take a truck into use again. Raises what `update_driver` raises."""
    return update_driver(actor=actor, driver_id=driver_id, changes={"is_active": True})


def _locked_driver_for(actor: Actor, driver_id: int) -> Driver:
    driver = selectors.drivers_for(actor).select_for_update().filter(pk=driver_id).first()
    if driver is None:
        raise NotFound()
    return driver


def _written(driver: Driver, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write columns onto a row that is not saved yet. Returns them as the table keeps them. Raises `Invalid`."""
    rules.require_columns(values)
    for name, value in values.items():
        setattr(driver, name, value)
    others = {field.name for field in Driver._meta.fields if field.attname not in values or field.is_relation}
    problems: dict[str, list[Any]] = {}
    try:
        driver.clean_fields(exclude=others)
    except ValidationError as error:
        problems |= error.message_dict
    for name in values:
        if name not in problems and (fault := rules.fault_of(driver, name)):
            problems[name] = [fault]
    if problems:
        raise Invalid(fields=problems)
    rules.require_whole_position(driver)
    return {name: getattr(driver, name) for name in values}


def _refuse_unknown_dispatcher(user_id: int | None) -> None:
    if user_id is not None and not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        raise Invalid.field("assigned_dispatcher_id", _("There is no such person in the office."))


def _verb(after: Mapping[str, Any]) -> TruckVerb:
    if "is_active" in after:
        return TruckVerb.ACTIVATE if after["is_active"] else TruckVerb.DEACTIVATE
    return TruckVerb.ASSIGN if set(after) == {"assigned_dispatcher_id"} else TruckVerb.UPDATE
