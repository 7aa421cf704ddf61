"""Where the demo's trucks stand, kept in memory: thousands of loads look for the nearest of thousands of trucks."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import count
from math import cos, floor, radians

from drivers.distance import haversine_miles
from drivers.models import Driver
from drivers.selectors import positions

CELL_DEGREES = 0.5
MILES_A_DEGREE = 69
"""Of latitude; of longitude at the equator."""


class Positions:
    """The trucks by cells of half a degree."""

    def __init__(self, trucks: Iterable[Driver]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[int, tuple[float, float]]]] = defaultdict(list)
        self._number = 0
        for pk, place in positions(trucks).items():
            self._cells[_cell(*place)].append((pk, place))
            self._number += 1

    def nearest(self, lat: float, lon: float, number: int, is_wanted: Callable[[int], bool]) -> list[int]:
        """The ids of the `number` nearest that are wanted, nearest first: `drivers.selectors.near` without a query.

        Looks into one ring of cells after the other, until no truck farther out can be nearer than those found.
        """
        found: list[tuple[float, int]] = []
        seen = 0
        middle = _cell(lat, lon)
        for ring in count():
            for cell in _ring(middle, ring):
                for pk, place in self._cells.get(cell, ()):
                    seen += 1
                    if is_wanted(pk):
                        found.append((haversine_miles(lat, lon, *place), pk))
            found.sort()
            if seen == self._number or (len(found) >= number and found[number - 1][0] <= _reach(lat, ring)):
                return [pk for _miles, pk in found[:number]]
        raise AssertionError("unreachable")


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / CELL_DEGREES), floor(lon / CELL_DEGREES)


def _ring(middle: tuple[int, int], ring: int) -> Iterable[tuple[int, int]]:
    """The cells that are so many cells away, up and down or across."""
    row, column = middle
    for across in range(-ring, ring + 1):
        sides = range(-ring, ring + 1) if abs(across) == ring else {-ring, ring}
        yield from ((row + up, column + across) for up in sides)


def _reach(lat: float, ring: int) -> float:
    """How many miles around the point are looked at for certain, once this ring is."""
    northernmost = min(89.0, abs(lat) + (ring + 1) * CELL_DEGREES)
    return ring * CELL_DEGREES * MILES_A_DEGREE * cos(radians(northernmost))
