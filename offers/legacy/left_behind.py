"""Rows set aside that have no copy: how many there are, and why some of them will never have one."""

from collections.abc import Iterator
from typing import NamedTuple

from offers.legacy.rows import count
from offers.legacy.tables import PREFIX, Tables

COPIED = ("offers", "offer_proposals", "chat_messages")


class Left(NamedTuple):
    """Rows of one table that cannot be copied."""

    name: str
    number: int
    reason: str


TAKEN = "their number is another offer's"
NO_NUMBER = ("their number is below 1", "l.id < 1")
NOWHERE = (
    "their offer or driver is gone",
    "l.id > 0 AND (NOT EXISTS (SELECT 1 FROM offers o WHERE o.id = l.offer_id)"
    " OR NOT EXISTS (SELECT 1 FROM Trucks t WHERE t.ID = l.driver_id))",
)
SECOND = (
    "their offer and driver have other ones",
    "l.id > 0 AND EXISTS (SELECT 1 FROM Trucks t WHERE t.ID = l.driver_id) AND EXISTS"
    " (SELECT 1 FROM conversations v WHERE v.offer_id = l.offer_id AND v.driver_id = l.driver_id)",
)
REASONS = {
    "offers": (
        ("their user is gone", "l.id > 0 AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = l.created_by)"),
        NO_NUMBER,
    ),
    "offer_proposals": (NOWHERE, SECOND, NO_NUMBER),
    "chat_messages": (NOWHERE, SECOND, NO_NUMBER),
}
"""No row has two of them."""


def uncopied(name: str, *, where: str = "TRUE") -> int:
    return count(f"FROM {PREFIX}{name} l LEFT JOIN {name} c ON c.id = l.id WHERE c.id IS NULL AND {where}")


def left_behind(tables: Tables) -> Iterator[Left]:
    """Of the tables that were set aside; ours must be there."""
    for name in COPIED:
        if not tables.has(PREFIX + name):
            continue
        for reason, condition in REASONS[name]:
            if number := uncopied(name, where=condition):
                yield Left(name, number, reason)
    if tables.has(f"{PREFIX}offers") and (
        number := count(f"FROM {PREFIX}offers l JOIN offers c ON c.id = l.id WHERE c.created_by_id <> l.created_by")
    ):
        yield Left("offers", number, TAKEN)
