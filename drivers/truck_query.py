"""Turns the filters of the truck table, as the page and the API give them, into the query that finds the trucks."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from drivers import places, search
from drivers.dimensions import Size
from drivers.search import NOBODY, Point, Query
from kernel.actors import Actor
from kernel.errors import Invalid


def parse_truck_query(actor: Actor, given: Mapping[str, Any]) -> Query:
    """The `Query` for these filters, which `TruckFilters` has checked.

    Raises `Invalid` for a place that is not found, and for a radius or an order by distance without a place.
    """
    around = _around(given)
    ordering = given.get("ordering", "")
    if around is None:
        if "radius_miles" in given:
            raise Invalid.field("near", _("Say around which place."))
        if ordering.endswith(search.DISTANCE):
            raise Invalid.field("ordering", _("Distance from where? Give `near`, or `lat` and `lon`."))
    return Query(
        text=given.get("search", ""),
        statuses=given.get("status", ()),
        dispatcher_id=_dispatcher(actor, given.get("dispatcher")),
        least=given.get("dimensions", Size()),
        around=around,
        radius_miles=float(given["radius_miles"]) if "radius_miles" in given else None,
        active={"true": True, "false": False, "all": None}[given["active"]],
        ordering=ordering,
    )


def _dispatcher(actor: Actor, given: Any) -> int | None:
    match given:
        case "me":
            return actor.id
        case "none":
            return NOBODY
        case _:
            return given


def _around(given: Mapping[str, Any]) -> Point | None:
    if "lat" in given:
        return Point(float(given["lat"]), float(given["lon"]))
    if "near" not in given:
        return None
    found = places.look_up(given["near"])
    if found.place is None:
        raise Invalid.field("near", found.words)
    return Point(float(found.place.latitude), float(found.place.longitude))
