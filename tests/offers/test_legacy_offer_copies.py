import pytest

from offers.legacy.offer_copies import coarse


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
