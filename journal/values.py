"""Values as the journal keeps them and as clients read them: one spelling of each, at every door."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kernel import clock

_OLDER_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00")


def plain(value: Any) -> Any:
    """Fit for JSON: a moment reads `2026-11-21T14:05:00.123Z`, an amount `850.00`, the rest is a text."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return clock.iso(value)
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value:f}" if _decimals(value) >= 2 else f"{value:.2f}"
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(inner) for inner in value]
        case _:
            return str(value)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def told(value: Any) -> Any:
    """What is kept, as `plain` would have written it: rows from before spell moments as Python does."""
    match value:
        case str() if _OLDER_MOMENT.fullmatch(value):
            try:
                return clock.iso(datetime.fromisoformat(value))
            except ValueError:  # It only looks like a moment.
                return value
        case dict():
            return {name: told(inner) for name, inner in value.items()}
        case list():
            return [told(inner) for inner in value]
        case _:
            return value
