"""The inside of a truck and the outside of a load, from what people write into a free-text field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

INCHES = {"": 1.0, "in": 1.0, '"': 1.0, "ft": 12.0, "'": 12.0, "cm": 1 / 2.54, "m": 100 / 2.54}
LONGEST_FEET = 53
"""The longest trailer: a truck's numbers without a unit are feet when none is larger, and inches otherwise."""
LARGEST_INCHES = 1200
TEXT_MAX = 150

_SAME = [
    (re.compile(r"[’′`´]"), "'"),
    (re.compile(r"[”″“]|''"), '"'),
    (re.compile(r"\s*(?:×|\*|\bby\b)\s*"), " x "),
    (re.compile(r"(?<![a-z])(?:feet|foot|ft)(?![a-z])\.?"), "'"),
    (re.compile(r"(?<![a-z])(?:inches|inch|ins?)(?![a-wyz])\.?"), '"'),
    (re.compile(r"\b(?:length|long)\b"), "l"),
    (re.compile(r"\b(?:width|wide)\b"), "w"),
    (re.compile(r"\b(?:height|high|tall)\b"), "h"),
]
_NUMBER = r"""
    (?<![0-9.]) (?P<number>[0-9]{1,4}(?:\.[0-9]{1,3})?) (?![0-9.]*[0-9])
    \s* (?P<unit>'|"|cm\b|m\b)?
    (?:(?<=')[ -]*(?P<inches>[0-9]{1,2}(?:\.[0-9]{1,3})?)\s*(?:"|(?=\s*(?:[x,/lwh]|$))))?
"""
_LABEL_FIRST = re.compile(rf"(?:(?<![a-z])(?P<label>[lwh])\s*[:=]?\s*)?{_NUMBER}", re.VERBOSE)
_LABEL_LAST = re.compile(rf"{_NUMBER}(?:\s*(?P<label>[lwh])(?![a-wyz]))?", re.VERBOSE)


class Fits(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Size:
    """Inches; None where nothing is said."""

    length: float | None = None
    width: float | None = None
    height: float | None = None

    @property
    def is_complete(self) -> bool:
        return None not in (self.length, self.width, self.height)


@dataclass(slots=True)
class _Measure:
    value: float
    unit: str
    label: str


def of_truck(text: str | None) -> Size:
    """`144x72x74`, `12'x6'x6'`, `144 L x 72 W x 74 H`, `53 ft`, in inches, as far as it can be read."""
    return _of_truck((text or "")[:TEXT_MAX])


def of_load(text: str | None) -> list[Size]:
    """Every piece whose size is written down: `2 @ 48x40x60, 1 crate 96 x 48 x 50`. Without a unit it is inches."""
    return list(_of_load((text or "")[:TEXT_MAX]))


def fits(load: str | None, truck: str | None) -> Fits:
    """Whether every piece of a load goes into a truck, turned on the floor if need be, but not tipped over."""
    pieces, inside = of_load(load), of_truck(truck)
    answers = {_piece_fits(piece, inside) for piece in pieces}
    if Fits.NO in answers:
        return Fits.NO
    return Fits.UNKNOWN if not answers or Fits.UNKNOWN in answers else Fits.YES


def holds(truck: str | None, least: Size) -> bool:
    """Whether a truck is known to be at least so large, in the measures that are asked for."""
    inside = of_truck(truck)
    pairs = ((inside.length, least.length), (inside.width, least.width), (inside.height, least.height))
    return all(asked is None or (known is not None and known >= asked) for known, asked in pairs)


@lru_cache(maxsize=4096)
def _of_truck(text: str) -> Size:
    runs = list(_runs(text))
    for run in sorted(runs, key=len, reverse=True):
        if len(run) > 1 or run[0].label or run[0].unit == "'":
            return _size(run, may_be_feet=True)
    return Size()


@lru_cache(maxsize=4096)
def _of_load(text: str) -> tuple[Size, ...]:
    return tuple(_size(run, may_be_feet=False) for run in _runs(text) if len(run) == 3)


def _piece_fits(piece: Size, inside: Size) -> Fits:
    floor = sorted(side for side in (piece.length, piece.width) if side is not None)
    room = sorted(side for side in (inside.length, inside.width) if side is not None)
    if piece.height is not None and inside.height is not None and piece.height > inside.height:
        return Fits.NO
    if floor and room and (floor[-1] > room[-1] or (len(floor) == len(room) == 2 and floor[0] > room[0])):
        return Fits.NO
    return Fits.YES if piece.is_complete and inside.is_complete else Fits.UNKNOWN


def _runs(text: str) -> Iterator[list[_Measure]]:
    """The measures of a text, those together that belong to one size: at most three."""
    text = text.lower()
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    first = _LABEL_FIRST.search(text)
    found = (_LABEL_FIRST if first and first["label"] else _LABEL_LAST).finditer(text)
    run: list[_Measure] = []
    end = 0
    for match in found:
        between = text[end : match.start()].strip()
        name = match["label"] or ""
        goes_on = between in ("x", "/", ",", "-") or (between == "" and bool(name))
        if run and (not goes_on or len(run) == 3):
            yield run
            run = []
        run.append(_Measure(value=_value(match), unit=match["unit"] or "", label=name))
        end = match.end()
    if run:
        yield run


def _value(match: re.Match[str]) -> float:
    """The number in its own unit; feet and inches together are feet."""
    return float(match["number"]) + float(match["inches"] or 0) / 12


def _size(run: list[_Measure], *, may_be_feet: bool) -> Size:
    in_feet = [measure for measure in run if measure.unit == "'"]
    unitless = [measure for measure in run if not measure.unit]
    small = all(measure.value <= LONGEST_FEET for measure in unitless)
    feet = small and (bool(in_feet) or (may_be_feet and len(unitless) == len(run)))
    sides: dict[str, float] = {}
    for measure, place in zip(run, "lwh", strict=False):
        unit = measure.unit or ("'" if feet else "")
        inches = round(measure.value * INCHES[unit], 2)
        if 0 < inches <= LARGEST_INCHES:
            sides[measure.label or place] = inches
    return Size(length=sides.get("l"), width=sides.get("w"), height=sides.get("h"))
