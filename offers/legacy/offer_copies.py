"""Offers of the earlier attempt as ours."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from drivers import places
from drivers.models import Place
from kernel import clock
from offers.enums import DistanceSource, OfferStatus
from offers.legacy.rows import Row, uncopied_offers, word
from offers.models import Offer

BATCH = 500
PLACE_MAX = 150
STATUSES = {
    "completed": OfferStatus.COMPLETED,
    "cancelled": OfferStatus.CANCELLED,
    "canceled": OfferStatus.CANCELLED,
}
"""All others were active, which is also what no status meant."""
NO_RATE = Decimal("0.00")
GLOBE = {"lat": 90, "lon": 180}
NUMBER = re.compile("[0-9]{1,10}")


def copy_offers() -> int:
    """Copy what is not ours yet, but for offers of users who are gone. Gives how many."""
    copied = 0
    for rows in uncopied_offers(BATCH):
        makers = set(User.objects.filter(pk__in={row["created_by"] for row in rows}).values_list("pk", flat=True))
        good = [row for row in rows if row["created_by"] in makers]
        found = places.find_many({row[f"{end}_location"] for row in good for end in ("pickup", "delivery")})
        with transaction.atomic():
            Offer.objects.bulk_create(_copy(row, found) for row in good)
        copied += len(good)
    return copied


def _copy(row: Row, found: Mapping[str, Place]) -> Offer:
    made = row["created_at"] or row["updated_at"] or clock.now()
    return Offer(
        id=row["id"],
        created_by_id=row["created_by"],
        owner_id=row["created_by"],
        weight_lbs=row["weight_lbs"],
        dimensions=row["dimensions"] or "",
        distance_miles=row["distance_miles"],
        distance_source=DistanceSource.ESTIMATED if row["distance_miles"] is None else DistanceSource.GIVEN,
        proposed_rate=row["proposed_rate"] if row["proposed_rate"] is not None else NO_RATE,
        currency=settings.CURRENCY,
        status=STATUSES.get(word(row["status"]), OfferStatus.ACTIVE),
        notes=row["notes"] or "",
        invited_driver_ids=ids_in(row["invited_driver_ids"]),
        version=1,
        created_at=made,
        updated_at=row["updated_at"] or made,
        **_end(row, "pickup", found),
        **_end(row, "delivery", found),
    )


def _end(row: Row, end: str, found: Mapping[str, Place]) -> dict[str, Any]:
    location = row[f"{end}_location"]
    place = found.get(location)
    return {
        f"{end}_location": location,
        f"{end}_place": place.label if place else coarse(location),
        f"{end}_zone": place.time_zone if place else "",
        f"{end}_lat": _on_the_globe(row[f"{end}_lat"], "lat"),
        f"{end}_lon": _on_the_globe(row[f"{end}_lon"], "lon"),
    }


def coarse(location: str) -> str:
    """As much of an address that no place was found for as a driver may read before the award: its end."""
    parts = [part.strip() for part in location.split(",") if part.strip()]
    return ", ".join(parts[-2:] if len(parts) > 2 else parts)[:PLACE_MAX] or location.strip()[:PLACE_MAX]


def _on_the_globe(degrees: Decimal | None, axis: str) -> Decimal | None:
    return None if degrees is None or abs(degrees) > GLOBE[axis] else round(degrees, 6)


def ids_in(stored: Any) -> list[int]:
    """The drivers' numbers in what was stored: a list, or what PHP makes of one that has gaps or is encoded twice."""
    if isinstance(stored, str | bytes):
        try:
            return ids_in(json.loads(stored))
        except (ValueError, RecursionError):
            return []
    items = stored.values() if isinstance(stored, dict) else stored if isinstance(stored, list) else ()
    numbers = [int(text) for text in map(str, items) if NUMBER.fullmatch(text)]
    return list(dict.fromkeys(number for number in numbers if 0 < number < 2**31))
