"""Fields that offers are made of: each takes one kind of value, bounded, and says so in the schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.frames import Unfit
from kernel.ids import LARGEST_ID, LARGEST_LEGACY_ID
from kernel.shapes import WholeNumber
from offers.rules.rates import CENT, MOST_RATE
from offers.shapes.values import moment_of, plain_decimal, rate_of

MOST_WEIGHT = Decimal(200_000)
MOST_MILES = Decimal(10_000)
MOST_PIECES = 100_000
MOST_STOPS = 20
NOTE_LENGTH = 500
MOST_VERSION = 2**31 - 1


class PlainDecimalField(serializers.DecimalField):
    """A decimal as a JSON number or as a plain text: no exponents, no infinities, no digits of other scripts."""

    def to_internal_value(self, data: Any) -> Decimal:
        number = plain_decimal(data)
        if number is None:
            self.fail("invalid")
            raise AssertionError("unreachable")
        return number


_MORE_DIGITS = MOST_RATE.adjusted()
MONEY_SCHEMA = {
    "anyOf": [
        {
            "type": "string",
            "pattern": rf"^(0\.(0[1-9]|[1-9][0-9]?)|[1-9][0-9]{{0,{_MORE_DIGITS}}}(\.[0-9]{{1,2}})?)$",
        },
        {"type": "number", "minimum": float(CENT), "maximum": float(MOST_RATE), "multipleOf": float(CENT)},
    ],
    "example": "850.00",
}


@extend_schema_field(MONEY_SCHEMA)
class Money(PlainDecimalField):
    """An amount above zero, in whole cents: what `offers.rules.rates` takes for a rate."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        with _as_validation():
            return rate_of(data)


class Measure(PlainDecimalField):
    """A measured number within bounds, kept to `places` decimals; finer ones are rounded."""

    def __init__(self, *, least: Decimal | int, most: Decimal | int, places: int = 2, **options: Any) -> None:
        self.places = Decimal(1).scaleb(-places)
        super().__init__(max_digits=None, decimal_places=None, min_value=least, max_value=most, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        value = super().to_internal_value(data)
        # What is far out of bounds is refused afterwards, and could not be rounded.
        return value.quantize(self.places) if abs(value) < LARGEST_ID else value


class MeasureSchema(OpenApiSerializerFieldExtension):
    target_class = Measure

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        return {"type": "number", "minimum": float(self.target.min_value), "maximum": float(self.target.max_value)}


def latitude(**options: Any) -> Measure:
    return Measure(least=-90, most=90, places=6, **options)


def longitude(**options: Any) -> Measure:
    return Measure(least=-180, most=180, places=6, **options)


class Moment(serializers.DateTimeField):
    """A time in ISO 8601; one without an offset is UTC."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        with _as_validation():
            return moment_of(value)


@contextmanager
def _as_validation() -> Iterator[None]:
    try:
        yield
    except Unfit as unfit:
        raise serializers.ValidationError([unfit.words]) from unfit


class Id(WholeNumber):
    """The id of something of ours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class LegacyId(WholeNumber):
    """The id of a person or a truck."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_LEGACY_ID, **options)


class DriverIds(serializers.ListField):
    """Some drivers, as many as one may send to at once."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("child", LegacyId())
        options.setdefault("max_length", settings.SEND_MAX_DRIVERS)
        super().__init__(**options)
