"""Changing trucks, beside the older system that goes on changing them too: only what is changed is written."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

import journal.services
from accounts.services import end_sessions
from drivers import addresses, selectors
from drivers.enums import TruckVerb
from drivers.facts import DriverDeactivated
from drivers.models import Driver
from drivers.rules import require_can_change_trucks
from drivers.shapes import TruckShape
from offers_project.kernel.actors import Actor
from offers_project.kernel.errors import Invalid, NotFound
from offers_project.kernel.facts import publish
from offers_project.kernel.shapes import read_shape
from offers_project.kernel.unit_of_work import service


@service
def create_driver(*, actor: Actor, fields: Mapping[str, Any]) -> Driver:
    """A new truck, with columns named as in the model. Managers only."""
    require_can_change_trucks(actor)
    wanted = read_shape(TruckShape, dict(fields), partial=True)
    driver = Driver(**wanted)
    _refuse_half_a_position(driver, wanted)
    _refuse_unknown_dispatcher(driver.assigned_dispatcher_id)
    driver.save()
    journal.services.record(actor, TruckVerb.CREATE, object_type="driver", object_id=driver.pk, after=wanted)
    return driver


@service
def update_driver(*, actor: Actor, driver_id: int, changes: Mapping[str, Any]) -> Driver:
    """Change columns of a truck, named as in the model. Managers only.

    A new phone number or mail address is a new person: the driver's sign-ins and links end. So they do when `is_active`
    becomes false.
    """
    require_can_change_trucks(actor)
    wanted = read_shape(TruckShape, dict(changes), partial=True)
    driver = _locked_driver_for(actor, driver_id)
    _refuse_half_a_position(driver, wanted)
    before = {name: getattr(driver, name) for name, value in wanted.items() if getattr(driver, name) != value}
    if not before:
        return driver
    if before.keys() & {"assigned_dispatcher_id"}:
        _refuse_unknown_dispatcher(wanted["assigned_dispatcher_id"])
    print_before = addresses.fingerprint(driver.cell_phone, driver.email)
    for name in before:
        setattr(driver, name, wanted[name])
    driver.save(update_fields=[*before, "updated_at"])
    after = {name: wanted[name] for name in before}
    journal.services.record(actor, _verb(after), object_type="driver", object_id=driver.pk, before=before, after=after)
    if after.get("is_active") is False:
        end_sessions(key=driver.actor.key, because="deactivated", by=actor)
        publish(DriverDeactivated(driver.pk))
    elif print_before != addresses.fingerprint(driver.cell_phone, driver.email):
        end_sessions(key=driver.actor.key, because="address changed", by=actor)
    return driver


def deactivate_driver(*, actor: Actor, driver_id: int) -> Driver:
    """Take a truck out of use: its driver is signed out everywhere, and gets no more offers."""
    return update_driver(actor=actor, driver_id=driver_id, changes={"is_active": False})


def activate_driver(*, actor: Actor, driver_id: int) -> Driver:
    return update_driver(actor=actor, driver_id=driver_id, changes={"is_active": True})


def assign_dispatcher(*, actor: Actor, driver_id: int, dispatcher_id: int | None) -> Driver:
    """Say whose truck it is; None for nobody's."""
    return update_driver(actor=actor, driver_id=driver_id, changes={"assigned_dispatcher_id": dispatcher_id})


def _locked_driver_for(actor: Actor, driver_id: int) -> Driver:
    driver = selectors.drivers_for(actor).select_for_update().filter(pk=driver_id).first()
    if driver is None:
        raise NotFound()
    return driver


def _refuse_half_a_position(driver: Driver, wanted: Mapping[str, Any]) -> None:
    latitude = wanted.get("latitude", driver.latitude)
    longitude = wanted.get("longitude", driver.longitude)
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise Invalid.field(missing, _("A position needs both latitude and longitude."))


def _refuse_unknown_dispatcher(user_id: int | None) -> None:
    if user_id is not None and not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        raise Invalid.field("assigned_dispatcher_id", _("There is no such person in the office."))


def _verb(after: Mapping[str, Any]) -> TruckVerb:
    if "is_active" in after:
        return TruckVerb.ACTIVATE if after["is_active"] else TruckVerb.DEACTIVATE
    return TruckVerb.ASSIGN if set(after) == {"assigned_dispatcher_id"} else TruckVerb.UPDATE
