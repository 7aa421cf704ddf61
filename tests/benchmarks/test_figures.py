import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import percentile, ratios


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (0.995, 100), (1, 100), (0, 1), (0.001, 1)]
)
def test_percentile_is_a_value_that_was_measured(share, value):
    assert percentile(range(1, 101), share) == value


def test_percentile_of_nothing_is_infinite():
    assert percentile([], 0.5) == math.inf


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0.001, 1))
def test_percentile_leaves_no_more_above_it_than_it_says(values, share):
    values.sort()
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6


def test_ratios_are_of_neighbours():
    assert ratios([2, 9], [4, 3]) == [0.5, 3]
    assert ratios([2], [0]) == [math.inf]
    with pytest.raises(ValueError, match="shorter"):
        ratios([1, 2], [1])
