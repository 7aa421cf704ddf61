from collections import Counter

import pytest

from benchmarks.schedule import Side, arrivals, sender


def test_the_same_is_asked_of_both():
    assert arrivals(200, 3) == arrivals(200, 3)
    assert arrivals(200, 3) != arrivals(200, 3, seed=1)


@pytest.mark.parametrize("rate", [1, 50, 3000])
def test_moments_follow_each_other_within_the_time_at_the_rate(rate):
    moments = arrivals(rate, 20)
    assert moments == sorted(moments)
    assert moments[0] > 0
    assert moments[-1] < 20
    assert len(moments) == pytest.approx(rate * 20, rel=5 / (rate * 20) ** 0.5)


def test_everybody_sends_as_much_as_anybody_else():
    sent = Counter(sender(number, 10) for number in range(10 * 2 * 7))
    assert set(sent) == {(pair, side) for pair in range(10) for side in Side}
    assert set(sent.values()) == {7}


def test_half_of_what_goes_at_the_same_time_is_by_either_side():
    sides = Counter(sender(number, 10)[1] for number in range(10))
    assert sides[Side.OFFICE] == sides[Side.DRIVER]


def test_the_other_side():
    assert Side.OFFICE.other is Side.DRIVER
    assert Side.DRIVER.other is Side.OFFICE
