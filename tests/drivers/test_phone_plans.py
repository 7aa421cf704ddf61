"""What the numbering plans say of digits alone."""

import pytest

from drivers import phone_plans


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("17015550100", "+17015550100"),
        ("17015550", None),
        ("17915550100", None),
        ("11115550100", None),
        ("526561234567", "+526561234567"),
        ("5216561234567", "+526561234567"),
        ("52656", None),
        ("0", None),
    ],
)
def test_with_its_country_code_a_number_has_as_many_digits_as_those_there(written, number):
    assert phone_plans.with_country(written) == number


@pytest.mark.parametrize(
    ("written", "ends", "number"),
    [
        ("526561234567", {2, 5, 8}, "+526561234567"),
        ("526561234567", set(), "+526561234567"),
        ("526561234567", {3, 6}, "+526561234567"),
        ("526561234567", {1}, None),
        ("917015550100", {2, 5, 8}, None),
        ("5265612345", set(), None),
        ("17015550100", set(), None),
    ],
)
def test_a_country_code_without_a_sign_stands_alone_or_with_all_the_rest(written, ends, number):
    assert phone_plans.with_bare_country(written, ends) == number


def test_ten_digits_may_be_a_number_of_a_country_that_the_text_names_elsewhere():
    mexican = ("+526561234567",)
    assert phone_plans.may_be_beside("6561234568", mexican, ())
    assert phone_plans.may_be_beside("6561234568", (), mexican)
    assert not phone_plans.may_be_beside("7015550100", ("+17015550199",), ())
