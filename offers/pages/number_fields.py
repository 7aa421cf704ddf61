"""Numbers and sizes of an offer's form, as people write them into its fields."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from drivers import dimensions
from kernel import numbers
from kernel.money import read_amount
from kernel.text import whole_number
from offers.shapes.fields import MOST_PIECES

MONEY = ("proposed_rate", "rate_ceiling", "customer_rate")
UNITS = {
    "weight_lbs": ("lb", "lbs", "lb.", "lbs.", "#"),
    "distance_miles": ("mi", "mi.", "miles", "millas"),
    "pieces": ("pc", "pcs", "pcs.", "piezas", "pzs"),
}
"""What may stand beside a number."""
NUMBERS = (*MONEY, *UNITS)
SIDES = ("length", "width", "height")


def number(name: str, text: str, currency: str) -> Any:
    """What the shape takes of a number: None for nothing. Raises `numbers.Unreadable`."""
    if not text:
        return None
    if name in MONEY:
        return numbers.plain(read_amount(text, currency))
    plain = numbers.plain(numbers.read(text, beside=UNITS[name]))
    whole = whole_number(plain, most=10 * MOST_PIECES) if name == "pieces" else None
    return plain if whole is None else whole


def size(values: Mapping[str, str]) -> str:
    """The three sides as one size in inches. Raises `numbers.Unreadable` where one cannot be read."""
    return "x".join(dimensions.side(values.get(side, "")) for side in SIDES)


def sides(text: str) -> dict[str, str]:
    """The three sides, when the text says one size and nothing else; otherwise its words stay as they are."""
    only = dimensions.only_size(text)
    if only is None:
        return {}
    found = zip(SIDES, (only.length, only.width, only.height), strict=True)
    return {side: dimensions.plain(inches) for side, inches in found if inches is not None}


def sides_at_fault(values: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with each side."""
    given = {side: values.get(side, "") for side in SIDES}
    if not all(given.values()):
        return {"length": [_("Give length, width and height.")]}
    faults = {}
    for side, text in given.items():
        try:
            dimensions.side(text)
        except numbers.TwoReadings as unreadable:
            faults[side] = [str(unreadable)]
        except numbers.Unreadable:
            faults[side] = [_("This is no size. Write one number of inches, like 48 or 48 1/2.")]
    return faults
