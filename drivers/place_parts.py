"""What stands between the commas of a text, and whether that says that the place is not in the United States."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers import place_abroad
from drivers.place_names import state_at_the_end

_ROADS = """
    st street ave avenue av rd road dr drive blvd boulevard ln lane way ct court pl place cir circle pkwy parkway hwy
    highway fwy freeway expy ter terrace trl trail loop sq square pike plz plaza row run route rte
"""
_DIRECTIONS = frozenset(["n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"])
_DOORS = frozenset(["suite", "ste", "unit", "bldg", "building", "gate", "dock", "door", "apt", "floor", "fl", "lot"])
_BUSINESS = """
    warehouse warehouses whse wh dc center centre distribution terminal yard depot plant factory mill mills store
    logistics freight trucking transport shipping warehousing storage supply inc llc corp co company ltd airport mall
    outlet outlets foods industries industrial park
"""
ROADS = frozenset(_ROADS.split())
"""What follows the name of a state or a city that is the name of a road."""
_BUSINESSES = frozenset(_BUSINESS.split())
_WITHIN = (ROADS | _DOORS | _BUSINESSES) - {"st"}
"""What tells in the middle of a part. At its beginning `Centre` and `Terrace` are names, as `St` is before its end."""


@dataclass(slots=True)
class Part:
    """What stands between two commas, and the ZIP code that it ends with."""

    words: list[str]
    zip_code: str = ""
    extra: list[str] = field(default_factory=list)
    """ZIP codes in front of that, where there is nothing else."""


def abroad_in(parts: Sequence[Part], index: int | None) -> str:
    """What is not in the United States, where the text ends with its name. `index` is of the part with a state."""
    words = parts[-1].words
    several = len(parts) > 1
    country, length = place_abroad.country_at_the_end(words)
    state, before = state_at_the_end(words)
    if country and not (state and len(words) - len(before) >= length):
        if length == len(words) and (several or country in (place_abroad.CANADA, place_abroad.MEXICO)):
            return country
        if length < len(words) and not (several and index is not None and index < len(parts) - 1):
            return country
    region, length = place_abroad.region_at_the_end(words)
    if region and index is None and (several or length < len(words)):
        return region
    if index is None:
        return ""
    # What follows a state, such as a gate, says nothing of the country.
    words = parts[index].words
    region, length = place_abroad.region_at_the_end(words)
    state, before = state_at_the_end(words)
    if region and length > len(words) - len(before):
        return region  # `Baja California` ends with a state.
    return _canadian(parts[: index + 1], before) if words[-1:] == ["ca"] else ""


def abroad_beside(parts: Sequence[Part], index: int) -> str:
    """What is not in the United States, where it is named beside the state of the part `index`: after a city that is
    known, or between commas.
    """
    # The city itself may be called so: Jamaica, NY.
    city = index if state_at_the_end(parts[index].words)[1] else index - 1
    words: list[str] = []
    for number, part in enumerate(parts):
        for start in range(len(part.words)):
            name, length = place_abroad.name_at_the_beginning(part.words[start:])
            whole = length == len(part.words)
            if not name or (whole and number == city):
                continue
            if place_abroad.ends_with_a_city([*words, *part.words[:start]]):
                return name
            named_between = whole and (0 < number < city or number > index + 1)
            if named_between and not any(map(_has_digit, parts[number - 1].words)):
                return name
        words += part.words
    return ""


def _canadian(parts: Sequence[Part], before: list[str]) -> str:
    """The province in front of `CA`. Ontario is a city in California too: there, what stands before it tells."""
    rest = [part.words for part in parts[:-1] if part.words]
    if not before and rest:
        before = rest.pop()
    province, length = place_abroad.province_at_the_end(before)
    if not province:
        return ""
    if " ".join(before[-length:]) != place_abroad.ONTARIO:
        return province
    zip_code = parts[-1].zip_code or next((part.zip_code for part in parts if part.zip_code), "")
    if zip_code:
        return ""
    same_part = before[:-length]
    near = same_part or (rest[-1] if rest else [])
    if not near or _is_local(near, last_only=bool(same_part)):
        return ""
    return province


def _is_local(words: list[str], *, last_only: bool) -> bool:
    """Whether the words in front of a city look like a street, a door or a business, and not like another city.

    `last_only`: no comma is between the two, so that only the last words are near enough.
    """
    if place_abroad.ends_with_a_canadian_city(words):
        return False
    last = next((word for word in reversed(words) if word not in _DIRECTIONS), "")
    if last in ROADS or (not last_only and words[0][0].isdigit()):
        return True
    if place_abroad.has_a_canadian_city(words):
        return False
    if last_only:
        return last in _BUSINESSES or _has_digit(words[-1]) or not _DOORS.isdisjoint(words[-2:])
    return (
        words[0] in _DOORS or any(word in _WITHIN or _has_digit(word) for word in words[1:]) or words[-1] in _BUSINESSES
    )


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
