import pytest

from offers.legacy.offer_copies import coarse, ids_in


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("12 Nameless Rd, Gate 4, Springfield, XX", "Springfield, XX"),
        ("Springfield, XX", "Springfield, XX"),
        ("Springfield", "Springfield"),
        (" , ", ","),
        ("x" * 500, "x" * 150),
    ],
)
def test_an_address_without_a_place_is_shown_by_its_end(location, shown):
    assert coarse(location) == shown


@pytest.mark.parametrize(
    ("stored", "ids"),
    [
        ("[1, 2, 1]", [1, 2]),
        ('["3", 4.5, true, null, {"a": 1}, -2, 0, 99999999999]', [3]),
        ('"[5, 6]"', [5, 6]),
        ('{"0": 7, "2": 8}', [7, 8]),
        ('["' + "1" * 6000 + '", 9]', [9]),
        ('["²"]', []),
        ("[" * 100_000, []),
        ("[1", []),
        ("", []),
        ("7", []),
        (None, []),
    ],
)
def test_of_what_was_stored_as_ids_the_numbers_are_taken(stored, ids):
    assert ids_in(stored) == ids
