"""Reading what was set aside, in batches."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

Row = dict[str, Any]


def uncopied_offers(size: int) -> Iterator[list[Row]]:
    """Offers that are not ours yet, by id, `size` at a time."""
    after = 0
    while True:
        rows = _read(
            "SELECT l.* FROM legacy_offers l LEFT JOIN offers o ON o.id = l.id"
            " WHERE o.id IS NULL AND l.id > %s ORDER BY l.id LIMIT %s",
            [after, size],
        )
        if not rows:
            return
        after = rows[-1]["id"]
        yield rows


def offers_with_uncopied_talk(*, proposals: bool, messages: bool) -> list[int]:
    """Ids of copied offers that have proposals or messages which are not ours yet."""
    parts = []
    if proposals:
        parts.append(_uncopied("legacy_offer_proposals", "offer_proposals"))
    if messages:
        parts.append(_uncopied("legacy_chat_messages", "chat_messages"))
    if not parts:
        return []
    return [row["offer_id"] for row in _read(f"{' UNION '.join(parts)} ORDER BY offer_id")]


def proposals_of(offer_ids: Collection[int]) -> list[Row]:
    return _read("SELECT * FROM legacy_offer_proposals WHERE id > 0 AND offer_id IN %s ORDER BY id", [tuple(offer_ids)])


def messages_of(offer_ids: Collection[int]) -> list[Row]:
    """In the order in which each pair said them."""
    return _read(
        "SELECT * FROM legacy_chat_messages WHERE id > 0 AND offer_id IN %s"
        " ORDER BY offer_id, driver_id, created_at, id",
        [tuple(offer_ids)],
    )


def word(stored: Any) -> str:
    """A status or a kind as we would write it: `Counter Offered` is `counter_offered`."""
    return "_".join(str(stored or "").lower().replace("-", " ").replace("_", " ").split())


def count(statement: str) -> int:
    return int(_read(f"SELECT COUNT(*) AS n {statement}")[0]["n"])


def batches(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _uncopied(aside: str, ours: str) -> str:
    return (
        f"SELECT DISTINCT l.offer_id AS offer_id FROM {aside} l JOIN offers o ON o.id = l.offer_id"  # noqa: S608
        f" LEFT JOIN {ours} c ON c.id = l.id WHERE c.id IS NULL"
    )


def _read(statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column[0].lower() for column in cursor.description]
        return [dict(zip(names, map(_aware, row), strict=True)) for row in cursor.fetchall()]


def _aware(value: Any) -> Any:
    """Moments with their zone: every connection of ours reads them in UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
