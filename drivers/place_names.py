"""How people write places, and how they are compared: the pieces that `drivers.places` looks up."""

import re
import unicodedata
from dataclasses import dataclass

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
    "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island",
    "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    "AS": "American Samoa", "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
    "VI": "Virgin Islands",
}  # fmt: skip

ABBREVIATIONS = {
    "st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "pt": "point",
    "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
COUNTRIES = {("usa",), ("us",), ("united", "states"), ("united", "states", "of", "america")}
LONGEST_CITY = 5
"""Words in the longest name of a city: King and Queen Court House."""
TEXT_MAX = 500

_STATES_BY_WORDS = {tuple(name.lower().split()): code for code, name in STATES.items()}
_ZIP = re.compile(r"(?<![\w-])(\d{5})(?:[- ]?\d{4})?(?![\w-])")
_APOSTROPHES = re.compile(r"['’`.]")
_SEPARATORS = re.compile(r"[\r\n;]+|\s[-–—]+\s")
_ASIDES = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may mean: a ZIP code, a state, and keys of a city from the likeliest on. Empty where not said."""

    zip_code: str = ""
    state: str = ""
    city_keys: tuple[str, ...] = ()
    whole_key: str = ""
    """The key of the text as a whole, for a city that has the name of a state, or is named without one."""


def words_of(text: str) -> list[str]:
    """The words of a text, lower case, without accents and punctuation: `O'Fallon` is one, `Winston-Salem` two."""
    plain = unicodedata.normalize("NFKD", text[:TEXT_MAX])
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return _WORD.findall(_APOSTROPHES.sub("", plain))


def city_key(city: str) -> str:
    """What spellings of one city have in common: `St. Louis` and `Saint Louis`, `O'Fallon` and `O Fallon`."""
    return key_of(words_of(city))


def key_of(words: list[str]) -> str:
    # `St` at the end is no saint: it is a street, or a word that is still being typed.
    return "".join([ABBREVIATIONS.get(word, word) for word in words[:-1]] + words[-1:])


def read(text: str) -> Reading:
    """What may be meant by the name of a place, or by an address with one in it."""
    text = _SEPARATORS.sub(",", _ASIDES.sub(" ", text[:TEXT_MAX]))
    zip_code, rest = _zip_at_the_end(text)
    parts = [words for part in rest.split(",") if (words := words_of(part))]
    if parts and tuple(parts[-1]) in COUNTRIES:
        parts.pop()
    if not parts:
        return Reading(zip_code=zip_code)
    whole = parts[0] if len(parts) == 1 else []
    state, named = _state_and_city(parts)
    lengths = range(min(LONGEST_CITY, len(named)), 0, -1)
    return Reading(
        zip_code=zip_code,
        state=state,
        city_keys=tuple(key_of(named[-length:]) for length in lengths),
        whole_key=key_of(whole) if len(whole) <= LONGEST_CITY else "",
    )


def state_at_the_end(words: list[str]) -> tuple[str, list[str]]:
    """The state that a text ends with, or an empty one, and the words before it."""
    for length in (3, 2, 1):
        if code := _STATES_BY_WORDS.get(tuple(words[-length:])):
            return code, words[:-length]
    if words and words[-1].upper() in STATES:
        return words[-1].upper(), words[:-1]
    return "", words


def states_beginning(text: str) -> list[str]:
    """The codes of the states whose code or name begins so."""
    beginning = " ".join(words_of(text))
    return [code for code, name in STATES.items() if code.lower() == beginning or name.lower().startswith(beginning)]


def _state_and_city(parts: list[list[str]]) -> tuple[str, list[str]]:
    """The last state that a part ends with, and the words that should end with its city."""
    for index in reversed(range(len(parts))):
        state, before = state_at_the_end(_without_country(parts[index]))
        if state:
            return state, before or (parts[index - 1] if index else [])
    return "", []


def _zip_at_the_end(text: str) -> tuple[str, str]:
    """The ZIP code of an address, which nothing but a state or the country follows, and the text without it."""
    found = list(_ZIP.finditer(text))
    if found:
        after = _without_country(words_of(text[found[-1].end() :]))
        if not after or (tuple(after) in COUNTRIES) or not state_at_the_end(after)[1]:
            return found[-1][1], f"{text[: found[-1].start()]} {text[found[-1].end() :]}"
    return "", text


def _without_country(words: list[str]) -> list[str]:
    for length in (4, 2, 1):
        if tuple(words[-length:]) in COUNTRIES and len(words) > length:
            return words[:-length]
    return words
