from decimal import Decimal

import pytest

from kernel.money import in_words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("850.00", "USD", "$850"),
        (Decimal("1150.5"), "USD", "$1,150.50"),
        ("-40", "", "−$40"),
        ("10", "GBP", "GBP 10"),
        (None, "USD", ""),
        ("soon", "USD", "soon"),
    ],
)
def test_money_shows_cents_only_when_there_are_some(amount, currency, words):
    assert in_words(amount, currency) == words
