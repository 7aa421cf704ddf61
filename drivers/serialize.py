"""Trucks and places as clients get them, in the shapes of `drivers.shapes`."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model

from drivers.models import Driver
from drivers.shapes import DriverOut, PlaceOut
from kernel.clock import iso
from kernel.presenting import presenter
from presence.here.online import online

place_dict = presenter(PlaceOut)
_driver = presenter(DriverOut, beside=("assigned_dispatcher", "online", "last_seen", "distance_miles"))


def driver_dicts(drivers: Iterable[Driver], *, distances: Mapping[int, float] | None = None) -> list[dict[str, Any]]:
    """Drivers as clients see them, `distance_miles` added where `distances` are given. Fixed in its queries."""
    drivers = list(drivers)
    here = online({driver.key for driver in drivers})
    dispatchers = _dispatchers({driver.assigned_dispatcher_id for driver in drivers})

    def miles(driver: Driver) -> dict[str, float | None]:
        far = None if distances is None else distances.get(driver.pk)
        return {} if distances is None else {"distance_miles": None if far is None else round(far, 1)}

    return [
        _driver(
            driver,
            assigned_dispatcher=dispatchers.get(driver.assigned_dispatcher_id),
            online=here[driver.key].online,
            last_seen=iso(here[driver.key].last_seen),
            **miles(driver),
        )
        for driver in drivers
    ]


def _dispatchers(ids: Collection[int | None]) -> dict[int | None, dict[str, Any]]:
    """Office people by id, inactive ones too: a truck is shown as theirs until another person gets it."""
    found = get_user_model().objects.filter(pk__in={id_ for id_ in ids if id_ is not None})
    return {user.pk: user.actor.as_dict() for user in found}
