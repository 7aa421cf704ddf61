"""The words of places and how they are compared: states, short forms, and the keys of cities."""

import re
from collections.abc import Sequence

from kernel.text import fold

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

_STATES_BY_WORDS = {tuple(name.lower().split()): code for code, name in STATES.items()} | {
    ("nuevo", "mexico"): "NM", ("nueva", "york"): "NY", ("nueva", "jersey"): "NJ", ("carolina", "del", "norte"): "NC",
    ("carolina", "del", "sur"): "SC", ("luisiana",): "LA", ("pensilvania",): "PA",
}  # fmt: skip
"""Spanish names are there where a country or another state could be heard in them, or where they are usual."""
_DROPPED = re.compile(r"['\u2018\u2019\u02bc\u02bb`\u00b4\u2032.]")
_STOPS = re.compile(r"(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})")
"""A point between two words, as in `St.Louis`; those of `D.C.` and `N.L.` are dropped."""
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """The words of a text, folded and without punctuation: `O'Fallon` is one, `Winston-Salem` two."""
    return _WORD.findall(_DROPPED.sub("", fold(_DROPPED.sub("", _STOPS.sub(" ", text[:TEXT_MAX])))))


def city_key(city: str) -> str:
    """What spellings of one city have in common: `St. Louis` and `Saint Louis`, `O'Fallon` and `O Fallon`."""
    return key_of(words_of(city))


def key_of(words: Sequence[str]) -> str:
    words = list(words)
    # `St` at the end is no saint: it is a street, or a word that is still being typed.
    return "".join([ABBREVIATIONS.get(word, word) for word in words[:-1]] + words[-1:])


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


def without_country(words: list[str]) -> list[str]:
    """The words without `USA` and its like at their end, unless there is nothing else."""
    for length in (4, 2, 1):
        if tuple(words[-length:]) in COUNTRIES and len(words) > length:
            return words[:-length]
    return words
