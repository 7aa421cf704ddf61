"""Token buckets."""

import pytest

from offers_project.kernel import limits
from offers_project.kernel.errors import RateLimited
from offers_project.kernel.limits import Bucket


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test moves."""
    moment = {"now": 1000.0}
    monkeypatch.setattr(limits.time, "time", lambda: moment["now"])
    return moment


def test_a_burst_and_then_a_pace(clock):
    bucket = Bucket("test", burst=3, per_second=0.5)
    for _ in range(3):
        bucket.take("dana")
    with pytest.raises(RateLimited) as refused:
        bucket.take("dana")
    assert refused.value.retry_after == pytest.approx(2)
    bucket.take("max")
    clock["now"] += 2
    bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.take("dana")


def test_a_bucket_never_holds_more_than_its_burst(clock):
    bucket = Bucket("test", burst=2, per_second=1)
    bucket.take("dana")
    clock["now"] += 1000
    for _ in range(2):
        bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.take("dana")


def test_asking_takes_nothing(clock):
    bucket = Bucket("test", burst=1, per_second=1)
    for _ in range(3):
        bucket.require("dana")
    bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.require("dana")


def test_a_clock_that_goes_back_gives_nothing_away(clock):
    bucket = Bucket("test", burst=1, per_second=1)
    bucket.take("dana")
    clock["now"] -= 500
    with pytest.raises(RateLimited):
        bucket.take("dana")


@pytest.mark.parametrize(("burst", "per_second"), [(0, 5), (20, 0), (0, 0)])
def test_nought_is_no_limit(burst, per_second):
    bucket = Bucket("test", burst=burst, per_second=per_second)
    for _ in range(50):
        bucket.take("dana")
        bucket.require("dana")


def test_a_clock_that_is_set_back_locks_nobody_out(clock):
    bucket = Bucket("test", burst=1, per_second=1)
    bucket.take("dana")
    clock["now"] -= 3600
    with pytest.raises(RateLimited) as refused:
        bucket.take("dana")
    clock["now"] += refused.value.retry_after
    bucket.take("dana")
