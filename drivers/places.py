"""Places of the United States, looked up offline in a table that is never in memory as a whole."""

from collections.abc import Iterable

from django.db.models import Case, Q, QuerySet, Value, When

from drivers import place_deciding, place_names, place_texts
from drivers.models import Place
from drivers.place_findings import Finding

SEARCH_MAX = 50
FIND_BATCH = 400
"""Texts looked up with one pair of queries: what a database takes as parameters has an end."""
CITIES = Q(zip_code__lte="")
"""Cities as a whole. Were it `=`, SQLite would read all 37,000 of them by the index of ZIP codes: 10 ms for 0.1."""


def find(text: str) -> Place | None:
    """The place that a text names, or None where it names none, several, or one abroad: `look_up` says which.

    Understands `Dallas, TX`, `dallas texas`, `75201`, `St. Louis, MO 63101-1234`, and addresses with one of these at
    their end. A place with a ZIP code is where that ZIP code is. It is found or it is not: nothing is guessed.
    """
    return look_up(text).place


def look_up(text: str) -> Finding:
    """The place that a text names, or why it cannot be said which one is meant."""
    return _find_batch([text])[text]


def find_many(texts: Iterable[str]) -> dict[str, Place]:
    """The places that texts name, without those that name none or more than one; two queries for every 400 texts, and
    one more where a ZIP code is not known.
    """
    unique = list(dict.fromkeys(texts))
    found: dict[str, Place] = {}
    for start in range(0, len(unique), FIND_BATCH):
        findings = _find_batch(unique[start : start + FIND_BATCH])
        found |= {text: finding.place for text, finding in findings.items() if finding.place is not None}
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
    return list(matching.filter(CITIES).order_by(spelled_out_first, "-weight", "city", "state")[:limit])


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


def _find_batch(texts: list[str]) -> dict[str, Finding]:
    readings = {text: place_texts.read(text) for text in texts}
    zip_codes = {code for reading in readings.values() for code in reading.all_zip_codes()}
    by_zip = {place.zip_code: place for place in Place.objects.filter(zip_code__in=zip_codes)} if zip_codes else {}
    keys = {key for reading in readings.values() for key in reading.all_keys()}
    keys |= {place.city_key for place in by_zip.values()}
    cities = Place.objects.filter(CITIES, city_key__in=keys).order_by("-weight", "state") if keys else ()
    table = place_deciding.Table(by_zip, cities, _states_around(zip_codes - by_zip.keys()))
    return {text: place_deciding.decide(reading, table) for text, reading in readings.items()}


def _states_around(zip_codes: set[str]) -> dict[str, set[str]]:
    """`{zip code: states}` that have ZIP codes with the same first three digits."""
    if not zip_codes:
        return {}
    wanted = Place.objects.none()
    prefixes = sorted({code[:3] for code in zip_codes})
    for prefix in prefixes:
        wanted |= _zips_beginning(prefix)
    states: dict[str, set[str]] = {code: set() for code in zip_codes}
    for zip_code, state in wanted.values_list("zip_code", "state"):
        for code in zip_codes:
            if code[:3] == zip_code[:3]:
                states[code].add(state)
    return states
