"""What a text says of places, before anything is looked up. `drivers.place_deciding` decides what it means."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from drivers import place_abroad
from drivers.place_names import COUNTRIES, LONGEST_CITY, TEXT_MAX, key_of, state_at_the_end, without_country, words_of
from drivers.place_parts import ROADS, Part, abroad_beside, abroad_in
from kernel.text import readable

MOST_JOINERS = 6
_ASIDES = re.compile(r"\(([^()]*)\)")
_COMMAS = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029;\u060c\u3001\u00b7\u2022]+")
_LONG_ZIP = re.compile(r"(?<![\w-])([0-9]{5})[- ]?[0-9]{4}(?![\w-])")
_CANADIAN_CODE = re.compile(r"(?<!\w)[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9](?=[\s,.]*(?:canada|can|ca)?[\s,.]*$)", re.I)
_ZIP_LABEL = re.compile(
    r"(?<!\w)(?:zip(?:\s*code)?|c\.?\s?p\.?|post(?:al)?\s*code|c[o\u00f3]digo\s+postal)[\s:#.=-]*(?=[0-9]{5}(?!\w))",
    re.I,
)
_DASH = re.compile(r"\s-+\s")
_JOINER = re.compile(
    r"(?P<way>\s*(?:<?[-=]+>|[\u2190-\u21ff\u2794\u279c\u27a1>~])\s*|[\s,]+(?:to|thru|through|until|til|till|via|hasta)\s+)"
    r"|\s*[/|&+]\s*|\s-+\s|(?<=\w)-(?=[^\W\d])|[\s,]+(?:and|or|then|a|al|y|o)\s+",
    re.I,
)
"""What stands between two places that are named together, or within the name of one; `way` says from where to where."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A city's name in front of a state, or else of a ZIP code: the keys that may be meant, from the likeliest on."""

    city_keys: tuple[str, ...]
    state: str = ""
    zip_code: str = ""
    within: tuple[str, ...] = ()
    """Keys that begin with the name of the state: if one is that of the city, as `Kansas City`, no state is named."""


