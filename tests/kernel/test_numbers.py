"""Numbers as people type them: the table that pages, scripts, the API and the socket are tested with."""

import contextlib
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kernel import numbers
from kernel.money import read_amount
from tests.spellings import REFUSED, table

POUNDS = ("lb", "lbs", "lbs.", "#")
AMOUNTS = list(table("kernel/spellings/numbers.tsv"))


def test_the_table_is_as_long_as_it_has_to_be():
    assert len(AMOUNTS) >= 60
    assert all(len(row) == 4 for row in AMOUNTS)


@pytest.mark.parametrize(("typed", "amount"), [(row[0], row[1]) for row in AMOUNTS])
def test_amounts(typed, amount):
    try:
        read = read_amount(typed, "USD")
    except numbers.Unreadable:
        read = None
    if amount == REFUSED:  # What is finer than a cent, or nothing, is refused by the shape of an amount.
        assert not read or read.normalize().as_tuple().exponent < -2
    else:
        assert read == Decimal(amount)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_refusal_says_why(language):
    with translation.override(language):
        words = {str(refusal()) for refusal in (numbers.Unreadable, numbers.TwoReadings)}
    assert len(words) == 2
    assert all("50" in each for each in words)


@pytest.mark.parametrize(("typed", "weight"), [(row[0], row[2]) for row in AMOUNTS])
def test_weights(typed, weight):
    if weight == REFUSED:
        with pytest.raises(numbers.Unreadable):
            numbers.read(typed, beside=POUNDS)
    else:
        assert round(numbers.read(typed, beside=POUNDS), 2) == Decimal(weight)


@pytest.mark.parametrize("typed", ["1.250", "12.500", "999.999"])
def test_what_two_people_would_read_differently_is_said(typed):
    with pytest.raises(numbers.TwoReadings):
        numbers.read(typed)


def test_where_one_of_the_two_readings_cannot_be_meant_the_other_is():
    assert numbers.read("48.125", most=1200) == Decimal("48.125")
    with pytest.raises(numbers.TwoReadings):
        numbers.read("1.125", most=1200)


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [("CA$850", "CAD", 850), ("850 MXN", "MXN", 850), ("£850,50", "GBP", Decimal("850.5")), ("PLN 850", "PLN", 850)],
)
def test_signs_are_those_of_the_currency(typed, currency, amount):
    assert read_amount(typed, currency) == amount
    with pytest.raises(numbers.Unreadable):
        read_amount(typed, "EUR")


@given(st.text(max_size=40))
def test_nothing_that_people_type_is_too_strange(text):
    with contextlib.suppress(numbers.Unreadable):
        assert numbers.read(text) >= 0


@given(st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False))
def test_what_is_written_plainly_or_in_groups_comes_back(amount):
    assert numbers.read(numbers.plain(amount)) == amount
    assert numbers.read(f"{amount:,.2f}") == amount
    assert numbers.read(f"{amount:,.2f}".replace(",", " ").replace(".", ",")) == amount
