"""The demo's trucks: all over the country, written down the way people write them down."""

import re
import unicodedata
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from accounts.models import Preferences, User
from drivers.models import Driver, Place
from kernel import rows
from kernel.actors import DRIVER
from offers.demo import words
from presence.models import Attendance

BATCH = 500
SPANISH, LONG, LOST = 0.3, 0.03, 0.04
"""Shares of trucks: whose driver speaks Spanish, whose name is too long for any column, whose position nobody knows."""


def make_trucks(
    rng: Random, number: int, dispatchers: list[User], now: datetime
) -> tuple[list[Driver], frozenset[int]]:
    """`number` trucks, most of them free, and the ids of the drivers whose language is Spanish."""
    places = list(Place.objects.filter(zip_code__in=words.FREIGHT_ZIPS).order_by("zip_code"))
    maker = _Maker(rng, places, dispatchers)
    made = [maker.truck() for _ in range(number)]
    for truck in made:
        minutes = rng.choice((2, 5, 9, 14, 33, 70, 180, 600))
        truck.updated_at = now - timedelta(minutes=minutes, seconds=rng.randrange(60))
    before = set(Driver.objects.values_list("pk", flat=True))
    _insert(made)
    trucks = [truck for truck in Driver.objects.order_by("pk") if truck.pk not in before]
    spanish = frozenset(truck.pk for truck, speaks in zip(trucks, maker.spanish, strict=True) if speaks)
    Preferences.objects.bulk_create(
        [Preferences(actor_type=DRIVER, actor_id=id_, language="es") for id_ in sorted(spanish)], ignore_conflicts=True
    )
    _were_here(rng, trucks, now)
    return trucks, spanish


def _insert(trucks: list[Driver]) -> None:
    """As the older system writes them: were they saved, all would have been changed just now."""
    names = tuple(field.attname for field in Driver._meta.concrete_fields if not field.primary_key)
    for start in range(0, len(trucks), BATCH):
        kept = [
            [rows.moment(value) if isinstance(value, datetime) else value for value in map(truck.__dict__.get, names)]
            for truck in trucks[start : start + BATCH]
        ]
        rows.done(rows.inserting(Driver, names, kept))


def _were_here(rng: Random, trucks: list[Driver], now: datetime) -> None:
    """Most drivers have looked in lately."""
    Attendance.objects.bulk_create(
        [
            Attendance(
                actor_type=DRIVER, actor_id=truck.pk, last_seen=now - timedelta(minutes=int(rng.paretovariate(0.6) * 3))
            )
            for truck in trucks
            if rng.random() < 0.7
        ],
        ignore_conflicts=True,
    )


class _Maker:
    """Makes one truck after the other; numbers and phones do not come twice before they must."""

    def __init__(self, rng: Random, places: list[Place], dispatchers: list[User]) -> None:
        self.rng, self.places, self.dispatchers = rng, places, dispatchers
        self.spanish: list[bool] = []
        self._numbers: Counter[str] = Counter()
        self._lines: Counter[int] = Counter()
        self._last_phone = ""

    def truck(self) -> Driver:
        rng = self.rng
        kind = rng.choices(list(words.TRUCKS), [share for _letter, share, _sizes in words.TRUCKS.values()])[0]
        letter, _share, sizes = words.TRUCKS[kind]
        self._numbers[letter] += 1
        place = rng.choice(self.places)
        name = self._name()
        known = rng.random() >= LOST
        return Driver(
            truck_number=f"{letter}-{100 + self._numbers[letter]}",
            driver_name=name,
            status=self._status(),
            cell_phone=self._phone(place.state),
            email=_mail(name, letter, self._numbers[letter]),
            city_state_zip=self._written(place),
            dimensions=rng.choice(sizes),
            rate=rng.choice(words.RATES) or None,
            latitude=self._about(place.latitude) if known else None,
            longitude=self._about(place.longitude) if known else None,
            assigned_dispatcher=rng.choice(self.dispatchers) if rng.random() < 0.85 else None,
            is_active=rng.random() >= 0.03,
        )

    def _name(self) -> str:
        rng = self.rng
        self.spanish.append(rng.random() < SPANISH)
        if rng.random() < LONG:
            return rng.choice(words.LONG_NAMES)
        if self.spanish[-1]:
            return f"{rng.choice(words.SPANISH_FIRST_NAMES)} {rng.choice(words.SPANISH_LAST_NAMES)}"
        return f"{rng.choice(words.FIRST_NAMES)} {rng.choice(words.LAST_NAMES)}"

    def _status(self) -> str:
        if self.rng.random() < 0.66:
            return Driver.AVAILABLE
        others = [status for status in settings.TRUCK_STATUSES if status != Driver.AVAILABLE]
        return self.rng.choice(others or [Driver.AVAILABLE])

    def _phone(self, state: str) -> str:
        """555-01xx in the state's area, as people write it; now and then two trucks share one."""
        if self._last_phone and self.rng.random() < 0.01:
            return self._last_phone
        area = self.rng.choice(words.AREA_CODES[state])
        line = f"01{self._lines[area] % 100:02}"
        self._lines[area] += 1
        styles = ("({}) 555-{}", "{}-555-{}", "{}.555.{}", "{}555{}", "+1 {} 555 {}")
        self._last_phone = self.rng.choice(styles).format(area, line)
        return self._last_phone

    def _written(self, place: Place) -> str:
        city = f"{place.city}, {place.state}"
        plain = f"{place.city} {place.state} {place.zip_code}"
        return self.rng.choice((place.label, place.label, city, city.lower(), plain))

    def _about(self, degrees: Decimal) -> Decimal:
        return Decimal(str(round(float(degrees) + self.rng.uniform(-0.25, 0.25), 6)))


def _mail(name: str, letter: str, number: int) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    first = re.sub(r"[^a-z]", "", plain.split()[0])
    return f"{first}.{letter.lower()}{100 + number}@example.com"
