"""Miles between two points of the globe."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, degrees, pi, radians, sin, sqrt

from django.conf import settings
from django.db.models import Q

Degrees = float | Decimal

EARTH_RADIUS_MILES = 3958.7613
"""The mean radius of the Earth, 6,371.0088 km (IUGG)."""
MARGIN_DEGREES = 0.01
"""Boxes are drawn a little wider than they must be: coordinates in the database are rounded."""


def haversine_miles(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> float:
    """The great-circle distance, as the crow flies, in miles.

    The haversine formula keeps its precision for small distances: R. W. Sinnott, "Virtues of the Haversine",
    Sky and Telescope 68 (2), 1984, p. 159.
    """
    return miles_from(lat1, lon1)(lat2, lon2)


def miles_from(lat: Degrees, lon: Degrees) -> Callable[[Degrees, Degrees], float]:
    """`haversine_miles` from one point to many."""
    phi1, lambda1 = radians(lat), radians(lon)
    shrinking = cos(phi1)

    def miles_to(lat2: Degrees, lon2: Degrees) -> float:
        phi2 = radians(lat2)
        across, along = sin((phi2 - phi1) / 2), sin((radians(lon2) - lambda1) / 2)
        half_chord = across**2 + shrinking * cos(phi2) * along**2
        return 2 * EARTH_RADIUS_MILES * asin(min(1.0, sqrt(half_chord)))

    return miles_to


def road_miles(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> float:
    """An estimate of the miles by road: as the crow flies, times `ROAD_FACTOR`."""
    return haversine_miles(lat1, lon1, lat2, lon2) * settings.ROAD_FACTOR


@dataclass(frozen=True, slots=True)
class Box:
    """South to north, and west to east: where `west` is greater than `east`, the box lies across the antimeridian."""

    south: float
    north: float
    west: float
    east: float

    def condition(self) -> Q:
        """That the columns `latitude` and `longitude` lie in the box."""
        if self.west <= self.east:
            lies_between = Q(longitude__range=(self.west, self.east))
        else:
            lies_between = Q(longitude__gte=self.west) | Q(longitude__lte=self.east)
        return Q(latitude__range=(self.south, self.north)) & lies_between


def bounding_box(lat: Degrees, lon: Degrees, radius_miles: float) -> Box:
    """The box around everything within `radius_miles` of a point: cheap for a database to look into.

    Near a pole it goes round the globe. The width is where the meridians touch the circle, asin(sin r / cos lat), which
    is a little more than at the latitude of the point itself.
    """
    lat, lon = float(lat), float(lon)
    angle = radius_miles / EARTH_RADIUS_MILES
    south, north = lat - degrees(angle) - MARGIN_DEGREES, lat + degrees(angle) + MARGIN_DEGREES
    if angle >= pi / 2 or south <= -90 or north >= 90:
        return Box(south=max(-90.0, south), north=min(90.0, north), west=-180.0, east=180.0)
    half_width = degrees(asin(min(1.0, sin(angle) / cos(radians(lat))))) + MARGIN_DEGREES
    if half_width >= 180:
        return Box(south=south, north=north, west=-180.0, east=180.0)
    return Box(south=south, north=north, west=_wrapped(lon - half_width), east=_wrapped(lon + half_width))


def _wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180
