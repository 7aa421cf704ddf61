"""Ids as they stand in addresses and forms."""

import pytest

from kernel.ids import LARGEST_ID, LARGEST_LEGACY_ID, parse_id


@pytest.mark.parametrize(
    ("text", "id_"),
    [("7", 7), (" 12 ", 12), ("0", None), ("", None), ("-1", None), ("1_0", None), ("٣", None), ("9" * 5000, None),
     (str(LARGEST_LEGACY_ID), LARGEST_LEGACY_ID), (str(LARGEST_ID + 1), None)],
)  # fmt: skip
def test_an_id_is_a_whole_number_above_nought(text, id_):
    assert parse_id(text) == id_


def test_the_older_system_counts_less_far():
    assert parse_id(str(LARGEST_LEGACY_ID + 1), most=LARGEST_LEGACY_ID) is None
