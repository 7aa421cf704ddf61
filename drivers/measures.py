"""Measures in a free text: numbers with their units and labels, those together that belong to one size.

What can be read in more than one way makes the size it belongs to unsure: a load that is taken for smaller than it is
costs a truck a wasted trip.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kernel import numbers
from kernel.text import readable

INCHES = {"": 1.0, '"': 1.0, "'": 12.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "m": 100 / 2.54}
LARGEST_INCHES = 1200
METRIC = ("mm", "cm", "m")

_SAME = [
    (re.compile(r"[\u2044\u2215\u2571\u29f8\u27cb\u00f7\\\u2216\u29f5\u29f9\u2572]"), "/"),
    (re.compile(r"(?<=[0-9] )([0-9]{1,2}) ?/ ?(2|3|4|8|16|32|64)(?![0-9.,]| ?/)"), r"\1/\2"),
    (re.compile(r"[\u2018\u2019\u02bc\u02b9\u2032\u0060\u00b4]"), "'"),
    (re.compile(r"[\u201c\u201d\u201f\u02ba\u2033]|''"), '"'),
    (re.compile(r"\s*(?:×|✕|✖|\*|\b(?:by|por)\b)\s*"), " x "),
    (re.compile(r"(?<![a-z])(?:feet|foot|ft|pies?)(?![a-wyz])\.?"), "'"),
    (re.compile(r"(?<![a-z])(?:inch(?:es)?|ins?|pulgadas?|pulg)(?![a-wyz])\.?"), '"'),
    (re.compile(r"\b(?:length|long|largo)\b"), "l"),
    (re.compile(r"\b(?:width|wide|ancho)\b"), "w"),
    (re.compile(r"\b(?:height|high|tall|alto|altura)\b"), "h"),
]
_HEADER = re.compile(r"\(?\s*(?<![a-z])([lwh])\s*[x/]?\s*([lwh])\s*[x/]?\s*([lwh])(?![a-z])\s*\)?\s*[:=]?")
"""`LxWxH:`, which says in which order they come."""
_DIGITS = r"(?:[0-9]+(?:[.,][0-9]+)*|\.[0-9]+)"
_FRACTION = r"[0-9]{1,2}/(?:2|3|4|8|16|32|64)(?![0-9./]|,[0-9])"
_NUMBER = rf"""
    (?<![0-9.,]) (?P<number>(?<!/){_FRACTION}|{_DIGITS}) (?:(?:\ +|\ ?-\ ?)(?P<part>{_FRACTION}))?
    \s* (?P<unit>'|"|mm\b|cm\b|m\b)?
    (?:(?<=')[ -]*(?P<inches>{_FRACTION}|{_DIGITS})(?:[ -](?P<eighths>{_FRACTION}))?\s*(?:"|(?=\s*(?:[x,/lwh;)]|$))))?
    (?P<other>\s*(?:kgs?|lbs?|pounds?|libras?|yds?|yards?|pcs?|pieces|pallets|skids)\b|\s*[\#%°])?
"""
_LABEL_FIRST = re.compile(rf"(?:(?<![a-wyz])(?P<label>[lwh])\s*[:=]?\s*)?{_NUMBER}", re.VERBOSE)
_LABEL_LAST = re.compile(rf"{_NUMBER}(?:\s*(?P<label>[lwh])(?![a-wyz]))?", re.VERBOSE)
_LIST = re.compile(r"(?<![0-9.,x/])([0-9]{2,3}),([0-9]{2,3}),([0-9]{2,3})(?![0-9.,x/]| x)")
"""`144,72,74`: no number has two commas and these digits, unless it is larger than any size."""
_NEXT_PIECE = re.compile(
    r"((?<![0-9]) [0-9.]+\s*x\s*[0-9.]+\s*x\s*[0-9.]+),(?=[0-9.]+\s*x\s*[0-9.]+\s*x\s*[0-9.]+)", re.X
)
"""`48x40x60,96x48x50`: the comma parts two sizes."""
_PART_OF = re.compile(r"(?:and|an|n|plus|y|e|con|m[aá]s|[^a-z0-9])*")
"""What may stand between a whole number and its fraction: `300 & 1/2`, `300 y 1/2`, `300 .5`."""
_ODD_SIGN = re.compile(r"[^a-z0-9\s@:;=#()\[\],x/-]+")
"""Between two digits without a space it may make them one number: `1|2`, `300_5`."""
_ALTERNATIVES = ("to", "a", "or", "o", "and", "y", "&", "+", "-")


@dataclass(slots=True)
class Measure:
    """A number in its own unit (feet and inches together are feet); None where it cannot be read for sure."""

    value: float | None
    unit: str = ""
    label: str = ""
    counts: bool = False
    """It is a weight or a number of pieces."""
    written: re.Match[str] | None = None

    @property
    def inches(self) -> float | None:
        """None for what is no size at all too."""
        if self.value is None:
            return None
        inches = round(self.value * INCHES[self.unit], 2 if self.unit in METRIC else 4)
        return inches if 0 < inches <= LARGEST_INCHES else None


@dataclass(slots=True)
class Run:
    """The measures of one size, as they come.

    `order` is that of the sides, `after` what stands between it and the number before. `sure`: it can be read in one
    way only. `alone`: the text has no other word.
    """

    measures: list[Measure]
    order: str = "lwh"
    after: str = ""
    sure: bool = True
    alone: bool = False

    @property
    def sides(self) -> list[str] | None:
        """Which side each measure is: `l`, `w` or `h`; None where two of them would be the same."""
        sides = [measure.label or side for measure, side in zip(self.measures, self.order, strict=False)]
        return sides if len(set(sides)) == len(self.measures) else None


def runs(text: str) -> list[Run]:
    """The sizes that a text speaks of, and its other numbers as runs of one."""
    plain, order = _plain(text)
    found: list[Run] = []
    run, joint, end, start = None, "", 0, 0
    for match in _matches(plain):
        between = plain[end : match.start()].strip()
        measure = _measure(match)
        if run is not None and _goes_on(run, joint, between, measure, plain[end : match.start()]):
            run.measures.append(measure)
            run.sure = run.sure and (joint in ("", between) or (joint, between) == ("x", "/") or bool(measure.label))
            joint = between
        else:
            former, run = run, Run([measure], order, after=between)
            gap = plain[end : match.start()]
            if former and _is_part_of(former.measures[-1], measure, gap):
                former.sure = run.sure = False
            elif former and len(former.measures) == 1:
                run.sure = not _may_be_one(former.measures[0], measure, gap)
            found.append(run)
            joint, start = "", match.start()
        run.alone = not plain[:start].strip() and not plain[match.end() :].strip()
        end = match.end()
    for each, following in pairwise(found):
        each.sure = each.sure and not _goes_up_to(each, following)
    for each in found:
        _share_unit(each)
        each.sure = each.sure and each.sides is not None and all(one.value is not None for one in each.measures)
    return found


def side(text: str) -> float:
    """One side in inches, as a person writes it into a field of its own. Raises `numbers.Unreadable`."""
    plain, _order = _plain(text)
    match = _LABEL_LAST.fullmatch(plain)
    if match is None or match["label"] or match["other"]:
        measure = Measure(float(numbers.read(text, most=LARGEST_INCHES)), "", "")
    else:
        if match["part"] is None and match["inches"] is None and "/" not in match["number"]:
            numbers.read(match["number"], most=_most(match["unit"] or ""))  # which says why it cannot be read
        measure = _measure(match)
    if measure.inches is None:
        raise numbers.Unreadable()
    return measure.inches


def _plain(text: str) -> tuple[str, str]:
    """The text in one spelling, and the order in which it says that the sides come."""
    text = readable("".join(map(_fraction_apart, text))).lower()
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    order = "lwh"
    header = _HEADER.search(text)
    if header and set(header.groups()) == set("lwh"):
        order = "".join(header.groups())
        text = text[: header.start()] + " " + text[header.end() :]
    text = _LIST.sub(r"\1 x \2 x \3", text)
    return _NEXT_PIECE.sub(r"\1; ", text).strip(), order


def _fraction_apart(letter: str) -> str:
    """`½` apart from the number before it, which it would become a part of. Other signs of numbers are no digits."""
    if unicodedata.category(letter) != "No":
        return letter
    same = unicodedata.normalize("NFKC", letter)
    return f" {same} " if "\u2044" in same else " ? "


def _matches(text: str) -> Iterator[re.Match[str]]:
    first = _LABEL_FIRST.search(text)
    return (_LABEL_FIRST if first and first["label"] else _LABEL_LAST).finditer(text)


def _measure(match: re.Match[str], unit: str = "") -> Measure:
    unit, label = match["unit"] or unit, match["label"] or ""
    whole, part = _value(match["number"], unit), _value(match["part"] or "0")
    inches, eighths = _value(match["inches"] or "0"), _value(match["eighths"] or "0")
    parts = (whole, part, inches, eighths)
    if match["other"]:
        return Measure(None, unit, label, counts=True, written=match)
    if None in parts or (inches or 0) >= 12 or (match["part"] and not match["number"].isdigit()):
        return Measure(None, unit, label, written=match)
    value = (whole or 0) + (part or 0) + ((inches or 0) + (eighths or 0)) / 12
    return Measure(value, unit, label, written=match)


def _value(text: str, unit: str = "") -> float | None:
    if "/" in text:
        above, below = text.split("/")
        return int(above) / int(below) if int(above) < int(below) else None
    try:
        return float(numbers.read(text, most=_most(unit)))
    except numbers.Unreadable:
        return None


def _most(unit: str) -> int:
    """More than this in a unit is larger than any size."""
    return int(LARGEST_INCHES / INCHES[unit])


def _goes_on(run: Run, joint: str, between: str, measure: Measure, gap: str) -> bool:
    """Whether a measure belongs to the size that is being read."""
    if between in ("x", "/"):
        return True
    if between == ",":
        return joint in ("", ",") or (bool(measure.label) and len(run.measures) < 3)
    if between == "-":
        return joint == "-" or (joint == "" and gap == "-" and len(run.measures) == 1)
    return between == "" and bool(measure.label) and len(run.measures) < 3


def _goes_up_to(run: Run, following: Run) -> bool:
    """`48x40x60-72`, `48x40x60 or 72`: a size followed by another number for one of its sides."""
    (measure, *others), last = following.measures, run.measures[-1].value
    if following.after not in _ALTERNATIVES or others or measure.counts or last is None:
        return False
    return measure.value is None or measure.value >= last or following.after in ("to", "a", "or", "o")


def _is_part_of(before: Measure, measure: Measure, gap: str) -> bool:
    """`300 & 1/2x60x60`, `300 .5x60x60`: the number before it and a measure under one may be one number."""
    if before.counts or measure.value is None or measure.value >= 1 or measure.counts:
        return False
    return _PART_OF.fullmatch(gap) is not None


def _may_be_one(before: Measure, measure: Measure, gap: str) -> bool:
    """`1 200x60x60`: one piece of 200, or 1,200? `300. 5x60x60`: one of 5, or 300.5?"""
    if before.counts or before.label or (before.unit and gap.strip()):
        return False
    if _ODD_SIGN.fullmatch(gap):
        return True
    if before.unit or before.value is None or measure.value is None or gap.strip() not in ("", "."):
        return False
    if measure.written and len(measure.written["number"]) == 3:
        return before.value * 1000 + measure.value <= LARGEST_INCHES
    return gap.strip() == "." and before.value >= measure.value


def _share_unit(run: Run) -> None:
    """`120 x 80 x 100 cm`: the last one's unit is that of all. Written with some of the others it says nothing sure."""
    *others, last = run.measures
    units = {measure.unit for measure in run.measures}
    if last.unit in METRIC and units == {"", last.unit} and not any(measure.unit for measure in others):
        run.measures = [_measure(measure.written, last.unit) if measure.written else measure for measure in others]
        run.measures.append(last)
    elif "" in units and units & {*METRIC}:
        run.sure = False
