"""Which place a reading means, or why that cannot be said. A guess never looks like an answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from drivers import place_abroad
from drivers.distance import haversine_miles
from drivers.models import Place
from drivers.place_findings import Finding, Why
from drivers.place_names import STATES, words_of
from drivers.place_parts import Part, abroad_beside
from drivers.place_texts import Mention, Reading, Sides, is_zip

SUBURB_MILES, FROM_LARGE_MILES = 20, 30
"""How far from a city, and from a large one, a ZIP code of another one may be, for people to write the two together:
Hollywood, CA 90028.
"""
LARGE = 10
"""ZIP codes of a city that is too large to be a suburb: Phoenix, AZ 85201 is Phoenix or Mesa."""
APART_MILES = 50
"""From where on two cities side by side in one text are two places, and not a district and its city."""
TOWN = 3
"""ZIP codes of a city whose bare name is heard as a place within a text."""


class Table:
    """The rows that some readings may need."""

    def __init__(
        self, by_zip: Mapping[str, Place], cities: Iterable[Place], states_around: Mapping[str, set[str]]
    ) -> None:
        """`cities` come with the largest first; `states_around` has the states near ZIP codes that are not known."""
        self.by_zip = by_zip
        self.states_around = states_around
        self._by_key: dict[str, list[Place]] = defaultdict(list)
        for place in cities:
            self._by_key[place.city_key].append(place)

    def called(self, key: str) -> list[Place]:
        return self._by_key.get(key, [])

    def city(self, keys: Iterable[str], state: str) -> Place | None:
        """The city of the state that has the first of the keys that any has."""
        return next((place for key in keys for place in self.called(key) if place.state == state), None)

    def mentioned(self, mention: Mention) -> Place | None:
        if mention.state:
            return self.city(mention.city_keys, mention.state)
        place = self.by_zip.get(mention.zip_code)
        return place if place and place.city_key in mention.city_keys else None


def decide(reading: Reading, table: Table) -> Finding:
    found = _one(reading, table)
    if found.why is Why.ABROAD:
        return found
    second = _second(reading, found, table)
    return second or found


def _one(reading: Reading, table: Table) -> Finding:
    """What the text means if it is about one place."""
    # `Little Canada` ends with a country and is a city.
    is_city = len(reading.whole) > 1 and table.called(reading.whole_key) and not place_abroad.name_of(reading.whole)
    if reading.abroad and not is_city:
        return Finding(why=Why.ABROAD, name=reading.abroad)
    if reading.zip_code:
        return _with_zip(reading, table)
    if reading.state and reading.named:
        city = table.city(reading.city_keys, reading.state)
        if city is None:
            return Finding(why=Why.UNKNOWN)
        before = reading.before(city.city_key)
        # `77002 Houston, TX`
        return _with_zip(replace(reading, zip_code=before), table) if is_zip(before) else _known(city, reading)
    return _by_name_alone(reading, table)


def _with_zip(reading: Reading, table: Table) -> Finding:
    zip_code = reading.zip_code
    by_code = table.by_zip.get(zip_code)
    city = table.city(reading.city_keys, reading.state or (by_code.state if by_code else ""))
    if by_code is None:
        if city is not None and city.state in table.states_around.get(zip_code, ()):
            return _known(city, reading)
        return Finding(why=Why.UNKNOWN_ZIP, zip_code=zip_code)
    if city is None and reading.state and not reading.named:
        city = table.city([reading.whole_key], by_code.state)  # `Washington 20001`
    if city is None:
        return _in_no_city(reading, by_code, table)
    if city.state == by_code.state:
        # The post office's city, a suburb of it, or a district: Brooklyn, New York, NY 11201.
        if city.city_key == by_code.city_key or by_code.city_key in reading.beside:
            return _known(by_code, reading, city.city_key)
        apart = haversine_miles(city.latitude, city.longitude, by_code.latitude, by_code.longitude)
        owner = table.city([by_code.city_key], by_code.state)
        owner_is_large = owner is not None and owner.weight >= LARGE
        if apart <= (FROM_LARGE_MILES if city.weight >= LARGE else SUBURB_MILES) and not (
            owner_is_large and city.weight >= LARGE
        ):
            return _known(_within(city, by_code), reading, city.city_key)
    return _contradiction(city.label, by_code, [city], reading)


def _in_no_city(reading: Reading, by_code: Place, table: Table) -> Finding:
    """A ZIP code beside words that name no city of its state: a street, or what contradicts it."""
    if reading.state == by_code.state:
        return Finding(place=by_code, alone=reading.alone and not reading.named)
    elsewhere = table.called(reading.whole_key) if reading.whole_key and not reading.state else []
    if not reading.state and not elsewhere and not place_abroad.name_of(reading.whole):
        return Finding(place=by_code, alone=reading.alone and not reading.named)
    name = STATES[reading.state] if reading.state else " ".join(reading.whole).title()
    return _contradiction(name, by_code, elsewhere[:1], reading)


def _by_name_alone(reading: Reading, table: Table) -> Finding:
    key = reading.whole_key
    places = table.called(key) if key else []
    abroad = place_abroad.name_of(reading.whole) if not reading.at_home else ""
    if not places or abroad in (place_abroad.CANADA, place_abroad.MEXICO):
        return Finding(why=Why.ABROAD, name=abroad) if abroad else Finding(why=Why.UNKNOWN)
    names_a_state = reading.state and places[0].state != reading.state
    if len(places) > 1 or abroad or names_a_state:
        return Finding(why=Why.SEVERAL, name=places[0].city, choices=tuple(places), alone=reading.alone)
    # The last words of an address without a state may be anything.
    return Finding(place=places[0], alone=True) if reading.alone else Finding(why=Why.UNKNOWN)


def _known(place: Place, reading: Reading, key: str = "") -> Finding:
    beside = reading.before(key or place.city_key)
    return Finding(place=place, alone=reading.alone and not beside)


def _within(city: Place, by_code: Place) -> Place:
    """A suburb with the ZIP code of its post office: called as it was written, and where the ZIP code is."""
    return Place(
        zip_code=by_code.zip_code,
        city=city.city,
        state=by_code.state,
        city_key=city.city_key,
        latitude=by_code.latitude,
        longitude=by_code.longitude,
        time_zone=by_code.time_zone,
    )


def _contradiction(name: str, by_code: Place, others: Iterable[Place], reading: Reading) -> Finding:
    choices = (*others, by_code)
    alone = reading.alone and not any(reading.before(place.city_key) for place in choices)
    return Finding(why=Why.CONTRADICTION, name=name, choices=choices, zip_code=by_code.zip_code, alone=alone)


def _second(reading: Reading, found: Finding, table: Table) -> Finding | None:
    """The finding that another place is named beside the one that was found, where there is one."""
    for sides in reading.sides:
        if two := _both_sides(sides, found, table):
            return two
    if found.place is None:
        return None
    # `Cornwall on Hudson` is one name.
    if reading.beyond and not abroad_beside([Part(words_of(found.place.city))], 0):
        return Finding(why=Why.TWO, choices=(found.place,))
    others = [table.mentioned(other) for other in reading.others if found.place.city_key not in other.within]
    others += [table.by_zip.get(code) for code in reading.zips]
    others += [_town(key, found.place, table) for key in reading.beside]
    others.append(_town(reading.before(found.place.city_key), found.place, table, together=True))
    for other in others:
        if other is not None and (other.city_key, other.state) != (found.place.city_key, found.place.state):
            return Finding(why=Why.TWO, choices=(other, found.place))
    return None


def _both_sides(sides: Sides, found: Finding, table: Table) -> Finding | None:
    # `Winston-Salem`, `King and Queen Court House`: what joins the two is within the name of one.
    within = {key for side in sides for key in (*side.city_keys, side.whole_key)}
    meant = found.choices[:1] if found.why is Why.SEVERAL else (found.place,) if found.place else ()
    if any(place.city_key not in within and not place.zip_code for place in meant):
        return None
    left, right = (_one(side, table) for side in sides)
    if not (left.is_about_a_place and right.is_about_a_place):
        return None
    # The bare name of a city may be the name of much else: `Phoenix AZ - home`.
    if _is_bare(sides.right) and not (_is_town(right) and left.alone):
        return None
    if _is_bare(sides.left) and not (_is_town(left) and (right.alone or sides.is_way)):
        return None
    choices = tuple(place for end in (left, right) for place in (end.place, *end.choices[:1]) if place)
    if len(choices) == 2 and len({(place.city_key, place.state) for place in choices}) == 1:
        return None
    return Finding(why=Why.TWO, choices=choices)


def _is_bare(reading: Reading) -> bool:
    """The name of a city alone."""
    return not (reading.state and reading.named) and not reading.zip_code and not reading.abroad


def _is_town(found: Finding) -> bool:
    return any(place.weight >= TOWN for place in (found.place, *found.choices[:1]) if place)


def _town(key: str, place: Place, table: Table, *, together: bool = False) -> Place | None:
    """Another town of the state with this name, too far away, or too large, to be part of the place.

    `together`: no comma is between the two.
    """
    town = table.city([key], place.state) if key else None
    if town is None or town.weight < TOWN:
        return None
    city = table.city([place.city_key], place.state) or place
    apart = haversine_miles(town.latitude, town.longitude, place.latitude, place.longitude)
    too_large = together and min(town.weight, city.weight) >= LARGE
    return town if apart > APART_MILES or too_large else None
