"""The demo's loads: from one dock to another, at a rate that somebody might pay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from drivers.distance import road_miles
from drivers.models import Place
from offers.demo import words

HALF_HOUR = timedelta(minutes=30)
MILES_AN_HOUR = 48


@dataclass(frozen=True, slots=True)
class Load:
    """What may be written of an offer, and the places that its addresses are in."""

    fields: dict[str, Any]
    pickup: Place
    delivery: Place


def make_load(rng: Random, places: list[Place], at: datetime) -> Load:
    """A load that is offered at `at`."""
    start, end, miles = _lane(rng, places)
    rate = max(150, round(miles * rng.uniform(1.5, 2.3) / 25) * 25)
    dimensions, pieces, pounds = rng.choice(words.CARGO)
    pickup = _on_the_half_hour(at + timedelta(hours=rng.uniform(1.5, 9)))
    delivery = _on_the_half_hour(pickup + timedelta(hours=miles / MILES_AN_HOUR + rng.uniform(1, 5)))
    fields = {
        "reference": f"PO-{rng.randrange(10_000, 99_999)}",
        "customer_name": rng.choice(words.CUSTOMERS),
        "customer_rate": Decimal(round(rate * rng.uniform(1.2, 1.45) / 5) * 5),
        "rate_ceiling": Decimal(round(rate * rng.uniform(1.08, 1.25) / 5) * 5),
        "proposed_rate": Decimal(rate),
        "pickup_location": _address(rng, start),
        "pickup_from": pickup,
        "pickup_until": pickup + timedelta(hours=rng.choice((1, 2, 4))),
        "delivery_location": _address(rng, end),
        "delivery_from": delivery,
        "delivery_until": delivery + timedelta(hours=rng.choice((2, 3, 6))),
        "weight_lbs": Decimal(pounds),
        "dimensions": dimensions,
        "pieces": pieces,
        "notes": rng.choice(words.NOTES),
    }
    return Load(fields, start, end)


def _lane(rng: Random, places: list[Place]) -> tuple[Place, Place, float]:
    for _ in range(50):
        start, end = rng.sample(places, 2)
        miles = road_miles(start.latitude, start.longitude, end.latitude, end.longitude)
        if 90 <= miles <= 1400:
            break
    return start, end, miles


def _address(rng: Random, place: Place) -> str:
    return f"{rng.randrange(100, 9900)} {rng.choice(words.STREETS)}, {place.label}"


def _on_the_half_hour(moment: datetime) -> datetime:
    moment = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    return moment + HALF_HOUR
