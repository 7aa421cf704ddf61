"""Ids: how large they get, and as they stand in addresses and forms."""

from kernel.text import whole_number

LARGEST_ID = 2**63 - 1
LARGEST_LEGACY_ID = 2**31 - 1
"""`users` and `Trucks` count with plain integers."""


def parse_id(text: str, *, most: int = LARGEST_ID) -> int | None:
    """The id that a text of digits names; None for anything else, nought and what no column holds too."""
    return whole_number(text, most=most) or None
