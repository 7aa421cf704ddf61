"""Digits of a text in groups and runs, before anything is known of telephone numbers."""

import pytest

from drivers import phone_groups
from drivers.phone_texts import with_telephones_only


def read(text: str) -> list[list[str]]:
    return [[group.digits for group in run] for run in phone_groups.runs_of(with_telephones_only(text))]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("", []),
        ("no digits", []),
        ("(701) 555-0100", [["701", "555", "0100"]]),
        ("701-555-0100 / 555-0199", [["701", "555", "0100", "555", "0199"]]),
        ("701-555-0100, 701-555-0199", [["701", "555", "0100"], ["701", "555", "0199"]]),
        ("701 555 0100 or 701 555 0199", [["701", "555", "0100"], ["701", "555", "0199"]]),
        ("+52 cel 656 123 4567", [["52", "656", "123", "4567"]]),
        ("Door 9 701-555-0100", [["701", "555", "0100"]]),
        ("701-555-0100 58102", [["701", "555", "0100"]]),
    ],
)
def test_a_run_ends_where_no_number_goes_on(text, runs):
    assert read(text) == runs


def test_parts_begin_where_another_number_may():
    (run,) = phone_groups.runs_of("701-555-0100 / 555-0199")
    parts = phone_groups.parts(run)
    assert [phone_groups.digits_of(part) for part in parts] == ["7015550100", "5550199"]
    assert [phone_groups.length(part) for part in parts] == [10, 7]
