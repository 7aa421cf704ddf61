"""Readings about trucks and drivers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from drivers import lookup, places, rules
from drivers.distance import Degrees, bounding_box, haversine_miles
from drivers.models import Driver
from kernel.actors import Actor
from kernel.clock import iso
from presence.here.online import online

ANYWHERE_MILES = 12_500
"""Half way round the globe: no two points are farther apart."""


def drivers_for(actor: Actor) -> QuerySet[Driver]:
    """The drivers that somebody may know of: the office all, active or not; a driver only themselves."""
    if rules.sees_all_trucks(actor):
        return Driver.objects.all()
    return Driver.objects.filter(pk=actor.id) if rules.drives(actor) else Driver.objects.none()


def active() -> QuerySet[Driver]:
    return Driver.objects.filter(is_active=True)


def by_ids(ids: Collection[int]) -> dict[int, Driver]:
    """Those of the ids that there are, inactive ones too."""
    return Driver.objects.in_bulk(list(ids))


def near(
    lat: Degrees, lon: Degrees, radius_miles: float | None = None, *, among: QuerySet[Driver] | None = None
) -> dict[int, float]:
    """`{driver id: miles}` of the active drivers (or `among` others) around a point, nearest first, as the crow flies.

    A truck without coordinates is where its place is. Three queries when all places fit into one batch.
    """
    among = active() if among is None else among
    radius = ANYWHERE_MILES if radius_miles is None else radius_miles
    placed = among.exclude(latitude=None).exclude(longitude=None)
    within = placed.filter(bounding_box(lat, lon, radius).condition()).values_list("pk", "latitude", "longitude")
    miles = {pk: haversine_miles(lat, lon, *position) for pk, *position in within}
    miles |= _miles_by_place(lat, lon, among.exclude(pk__in=placed.values("pk")))
    return dict(sorted(((pk, far) for pk, far in miles.items() if far <= radius), key=lambda item: (item[1], item[0])))


def positions(drivers: Iterable[Driver]) -> dict[int, tuple[float, float]]:
    """`{driver id: (latitude, longitude)}`: a truck's coordinates, or where its place is; unknown ones are absent."""
    drivers = list(drivers)
    found = {
        driver.pk: (float(driver.latitude), float(driver.longitude))
        for driver in drivers
        if driver.latitude is not None and driver.longitude is not None
    }
    texts = {driver.pk: driver.city_state_zip for driver in drivers if driver.pk not in found and driver.city_state_zip}
    named = places.find_many(set(texts.values()))
    return found | {
        pk: (float(named[text].latitude), float(named[text].longitude)) for pk, text in texts.items() if text in named
    }


def statuses() -> list[str]:
    """What a truck's status can be set to: what is found in the data, and what the settings name."""
    in_use = Driver.objects.exclude(status=None).exclude(status="").values_list("status", flat=True).distinct()
    return list(dict.fromkeys([*settings.TRUCK_STATUSES, *sorted(in_use)]))


def signing_in_by(address: str) -> list[Driver]:
    """The active drivers with this phone (`+15555550123`) or mail address, by truck number.

    One pass of the database over all active trucks, known address or not: the time it takes says nothing.
    """
    find = lookup.with_mail if "@" in address else lookup.with_phone
    ids = find(address, among=active())
    return sorted(Driver.objects.filter(pk__in=ids or [0]), key=lambda driver: (driver.truck_number or "", driver.pk))


def driver_dicts(drivers: Iterable[Driver], *, distances: Mapping[int, float] | None = None) -> list[dict[str, Any]]:
    """Drivers as clients see them, `distance_miles` added where `distances` are given. Fixed in its queries."""
    drivers = list(drivers)
    here = online({driver.key for driver in drivers})
    dispatchers = _dispatchers({driver.assigned_dispatcher_id for driver in drivers} - {None})
    dicts = []
    for driver in drivers:
        seen = here.get(driver.key)
        dispatcher = dispatchers.get(driver.assigned_dispatcher_id)
        shown = {
            "id": driver.pk,
            "name": driver.name,
            "truck_number": driver.truck_number,
            "phone": driver.cell_phone,
            "email": driver.email,
            "status": driver.status,
            "place": driver.city_state_zip,
            "latitude": _number(driver.latitude),
            "longitude": _number(driver.longitude),
            "position_at": iso(driver.position_at),
            "dimensions": driver.dimensions,
            "rate": driver.rate,
            "active": driver.is_active,
            "assigned_dispatcher": dispatcher.as_dict() if dispatcher else None,
            "online": bool(seen and seen.online),
            "last_seen": iso(seen.last_seen) if seen else None,
        }
        if distances is not None:
            miles = distances.get(driver.pk)
            shown["distance_miles"] = None if miles is None else round(miles, 1)
        dicts.append(shown)
    return dicts


def _miles_by_place(lat: Degrees, lon: Degrees, drivers: QuerySet[Driver]) -> dict[int, float]:
    texts = dict(drivers.exclude(city_state_zip=None).exclude(city_state_zip="").values_list("pk", "city_state_zip"))
    named = places.find_many(set(texts.values()))
    return {
        pk: haversine_miles(lat, lon, named[text].latitude, named[text].longitude)
        for pk, text in texts.items()
        if text in named
    }


def _dispatchers(ids: Collection[int]) -> dict[int, Actor]:
    """Whoever these office people are, or were: a truck is shown as theirs until it is given to somebody else."""
    return {user.pk: user.actor for user in get_user_model().objects.filter(pk__in=ids)} if ids else {}


def _number(degrees: Degrees | None) -> float | None:
    return None if degrees is None else float(degrees)
