"""Places of the United States, looked up offline in a table that is never in memory as a whole."""

from collections.abc import Iterable

from django.db.models import Case, QuerySet, Value, When

from drivers import place_names
from drivers.models import Place
from drivers.place_names import Reading

SEARCH_MAX = 50
FIND_BATCH = 400
"""Texts looked up with one pair of queries: what a database takes as parameters has an end."""


def find(text: str) -> Place | None:
    """The place that a text names, or None.

    Understands `Dallas, TX`, `dallas texas`, `75201`, `St. Louis, MO 63101-1234`, and addresses with one of these at
    their end. A ZIP code gives that ZIP code's row, unless it lies in another state than the text says.
    """
    return find_many([text]).get(text)


def find_many(texts: Iterable[str]) -> dict[str, Place]:
    """The places that texts name, without those that name none; two queries for every 400 texts."""
    readings = {text: place_names.read(text) for text in texts}
    found: dict[str, Place] = {}
    for batch in _batches(readings):
        found |= _find_batch(batch)
    return found


def search(q: str, limit: int = 10) -> list[Place]:
    """Places for somebody who is typing: a city, a city and a state, or a ZIP code, each as far as it has come.

    At most `limit` (and never more than 50); what is spelled out first, then larger cities first.
    """
    q = q[: place_names.TEXT_MAX]
    limit = max(0, min(limit, SEARCH_MAX))
    *before, last = q.split() or [""]
    digits = last if last.isascii() and last.isdigit() and len(last) <= 5 else ""
    city = q if not digits else " ".join(before).rstrip(", ")
    if digits and not place_names.words_of(city):
        return list(_zips_beginning(digits).order_by("zip_code")[:limit])
    key, matching = _cities_beginning(city)
    if digits:
        matching = matching & _zips_beginning(digits)
        return list(matching.order_by("zip_code")[:limit])
    spelled_out_first = Case(When(city_key=key, then=Value(0)), default=Value(1))
    return list(matching.filter(zip_code="").order_by(spelled_out_first, "-weight", "city", "state")[:limit])


def _zips_beginning(digits: str) -> QuerySet[Place]:
    return Place.objects.filter(zip_code__range=(digits.ljust(5, "0"), digits.ljust(5, "9")))


def _cities_beginning(text: str) -> tuple[str, QuerySet[Place]]:
    """The key that is looked for, and the cities and ZIP codes whose key begins with it."""
    city, comma, state = text.rpartition(",")
    if comma and place_names.words_of(city):
        key = place_names.city_key(city)
        matching = Place.objects.filter(city_key=key)
        return key, matching.filter(state__in=place_names.states_beginning(state))
    words = place_names.words_of(text)
    key = place_names.key_of(words) if words else ""
    if not key:
        return key, Place.objects.none()
    # Keys are letters and digits only, and "{" comes after all of them: a range, which an index serves.
    matching = Place.objects.filter(city_key__range=(key, key + "{"))
    code, before = place_names.state_at_the_end(words)
    if code and before:
        in_state = Place.objects.filter(city_key=place_names.key_of(before), state=code)
        return key, matching | in_state
    return key, matching


def _batches(readings: dict[str, Reading]) -> Iterable[dict[str, Reading]]:
    items = list(readings.items())
    for start in range(0, len(items), FIND_BATCH):
        yield dict(items[start : start + FIND_BATCH])


def _find_batch(readings: dict[str, Reading]) -> dict[str, Place]:
    zip_codes = {reading.zip_code for reading in readings.values() if reading.zip_code}
    keys = {key for reading in readings.values() for key in (*reading.city_keys, reading.whole_key) if key}
    by_zip = {place.zip_code: place for place in Place.objects.filter(zip_code__in=zip_codes)} if zip_codes else {}
    by_city: dict[tuple[str, str], Place] = {}
    if keys:
        for place in Place.objects.filter(zip_code="", city_key__in=keys).order_by("weight", "-state"):
            by_city[place.city_key, place.state] = by_city[place.city_key, ""] = place
    places = {text: _chosen(reading, by_zip, by_city) for text, reading in readings.items()}
    return {text: place for text, place in places.items() if place is not None}


def _chosen(reading: Reading, by_zip: dict[str, Place], by_city: dict[tuple[str, str], Place]) -> Place | None:
    by_code = by_zip.get(reading.zip_code)
    if by_code and reading.state in ("", by_code.state):
        return by_code
    for key in reading.city_keys:
        if place := by_city.get((key, reading.state)):
            return place
    return by_code or by_city.get((reading.whole_key, ""))
