"""Readings about trucks and drivers."""

from collections.abc import Collection, Iterable
from operator import itemgetter

from django.conf import settings
from django.db.models import Q, QuerySet

from drivers import lookup, rules
from drivers.distance import Degrees, bounding_box, miles_from
from drivers.models import Driver
from drivers.place_memory import points_of
from kernel.actors import Actor

ANYWHERE_MILES = 12_500
"""Half way round the globe: no two points are farther apart."""
_AT_THEIR_PLACE = (Q(latitude=None) | Q(longitude=None)) & Q(city_state_zip__isnull=False) & ~Q(city_state_zip="")
"""Trucks without coordinates that may be where their place is."""


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

    A truck without coordinates is where its place is. One pass of the database over `Trucks`, whatever the radius: see
    docs/decisions/where-trucks-are.md. One more statement where places are to be known, and those of
    `places.find_many` for texts that are new to this process.
    """
    among = active() if among is None else among
    radius = ANYWHERE_MILES if radius_miles is None else radius_miles
    in_the_box = bounding_box(lat, lon, radius).condition()
    rows = among.order_by().filter(in_the_box | _AT_THEIR_PLACE)
    miles_to, miles, texts = miles_from(lat, lon), {}, {}
    for pk, latitude, longitude, text in rows.values_list("pk", "latitude", "longitude", "city_state_zip"):
        if latitude is None or longitude is None:
            texts[pk] = text
        else:
            miles[pk] = miles_to(latitude, longitude)
    points = points_of(texts.values())
    miles |= {pk: miles_to(*points[text]) for pk, text in texts.items() if text in points}
    return dict(sorted(((pk, far) for pk, far in miles.items() if far <= radius), key=itemgetter(1, 0)))


def positions(drivers: Iterable[Driver]) -> dict[int, tuple[float, float]]:
    """`{driver id: (latitude, longitude)}`: a truck's coordinates, or where its place is; unknown ones are absent."""
    drivers = list(drivers)
    found = {
        driver.pk: (float(driver.latitude), float(driver.longitude))
        for driver in drivers
        if driver.latitude is not None and driver.longitude is not None
    }
    texts = {driver.pk: driver.city_state_zip for driver in drivers if driver.pk not in found and driver.city_state_zip}
    points = points_of(texts.values())
    return found | {pk: points[text] for pk, text in texts.items() if text in points}


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
