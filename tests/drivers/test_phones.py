"""Telephone numbers as people write them: one reader, by the numbering plans."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import phones
from tests.drivers import spellings

SPELLINGS = spellings.phones()


def test_the_table_is_a_table():
    assert len(SPELLINGS) >= 80
    assert len({spelling.written for spelling in SPELLINGS}) == len(SPELLINGS)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: ascii(spelling.written))
def test_a_number_has_one_meaning_however_it_is_written(spelling):
    assert phones.numbers(spelling.written) == spelling.numbers


@pytest.mark.parametrize("text", [None, "", "\x00", "💥", "1" * 50, "7015550100 " * 100, "+" * 100])
def test_what_holds_no_number(text):
    assert phones.numbers(text) == ()


@given(st.text(alphabet="0123456789+()-./ ,x\u200b\u2013٧abc", max_size=60))
def test_what_is_read_can_be_read_again_and_has_the_digits_that_were_written(text):
    for number in phones.numbers(text):
        assert phones.numbers(number) == (number,)
        assert phones.one_number(phones.shown(number)) == number
        assert number[-7:] in phones.digits(text)


@given(st.from_regex(r"[1-9][0-9]{10,16}", fullmatch=True))
def test_a_longer_number_is_never_cut_down(digits):
    for number in phones.numbers(digits):
        assert len(number) >= len(digits)  # with its plus; Mexico's old 1 is the one digit that goes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(701) 555-0100", "+17015550100"),
        ("tel:+1-701-555-0100", "+17015550100"),
        ("701-555-0100 ext. 22", "+17015550100"),
        ("\u202a701 555 0100\u202c", "+17015550100"),
        ("Luz 701-555-0100", None),
        ("701-555-0100 / 555-0199", None),
        ("555-0100", None),
    ],
)
def test_a_text_may_be_one_number_and_nothing_else(text, number):
    assert phones.one_number(text) == number


def test_a_number_is_shown_as_people_read_it():
    assert phones.shown("+17015550100") == "(701) 555-0100"
    assert phones.shown("+526561234567") == "+52 656 123 4567"


def test_a_text_made_to_be_hard_is_read_in_a_moment():
    began = time.perf_counter()
    for text in ("1 2 3 4 5 6 7 8 9 " * 11, "5 2 " * 50, "+52 " * 50, "52/" * 66, "701 555 0100 " * 15):
        phones.numbers(text)
    assert time.perf_counter() - began < 2
