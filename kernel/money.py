"""Amounts as people read them."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from kernel import numbers

SYMBOLS = {"USD": "$", "CAD": "CA$", "MXN": "MX$", "EUR": "€"}
TYPED = {"USD": ("$", "US$"), "CAD": ("$", "CA$", "C$"), "MXN": ("$", "MX$"), "EUR": ("€",), "GBP": ("£",)}
"""What people write for a currency beside its code."""


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


def symbol(currency: str = "") -> str:
    """What stands before an amount of this currency: `$`, `CA$`, `GBP`."""
    currency = currency or settings.CURRENCY
    return SYMBOLS.get(currency, currency)


def read_amount(text: str, currency: str = "") -> Decimal:
    """An amount as people type it, with or without the sign of its currency. Raises `numbers.Unreadable`."""
    currency = currency or settings.CURRENCY
    return numbers.read(text, beside=(currency, *TYPED.get(currency, ())))
