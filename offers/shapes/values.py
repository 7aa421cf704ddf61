"""Values as JSON has them, read alike from a body of REST and from a frame. What cannot be read is `Unfit`."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.utils.humanize_datetime import datetime_formats

from kernel.frames import Unfit
from offers.rules.rates import CENT, fault_of

FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)
MOMENT_MAX_LENGTH = 40

_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_DECIMAL_WORDS = serializers.DecimalField.default_error_messages
_MOMENT_WORDS = serializers.DateTimeField.default_error_messages


def plain_decimal(data: Any) -> Decimal | None:
    """The decimal that is a JSON number or a plain text; None for exponents in a text, infinities and anything else."""
    if isinstance(data, bool) or not isinstance(data, str | int | float):
        return None
    if isinstance(data, str) and not _PLAIN_DECIMAL.fullmatch(data.strip()):
        return None
    number = Decimal(str(data).strip())
    return number if number.is_finite() else None


def rate_of(data: Any) -> Decimal:
    """An amount above zero, in whole cents: what `offers.rules.rates` takes for a rate."""
    amount = plain_decimal(_cents(data) if isinstance(data, float) else data)
    if amount is None:
        raise Unfit(_DECIMAL_WORDS["invalid"])
    if fault := fault_of(amount):
        raise Unfit(fault)
    return amount.quantize(CENT)


def _cents(amount: float) -> float:
    """What a sum of binary fractions was meant to be: 0.1 + 0.2 is thirty cents."""
    rounded = round(amount, 2)
    return rounded if abs(rounded - amount) < 1e-9 else amount


def moment_of(data: Any) -> datetime:
    """A time in ISO 8601, in UTC; one without an offset is UTC."""
    if not isinstance(data, str) or len(data) > MOMENT_MAX_LENGTH:
        raise Unfit(format_lazy(_MOMENT_WORDS["invalid"], format="YYYY-MM-DDThh:mm[:ss[.uuuuuu]]Z"))
    try:
        moment = parse_datetime(data)
    except ValueError:
        moment = None
    if moment is None:
        formats = datetime_formats(api_settings.DATETIME_INPUT_FORMATS)
        raise Unfit(format_lazy(_MOMENT_WORDS["invalid"], format=formats))
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise Unfit(_MOMENT_WORDS["overflow"]) from None
    if not FIRST_MOMENT <= moment < LAST_MOMENT:
        raise Unfit(_("This time is out of range."))
    return moment