@dataclass(frozen=True, slots=True)
class Sides:
    """What a text would mean in two."""

    left: "Reading"
    right: "Reading"
    is_way: bool
    """What stands between them says from where to where."""

    def __iter__(self) -> Iterator["Reading"]:
        return iter((self.left, self.right))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may mean: a ZIP code, a state, and keys of a city from the likeliest on. Empty where not said."""

    zip_code: str = ""
    state: str = ""
    named: tuple[str, ...] = ()
    """The words that end with the city, or are nothing but it where no state is said."""
    whole: tuple[str, ...] = ()
    """The words of a text that is one name, without state and ZIP code; of an address without them, its last ones."""
    abroad: str = ""
    """The country, or the part of one, outside of the United States that is named."""
    at_home: bool = False
    """The United States are named."""
    alone: bool = False
    """There is nothing before or after what is named."""
    beside: tuple[str, ...] = ()
    """Keys of what else stands between commas."""
    others: tuple[Mention, ...] = ()
    beyond: str = ""
    """What is named outside of the United States beside a state of theirs."""
    zips: tuple[str, ...] = ()
    """ZIP codes that stand where one is said, beside the first."""
    sides: tuple[Sides, ...] = ()
    """Wherever it may be about two places."""

    @property
    def city_keys(self) -> tuple[str, ...]:
        return _keys(self.named)

    @property
    def whole_key(self) -> str:
        return key_of(self.whole) if 0 < len(self.whole) <= LONGEST_CITY else ""

    def before(self, key: str) -> str:
        """The key of the words in front of the city, or nothing where there are none."""
        for length in range(1, len(self.named) + 1):
            if key_of(self.named[-length:]) == key:
                return key_of(self.named[:-length])
        return ""

    def all_keys(self) -> set[str]:
        """Every key of a city that it takes to decide what is meant."""
        found = {*self.city_keys, self.whole_key, *self.beside}
        found |= {self.before(key) for key in self.city_keys}
        found |= {key for other in self.others for key in other.city_keys}
        return found.union(*(side.all_keys() for sides in self.sides for side in sides)) - {""}

    def all_zip_codes(self) -> set[str]:
        found = {self.zip_code, *filter(is_zip, self.named[:1]), *self.zips, *(other.zip_code for other in self.others)}
        return found.union(*(side.all_zip_codes() for sides in self.sides for side in sides)) - {""}


def read(text: str) -> Reading:
    """What may be meant by the name of a place, or by an address with one in it."""
    text = _prepared(text)
    joiners = list(_JOINER.finditer(text))[:MOST_JOINERS]
    sides = [Sides(_read(text[: each.start()]), _read(text[each.end() :]), bool(each["way"])) for each in joiners]
    return replace(_read(text), sides=tuple(sides))


def _prepared(text: str) -> str:
    text = _ZIP_LABEL.sub("", _LONG_ZIP.sub(r"\1", readable(_COMMAS.sub(",", text[:TEXT_MAX]))))
    others = [match[1] for match in _ASIDES.finditer(text) if _is_a_place(match[1])]
    # In front of the rest they are heard as other places.
    return ", ".join([*others, _ASIDES.sub(_aside, text)])


def _aside(match: re.Match[str]) -> str:
    """What is in brackets is left out, unless it says in which state or country the place is, or its ZIP code."""
    words = words_of(match[1])
    without_zip = words[:-1] if words and is_zip(words[-1]) else words
    state, before = state_at_the_end(without_zip)
    says = (state and not before) or tuple(without_zip) in COUNTRIES or place_abroad.name_of(words)
    return f", {match[1]}," if says or (words and not without_zip) else " "


def _is_a_place(aside: str) -> bool:
    """Whether a state with words before it is named, or a region abroad. `(check in)` is no place in Indiana."""
    words = words_of(aside)
    if "," in aside and (place_abroad.region_at_the_end(words)[0] or place_abroad.country_at_the_end(words)[0]):
        return True
    state, before = state_at_the_end(words[:-1] if words and is_zip(words[-1]) else words)
    return bool(state and before and ("," in aside or not aside.islower()))


def _read(text: str) -> Reading:
    text, coded = _CANADIAN_CODE.subn("", text)
    parts = _parts(_DASH.sub(",", text))
    at_home = _leave_out_country(parts)
    if not parts:
        return Reading(abroad=place_abroad.CANADA if coded else "", at_home=at_home)
    index = next((i for i in reversed(range(len(parts))) if state_at_the_end(without_country(parts[i].words))[0]), None)
    abroad = place_abroad.CANADA if coded else "" if at_home else abroad_in(parts, index)
    reading = _without_state(parts) if index is None else _with_state(parts, index)
    beyond = "" if index is None else abroad_beside(parts, index)
    return replace(reading, abroad=abroad, at_home=at_home, others=tuple(_mentions(parts, index)), beyond=beyond)


def _parts(text: str) -> list[Part]:
    parts: list[Part] = []
    for piece in text.split(","):
        words = words_of(piece)
        if not words:
            continue
        if words[-1:] == ["zip"] or words[-2:] == ["zip", "code"]:
            words = words[: words.index("zip")] or words
        part = Part(words)
        if all(map(is_zip, words)):
            *part.extra, part.zip_code = words
            part.words = []
            # A ZIP code between commas belongs to what stands before it.
            if parts and not parts[-1].zip_code and not part.extra:
                parts[-1].zip_code = part.zip_code
                continue
        elif is_zip(words[-1]):
            part.zip_code = part.words.pop()
        parts.append(part)
    return parts


def _leave_out_country(parts: list[Part]) -> bool:
    """Takes the name of the United States from the end. Whether it was there."""
    if not parts:
        return False
    last = parts[-1]
    if tuple(last.words) in COUNTRIES:
        parts.pop()
        if parts and last.zip_code and not parts[-1].zip_code:
            parts[-1].zip_code = last.zip_code
        elif not parts and last.zip_code:
            parts.append(Part([], last.zip_code))
    else:
        shorter = without_country(last.words)
        if shorter == last.words:
            return False
        last.words = shorter
    if parts and parts[-1].words and is_zip(parts[-1].words[-1]) and not parts[-1].zip_code:
        parts[-1].zip_code = parts[-1].words.pop()
    return True


def _with_state(parts: list[Part], index: int) -> Reading:
    part = parts[index]
    state, before = state_at_the_end(without_country(part.words))
    zip_code, used = part.zip_code, {index}
    if before and is_zip(before[-1]) and not zip_code:
        before, zip_code = before[:-1], before[-1]
    named = before
    if not named and index:
        named, used = parts[index - 1].words, {index, index - 1}
        zip_code = zip_code or parts[index - 1].zip_code
    others = [each for i, each in enumerate(parts) if i not in used]
    zips = [each for part in others if not part.words for each in (*part.extra, part.zip_code)]
    if zips and not zip_code:
        zip_code = zips.pop(0)
    return Reading(
        zip_code=zip_code,
        state=state,
        named=tuple(named),
        # A city that has the name of a state, where nothing else is said: New York.
        whole=tuple(part.words) if len(parts) == 1 and not named else (),
        alone=not [each for each in others if each.words],
        beside=tuple(_names(others)),
        zips=tuple(zips),
    )


def _without_state(parts: list[Part]) -> Reading:
    last = parts[-1]
    zips = [each for part in parts if not part.words for each in (*part.extra, part.zip_code)]
    zip_code = last.zip_code or (zips.pop(0) if zips else "")
    if zip_code in zips:
        zips.remove(zip_code)
    with_words = [part for part in parts if part.words]
    whole = tuple(with_words[-1].words) if len(with_words) == 1 or (with_words and not zip_code) else ()
    # In front of a ZIP code an address may stand, alone it is no place.
    named = tuple(last.words) if zip_code and last.words else whole
    return Reading(
        zip_code=zip_code, named=named, whole=whole, alone=len(with_words) < 2, zips=tuple(dict.fromkeys(zips))
    )


def _names(parts: list[Part]) -> list[str]:
    names = [each.words for each in parts if 0 < len(each.words) <= LONGEST_CITY]
    return [key_of(words) for words in names if not any(word.isdigit() for word in words)]


def _mentions(parts: list[Part], index: int | None) -> Iterator[Mention]:
    """Cities in front of a state or of a ZIP code, but for the one at the end of the part `index`, or of all."""
    main = len(parts) - 1 if index is None else index
    for number, part in enumerate(parts):
        for end in range(1, len(part.words) + 1):
            at_end = end == len(part.words)
            state, before = state_at_the_end(part.words[:end])
            follows = part.words[end] if not at_end else ""
            if is_zip(follows):
                yield Mention(_keys(part.words[:end]), zip_code=follows)
            # `New York, NY` is no city in front of a state, though it begins with one.
            is_city = not before and at_end and index is not None and number == index - 1
            if not state or is_city or (at_end and number == index):
                continue
            if follows in ROADS or (not before and _is_road(part.words[:end], part.words[end:])):
                continue
            if named := before or (parts[number - 1].words if number else []):
                yield Mention(_keys(named), state, within=() if before else _beginnings(part.words))
        if number != main and part.zip_code and part.words:
            yield Mention(_keys(part.words), zip_code=part.zip_code)


def _is_road(state: Sequence[str], rest: Sequence[str]) -> bool:
    """`Delaware River Rd` is a road; `Illinois 12 Main St` and `IL Main St` are a state and a road in it."""
    return len(state[0]) > 2 and not ROADS.isdisjoint(rest) and not any(word.isdigit() for word in rest)


def _beginnings(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(key_of(words[:length]) for length in range(1, min(LONGEST_CITY, len(words)) + 1))


def _keys(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(key_of(words[-length:]) for length in range(min(LONGEST_CITY, len(words)), 0, -1))


def is_zip(word: str) -> bool:
    return len(word) == 5 and word.isdigit()
