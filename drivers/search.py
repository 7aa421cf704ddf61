"""The truck table: trucks narrowed by what a dispatcher asks for, in the order they want."""

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length

from drivers import dimensions, lookup, selectors
from drivers.dimensions import Size
from drivers.models import Driver
from kernel.actors import Actor
from kernel.search import holds

ORDERINGS = {
    "name": ("driver_name",),
    "truck_number": ("truck_number_length", "truck_number"),
    "status": ("status",),
    "place": ("city_state_zip",),
    "updated_at": ("updated_at",),
    "id": ("pk",),
}
DISTANCE = "distance"
SEARCHED = ("driver_name", "truck_number", "cell_phone", "email", "city_state_zip", "dimensions", "rate")
NOBODY = 0
"""As `dispatcher_id`: trucks that are nobody's."""
NAMED_AT_ONCE = 5_000
"""So many trucks within a radius are put in order by their ids; where there are more, all that fit are."""


@dataclass(frozen=True, slots=True)
class Point:
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; whatever is left out narrows nothing.

    `around` adds the distance from there, and `radius_miles` leaves out what is farther, or nobody knows where.
    `ordering` is one of `ORDERINGS`, or `distance` where `around` is given, with `-` before it for the other way round.
    """

    text: str = ""
    statuses: tuple[str, ...] = ()
    dispatcher_id: int | None = None
    least: Size = field(default_factory=Size)
    around: Point | None = None
    radius_miles: float | None = None
    active: bool | None = True
    ordering: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of the trucks, in order, and how many miles away each is (None when that was not asked)."""

    ids: list[int]
    distances: dict[int, float] | None


def trucks(actor: Actor, query: Query) -> Found:
    """The trucks that `actor` may know of and that fit the query."""
    rows = _narrowed(selectors.drivers_for(actor), query)
    by = query.ordering.removeprefix("-") or (DISTANCE if query.around else "name")
    backwards = query.ordering.startswith("-")
    order = ("name", False) if by == DISTANCE else (by, backwards)
    if query.around is None:
        return Found(_ordered(rows, *order), None)
    distances = selectors.near(query.around.latitude, query.around.longitude, query.radius_miles, among=rows)
    if query.radius_miles is not None and len(distances) <= NAMED_AT_ONCE:
        rows = Driver.objects.filter(pk__in=list(distances))
    ids = _ordered(rows, *order)
    if query.radius_miles is not None:
        ids = [pk for pk in ids if pk in distances]
    if by == DISTANCE:
        # Those whose place nobody knows come last, whichever way round.
        sign = -1 if backwards else 1
        ids.sort(key=lambda pk: sign * distances[pk] if pk in distances else float("inf"))
    return Found(ids, distances)


def _narrowed(rows: QuerySet[Driver], query: Query) -> QuerySet[Driver]:
    if query.active is not None:
        rows = rows.filter(is_active=query.active)
    if query.dispatcher_id is not None:
        rows = rows.filter(assigned_dispatcher_id=query.dispatcher_id or None)
    if query.statuses:
        condition = Q(pk__in=[])
        for status in query.statuses:
            condition |= Q(status__iexact=status)
        rows = rows.filter(condition)
    for condition in _text_conditions(query.text.strip()):
        rows = rows.filter(condition)
    if query.least != Size():
        sizes = rows.exclude(dimensions=None).values_list("pk", "dimensions")
        rows = rows.filter(pk__in=[pk for pk, text in sizes if dimensions.holds(text, query.least)])
    return rows


def _text_conditions(text: str) -> list[Q]:
    """Every word must be found somewhere; a phone number is found however it is written, also with words beside it."""
    if (phone := lookup.by_number(text)) is not None:
        return [phone]
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    others = [word for word in text.split() if word not in words]
    if words and others and (phone := lookup.by_number(" ".join(others))) is not None:
        return [phone & holds(" ".join(words), *SEARCHED) | holds(text, *SEARCHED)]
    if (phone := lookup.by_digits(text)) is not None:
        return [phone | holds(text, *SEARCHED)]
    return [holds(text, *SEARCHED)]


def _ordered(rows: QuerySet[Driver], by: str, backwards: bool) -> list[int]:
    """Ids in order; rows that say nothing come last, and rows that are alike keep one order from page to page."""
    columns = [F(name).desc(nulls_last=True) if backwards else F(name).asc(nulls_last=True) for name in ORDERINGS[by]]
    # By their length first, `T-9` comes before `T-10`.
    ordered = rows.annotate(truck_number_length=Length("truck_number")).order_by(*columns, "pk")
    return list(ordered.values_list("pk", flat=True))
