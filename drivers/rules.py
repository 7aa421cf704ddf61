"""The rules of trucks: who may see and change them, what may be written, which status means available.

A new kind of actor begins here: it may do what is said, and no more.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from drivers.models import Driver
from kernel.actors import DISPATCHER, DRIVER, SYSTEM, Actor
from kernel.errors import Invalid, PermissionDenied
from kernel.text import is_storable

COLUMNS = (
    "truck_number",
    "status",
    "driver_name",
    "cell_phone",
    "city_state_zip",
    "dimensions",
    "rate",
    "email",
    "latitude",
    "longitude",
    "assigned_dispatcher_id",
    "is_active",
)
"""What may be written of a truck. The older system's other columns are its own."""
BOUNDS = {"latitude": 90, "longitude": 180}
"""In degrees, either way."""


def sees_all_trucks(actor: Actor) -> bool:
    """Whether they see the whole fleet, active or not, with phones and rates, and search it."""
    return actor.type == DISPATCHER or actor == SYSTEM


def drives(actor: Actor) -> bool:
    """Whether they are one of the drivers: they see their own truck, and sign in and work on a phone."""
    return actor.type == DRIVER


def can_change_trucks(actor: Actor) -> bool:
    """Whether they may add, change and deactivate trucks: managers, admins, the system."""
    return actor.is_manager or actor == SYSTEM


def can_send_links(actor: Actor) -> bool:
    """Whether they may have a link sent to the driver's own phone: all of the office."""
    return sees_all_trucks(actor)


def can_see_links(actor: Actor) -> bool:
    """Whether they may see a driver's link, and so sign in as the driver."""
    return actor.is_manager or actor == SYSTEM


def can_look_up_places(actor: Actor) -> bool:
    """Whether they may look up places: the office says where loads go, drivers where they are."""
    return sees_all_trucks(actor) or drives(actor)


def require_sees_all_trucks(actor: Actor) -> None:
    """Raises `PermissionDenied` unless `sees_all_trucks`."""
    if not sees_all_trucks(actor):
        raise PermissionDenied()


def require_can_change_trucks(actor: Actor) -> None:
    """Raises `PermissionDenied` unless `can_change_trucks`."""
    if not can_change_trucks(actor):
        raise PermissionDenied()


def require_can_send_links(actor: Actor) -> None:
    """Raises `PermissionDenied` unless `can_send_links`."""
    if not can_send_links(actor):
        raise PermissionDenied()


def require_can_see_links(actor: Actor) -> None:
    """Raises `PermissionDenied` unless `can_see_links`."""
    if not can_see_links(actor):
        raise PermissionDenied()


def require_can_look_up_places(actor: Actor) -> None:
    """Raises `PermissionDenied` unless `can_look_up_places`."""
    if not can_look_up_places(actor):
        raise PermissionDenied()


def is_available(truck: Driver) -> bool:
    """Whether its status says that it may be asked; whether it is in use (`is_active`) is another question."""
    return _status_is(truck, [Driver.AVAILABLE])


def is_in_transit(truck: Driver) -> bool:
    """Whether its status is one of `IN_TRANSIT_STATUSES`."""
    return _status_is(truck, settings.IN_TRANSIT_STATUSES)


def require_columns(names: Iterable[str]) -> None:
    """Raises `Invalid` for columns of a truck that are not written here."""
    if unknown := [name for name in names if name not in COLUMNS]:
        raise Invalid(fields={name: [_("There is no such field.")] for name in unknown})


def fault_of(truck: Driver, name: str) -> Any:
    """What is wrong with a column as it is to be written, beyond what the model says; None for nothing."""
    value = getattr(truck, name)
    if isinstance(value, str) and not is_storable(value):
        return _("This has characters that cannot be kept.")
    if (bound := BOUNDS.get(name)) and value is not None and abs(value) > bound:
        return _("This must be between {least} and {most}.").format(least=-bound, most=bound)
    return None


def require_whole_position(truck: Driver) -> None:
    """Raises `Invalid` for a latitude without a longitude, or the other way round."""
    if (truck.latitude is None) != (truck.longitude is None):
        missing = "latitude" if truck.latitude is None else "longitude"
        raise Invalid.field(missing, _("A position needs both latitude and longitude."))


def _status_is(truck: Driver, words: Collection[str]) -> bool:
    """People write `available` as well; the older system's own comparisons make no difference."""
    return (truck.status or "").strip().lower() in {word.lower() for word in words}
