"""Amounts as people read them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

SYMBOLS = {"USD": "$", "CAD": "CA$", "MXN": "MX$", "EUR": "€"}


def in_words(amount: Any, currency: str = "") -> str:
    """`$1,150`, with cents only when there are some; empty for nothing. No currency is the installation's own.

    What is no number comes back as it was.
    """
    if amount in (None, ""):
        return ""
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    digits = f"{abs(value):,.0f}" if value == value.to_integral_value() else f"{abs(value):,.2f}"
    currency = currency or settings.CURRENCY
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{'−' if value < 0 else ''}{symbol}{digits}"
