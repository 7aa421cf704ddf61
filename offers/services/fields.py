"""What may be written into an offer: completed from what is known, and checked, here and nowhere else."""

from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _

from drivers import distance, places
from drivers.models import Driver, Place
from drivers.place_findings import ASKED_ABOUT, Finding, Why
from kernel import clock
from kernel.errors import Invalid
from kernel.windows import at_place, day_begins
from offers.enums import DistanceSource
from offers.models import NOTES_LENGTH, Offer
from offers.rules import rates

ENDS = ("pickup", "delivery")
PLACE_FIELDS = tuple(
    f"{end}_{part}" for end in ENDS for part in ("location", "place", "lat", "lon", "from", "until", "zone")
)
RATES = ("proposed_rate", "customer_rate", "rate_ceiling")
TERMS = frozenset({"proposed_rate", "currency", *PLACE_FIELDS, "stops", "weight_lbs", "dimensions", "pieces"})
"""What is agreed on. Changing one of them puts the offer to its drivers anew."""
WRITABLE = TERMS | {
    "reference",
    "customer_name",
    "customer_rate",
    "rate_ceiling",
    "distance_miles",
    "award_mode",
    "expires_at",
    "notes",
    "invited_driver_ids",
}
Problems = dict[str, list[str]]

_brief_enough = MaxLengthValidator(NOTES_LENGTH)


