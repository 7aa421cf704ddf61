"""What may be a rate, by whatever door and in every service."""

from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")
MOST_RATE = Decimal("9999999.99")
"""More is a slip of the finger. The columns would take more."""


def fault_of(amount: Decimal) -> Any:
    """What is wrong with an amount, in words; None where it may be a rate: above nothing, in whole cents, no slip.

    A third decimal is refused even when it is nought: 1.250 may mean thousands.
    """
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or amount <= 0:  # An infinity and what is no number have a letter.
        return _("This must be more than nothing.")
    if amount > MOST_RATE:
        return format_lazy(_("This is at most {most}."), most=f"{MOST_RATE:,}")
    if exponent < -2:
        return _("Name it in whole cents.")
    return None
