"""What stands between the commas of a text, and whether that says that the place is not in the United States."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers import place_abroad
from drivers.place_names import state_at_the_end

_ROADS = """
    st street ave avenue av rd road dr drive blvd boulevard ln lane way ct court pl place cir circle pkwy parkway hwy
    highway fwy freeway expy ter terrace trl trail loop sq square pike plz plaza row run route rte
"""
_DOORS = """
    n s e w ne nw se sw north south east west suite ste unit bldg building gate dock door apt floor fl lot
"""
_BUSINESS = """
    warehouse warehouses whse wh dc center centre distribution terminal yard depot plant factory mill mills store
    logistics freight trucking transport shipping warehousing storage supply inc llc corp co company ltd airport mall
    outlet outlets foods industries industrial park
"""
ROADS = frozenset(_ROADS.split())
"""What follows the name of a state or a city that is the name of a road."""
_LOCAL_WORDS = frozenset(f"{_ROADS} {_DOORS} {_BUSINESS}".split())


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
    if region and state and length > len(words) - len(before):
        return region  # `Baja California` ends with a state.
    if index == len(parts) - 1 and words[-1:] == ["ca"]:
        return _canadian(parts, before)
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
    """Whether the words in front of a city look like a street, a door or a business, and not like another city."""
    if place_abroad.ends_with_a_canadian_city(words):
        return False
    if last_only:
        return words[-1] in _LOCAL_WORDS or words[-1].isdigit()
    return words[0][0].isdigit() or any(word in _LOCAL_WORDS for word in words)