def write_fields(offer: Offer, fields: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Put `fields` into the offer, unsaved. Returns the former values of the columns that are different now.

    Raises `Invalid` that names every field at fault. Left out places, coordinates and zones are found from the
    location, the distance from the coordinates.
    """
    problems: Problems = defaultdict(list)
    for name in sorted(fields.keys() - WRITABLE):
        problems[name].append(_("There is no such field."))
    before = {name: getattr(offer, name) for name in (*WRITABLE, "distance_source")}
    given = {name: _kept(name, value) for name, value in fields.items() if name in WRITABLE}
    for name, value in given.items():
        setattr(offer, name, value)
    _check_columns(offer, given, problems)
    if not problems:
        for end in ENDS:
            _complete_end(offer, end, given, before, problems)
        if "stops" in given:
            stops = enumerate(given["stops"])
            offer.stops = [_complete_stop(stop, f"stops.{index}", problems) for index, stop in stops]
    if not problems:
        _check_sense(offer, before, now, problems)
        _complete_distance(offer, given, before)
    if problems:
        raise Invalid(fields=problems)
    return {name: value for name, value in before.items() if getattr(offer, name) != value}


def check_fields(fields: Mapping[str, Any], *, offer: Offer | None = None) -> None:
    """Raise `Invalid` for what could not be written of an offer, or of a new one. Nothing is written."""
    write_fields(copy(offer) if offer else Offer(currency=settings.CURRENCY), fields, now=clock.now())


def _kept(name: str, value: Any) -> Any:
    """A value as precise as it comes back: times to the millisecond, measures as their columns; money as it is."""
    if isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    digits = 6 if name.endswith(("_lat", "_lon")) else 2 if name in ("weight_lbs", "distance_miles") else None
    return value if digits is None or value is None else round(Decimal(str(value)), digits)


def _check_columns(offer: Offer, given: Mapping[str, Any], problems: Problems) -> None:
    """That every value fits its column. Doors have seen to the form already; other callers have not."""
    left_out = {f"{end}_place" for end in ENDS if not given.get(f"{end}_place")}
    faulty = {name: fault for name in RATES if name in given and (fault := _fault_of_rate(name, given[name]))}
    for name, fault in faulty.items():
        problems[name].append(fault)
    left_out |= faulty.keys()
    others = [field.name for field in Offer._meta.fields if field.name in left_out or field.name not in given]
    try:
        offer.clean_fields(exclude=others)
    except ValidationError as error:
        for name, words in error.message_dict.items():
            problems[name].extend(words)
    try:
        _brief_enough(given.get("notes") or "")
    except ValidationError as error:
        problems["notes"].extend(error.messages)
    needed = ("proposed_rate", *(f"{end}_location" for end in ENDS))
    for name in needed:
        if getattr(offer, name) in (None, "") and name not in problems:
            problems[name].append(_("This is needed."))
    for name in ("weight_lbs", "distance_miles"):
        value = getattr(offer, name)
        if name in given and name not in problems and value is not None and value < 0:
            problems[name].append(_("This cannot be negative."))


def _fault_of_rate(name: str, value: Any) -> Any:
    column: Any = Offer._meta.get_field(name)
    try:
        amount = column.to_python(value)
    except ValidationError as error:
        return error.message
    return None if amount is None else rates.fault_of(amount)


def _complete_end(
    offer: Offer, end: str, given: Mapping[str, Any], before: Mapping[str, Any], problems: Problems
) -> None:
    """Find what was left out of one end: its place from the location, coordinates and zone from the place."""
    location, place = f"{end}_location", f"{end}_place"
    parts = {part: f"{end}_{part}" for part in ("lat", "lon", "zone")}
    if not given.keys() & {location, place, *parts.values()}:
        return
    named = given.get(place)
    if not named and getattr(offer, location) == before[location]:
        setattr(offer, place, before[place])
    # Where the place is named, another address in it is no other place.
    moved = named != before[place] if named else getattr(offer, location) != before[location]
    missing = [name for name in parts.values() if getattr(offer, name) in (None, "")]
    if not moved and getattr(offer, place) and not missing:
        return
    by_hand = all(given.get(parts[part]) is not None for part in ("lat", "lon"))
    finding = _looked_up(named, getattr(offer, location))
    if not named and finding.place is not None and finding.place.label == before[place]:
        moved = False
    if not named and (moved or not getattr(offer, place)):
        if finding.place is None:
            _refuse(finding, location, place, problems)
            return
        setattr(offer, place, finding.place.label)
    elif named and moved and not by_hand and finding.why in ASKED_ABOUT:
        problems[place].append(finding.words)
        return
    known = _known(finding.place)
    for part, name in parts.items():
        if name in missing or (moved and given.get(name) in (None, "")):
            setattr(offer, name, known[part])


def _looked_up(named: str | None, location: str) -> Finding:
    """What is known of the place that was named, or else of the location. Where a place has a name that is in no table,
    the location may still say where it is.
    """
    finding = places.look_up(named or location)
    if named and finding.why is Why.UNKNOWN:
        return Finding(place=places.find(location), why=Why.UNKNOWN)
    return finding


def _refuse(finding: Finding, location: str, place: str, problems: Problems) -> None:
    """A location may be any text, then its place is missing; what it says of a place must be clear."""
    if finding.why is Why.UNKNOWN:
        problems[place].append(_("No place was found in the location. Give city, state and ZIP code."))
    else:
        problems[location].append(finding.words)


def _known(found: Place | None) -> dict[str, Any]:
    if found is None:
        return {"lat": None, "lon": None, "zone": ""}
    return {
        "lat": round(Decimal(found.latitude), 6),
        "lon": round(Decimal(found.longitude), 6),
        "zone": found.time_zone,
    }


def _complete_stop(stop: Mapping[str, Any], path: str, problems: Problems) -> dict[str, Any]:
    """A stop with everything it may have, its place, coordinates and zone found where they were left out."""
    complete = {"kind": stop["kind"], "location": stop["location"]}
    named = stop.get("place")
    finding = _looked_up(named, stop["location"])
    complete["place"] = named or (finding.place.label if finding.place else "")
    if not named and finding.place is None:
        _refuse(finding, f"{path}.location", f"{path}.place", problems)
    elif named and stop.get("lat") is None and finding.why in ASKED_ABOUT:
        problems[f"{path}.place"].append(finding.words)
    known = _known(finding.place)
    for part in ("lat", "lon"):
        value = stop.get(part) if stop.get(part) is not None else known[part]
        complete[part] = None if value is None else float(value)
    complete |= {name: stop.get(name) or None for name in ("from", "until")}
    if complete["from"] and complete["until"] and complete["until"] < complete["from"]:
        problems[f"{path}.until"].append(_("The window ends before it begins."))
    return complete | {"zone": stop.get("zone") or known["zone"], "note": stop.get("note") or ""}


def _check_sense(offer: Offer, before: Mapping[str, Any], now: datetime, problems: Problems) -> None:
    """That what is new makes sense. What another system has written as it is stands in no one's way."""
    for end in ENDS:
        alone = (getattr(offer, f"{end}_lat") is None) != (getattr(offer, f"{end}_lon") is None)
        if alone and _changed(offer, before, f"{end}_lat", f"{end}_lon"):
            problems[f"{end}_lat"].append(_("Give both latitude and longitude."))
        start, stop = getattr(offer, f"{end}_from"), getattr(offer, f"{end}_until")
        if start and stop and stop < start and _changed(offer, before, f"{end}_from", f"{end}_until"):
            problems[f"{end}_until"].append(_("The window ends before it begins."))
    _check_order(offer, before, problems)
    if offer.expires_at and offer.expires_at != before["expires_at"] and offer.expires_at <= now:
        problems["expires_at"].append(_("This time is over."))
    if offer.invited_driver_ids != before["invited_driver_ids"]:
        _check_invited(offer, problems)


def _check_order(offer: Offer, before: Mapping[str, Any], problems: Problems) -> None:
    """The load is picked up before it is delivered. An absent beginning is open, and a day lasts until its end."""
    if not _changed(offer, before, *(f"{end}_{part}" for end in ENDS for part in ("from", "until"))):
        return
    loaded = _loaded_from(offer)
    latest = offer.delivery_until or offer.delivery_from
    if loaded is None or latest is None:
        return
    if latest >= loaded and (not offer.pickup_from or _begins_a_day(offer.delivery_from, offer.delivery_zone)):
        return
    for name in ("delivery_from", "delivery_until"):
        arrival = getattr(offer, name)
        if arrival and arrival < loaded:
            problems[name].append(_("The delivery is before the pickup."))


def _loaded_from(offer: Offer) -> datetime | None:
    """When the pickup begins at the earliest. Of one without a beginning only the day is known, by its end."""
    if offer.pickup_from or not offer.pickup_until:
        return offer.pickup_from
    day = at_place(offer.pickup_until, offer.pickup_zone or settings.OFFICE_TIME_ZONE).date()
    zones = (at_place(offer.pickup_until, getattr(offer, f"{end}_zone") or settings.OFFICE_TIME_ZONE) for end in ENDS)
    return min(day_begins(day, there.tzinfo or UTC).astimezone(UTC) for there in zones)


def _begins_a_day(moment: datetime | None, zone: str) -> bool:
    if moment is None:
        return False
    there = at_place(moment, zone or settings.OFFICE_TIME_ZONE)
    return there == day_begins(there.date(), there.tzinfo or UTC)


def _changed(offer: Offer, before: Mapping[str, Any], *names: str) -> bool:
    return any(getattr(offer, name) != before[name] for name in names)


def _check_invited(offer: Offer, problems: Problems) -> None:
    ids = list(dict.fromkeys(offer.invited_driver_ids))
    most = settings.SEND_MAX_DRIVERS
    if len(ids) > most:
        problems["invited_driver_ids"].append(_("Give the ids of at most {max} drivers.").format(max=most))
        return
    known = set(Driver.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if missing := [id_ for id_ in ids if id_ not in known]:
        words = ", ".join(f"#{id_}" for id_ in missing[:10])
        problems["invited_driver_ids"].append(_("There is no such driver: {ids}.").format(ids=words))
    offer.invited_driver_ids = ids


def _complete_distance(offer: Offer, given: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    told = given.get("distance_miles")
    if told is not None and told != before["distance_miles"]:
        offer.distance_source = DistanceSource.GIVEN
        return
    moved = any(getattr(offer, f"{end}_{part}") != before[f"{end}_{part}"] for end in ENDS for part in ("lat", "lon"))
    if moved or offer.stops != before["stops"] or (offer.distance_miles is None and "distance_miles" in given):
        offer.distance_source = DistanceSource.ESTIMATED
        offer.distance_miles = _estimate(offer)


def _estimate(offer: Offer) -> Decimal | None:
    points = [
        (offer.pickup_lat, offer.pickup_lon),
        *((stop["lat"], stop["lon"]) for stop in offer.stops),
        (offer.delivery_lat, offer.delivery_lon),
    ]
    if any(value is None for point in points for value in point):
        return None
    miles = sum(distance.road_miles(*start, *end) for start, end in pairwise(points))
    return round(Decimal(str(miles)), 2)
