"""The inside of a truck and the outside of a load, from what people write into a free-text field."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from drivers import measures
from drivers.measures import LARGEST_INCHES, Measure, Run
from kernel import numbers

LONGEST_FEET = 53
"""The longest trailer: a truck's numbers without a unit are feet when none is larger, and inches otherwise."""
WIDEST_FEET = 14
"""No more than one side of anything on a road has more feet."""
TEXT_MAX = 150

__all__ = [
    "LARGEST_INCHES",
    "TEXT_MAX",
    "Fits",
    "Size",
    "fits",
    "holds",
    "is_known",
    "of_load",
    "of_truck",
    "only_size",
    "plain",
    "side",
]


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


def of_truck(text: str | None) -> Size:
    """`144x72x74`, `12'x6'x6'`, `144 L x 72 W x 74 H`, `53 ft`, in inches, as far as it can be read."""
    return _of_truck((text or "")[:TEXT_MAX])


def of_load(text: str | None) -> list[Size]:
    """Every piece that the text speaks of: `2 @ 48x40x60, 1 crate 96 x 48 x 50`. Without a unit it is inches.

    A piece whose size is not sure is there too, without its sides: whether it fits is not known.
    """
    return list(_of_load((text or "")[:TEXT_MAX]))


def is_known(load: str | None) -> bool:
    """Whether every piece of a load has its three sides written down."""
    pieces = of_load(load)
    return bool(pieces) and all(piece.is_complete for piece in pieces)


def only_size(load: str | None) -> Size | None:
    """The size of a load whose text says nothing else: one piece, three sides."""
    found = measures.runs((load or "")[:TEXT_MAX])
    if len(found) != 1 or not found[0].alone or len(load or "") > TEXT_MAX:
        return None
    size = _size(found[0], may_be_feet=False)
    return size if size.is_complete else None


def side(text: str) -> str:
    """One side as a person writes it into a field of its own (`300 1/2`, `5' 6"`), in inches: `300.5`.

    Raises `numbers.Unreadable` for what is not one measure.
    """
    return plain(measures.side(text[:TEXT_MAX]))


def plain(inches: float) -> str:
    """Inches as `side` and `of_load` read them again: `300.5`, and `1.1250`, since `1.125` can be read in two ways."""
    digits = f"{inches:.4f}"
    shortest = digits.rstrip("0").rstrip(".")
    try:
        measures.side(shortest)
    except numbers.TwoReadings:
        return digits
    return shortest


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
    for run in sorted(measures.runs(text), key=lambda run: len(run.measures), reverse=True):
        if len(run.measures) > 1 or run.measures[0].label or run.measures[0].unit == "'":
            return _size(run, may_be_feet=True)
    return Size()


@lru_cache(maxsize=4096)
def _of_load(text: str) -> tuple[Size, ...]:
    return tuple(_size(run, may_be_feet=False) for run in measures.runs(text) if len(run.measures) > 1)


def _piece_fits(piece: Size, inside: Size) -> Fits:
    floor = sorted(side for side in (piece.length, piece.width) if side is not None)
    room = sorted(side for side in (inside.length, inside.width) if side is not None)
    if piece.height is not None and inside.height is not None and piece.height > inside.height:
        return Fits.NO
    if floor and room and (floor[-1] > room[-1] or (len(floor) == len(room) == 2 and floor[0] > room[0])):
        return Fits.NO
    return Fits.YES if piece.is_complete and inside.is_complete else Fits.UNKNOWN


def _size(run: Run, *, may_be_feet: bool) -> Size:
    if not run.sure or run.sides is None:
        return Size()
    if not _find_units(run.measures, may_be_feet=may_be_feet):
        return Size()
    if any(measure.inches is None and measure.value for measure in run.measures):
        return Size()
    sides = dict(zip(run.sides, (measure.inches for measure in run.measures), strict=True))
    return Size(length=sides.get("l"), width=sides.get("w"), height=sides.get("h"))


def _find_units(measures: list[Measure], *, may_be_feet: bool) -> bool:
    """Give feet to the numbers without a unit that are feet; False where they may be feet or inches."""
    unitless = [measure for measure in measures if not measure.unit]
    units = {measure.unit for measure in measures if measure.unit}
    if not unitless or not ("'" in units or (may_be_feet and not units)):
        return True
    values = [measure.value or 0 for measure in unitless]
    long = [value for value in values if value > WIDEST_FEET]
    if max(values) > LONGEST_FEET:
        return "'" not in units or len(long) == len(values)
    of_all = len(unitless) == len(measures) or (len(unitless) == len(measures) - 1 and measures[-1].unit == "'")
    if len(long) > (1 if of_all else 0) or '"' in units:
        return False
    for measure in unitless:
        measure.unit = "'"
    return True
