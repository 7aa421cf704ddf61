"""Token buckets."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kernel import limits
from kernel.errors import RateLimited
from kernel.limits import Bucket, DeferredBucket, settle_all


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


def test_giving_fills_no_bucket_above_its_burst(clock):
    bucket = Bucket("test", burst=2, per_second=0.001)
    bucket.give("dana", "dana", "max")
    for _ in range(2):
        bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.take("dana")


def test_of_several_buckets_a_token_is_taken_from_each_or_from_none(clock):
    bucket = Bucket("test", burst=1, per_second=0.5)
    bucket.take("max")
    with pytest.raises(RateLimited) as refused:
        bucket.take_each(["dana", "max"])
    assert refused.value.retry_after == pytest.approx(2)
    bucket.take_each(["dana", "ann"])
    for who in ("dana", "ann"):
        with pytest.raises(RateLimited):
            bucket.take(who)


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
        bucket.take_each(["dana", "max"])
        bucket.give("dana")


class Slow:
    """A cache of this process that lets everybody see the same before anybody takes."""

    def __init__(self, cache):
        self.set = cache.set
        self._get = cache.get

    def get(self, key):
        found = self._get(key)
        limits.time.sleep(0.002)
        return found


@pytest.mark.parametrize("kept", ["where it is shared", "in the process"])
@pytest.mark.parametrize("kind", [Bucket, DeferredBucket])
def test_of_many_who_come_at_once_no_more_are_let_in_than_there_is_room_for(kind, kept, monkeypatch):
    if kept == "in the process":
        monkeypatch.setattr(limits, "cache", Slow(limits.cache))
    bucket, together = kind("test", burst=10, per_second=0.001), Barrier(8)

    def push(_person):
        together.wait()
        taken = 0
        for _ in range(5):
            try:
                bucket.take("dana")
            except RateLimited:
                continue
            taken += 1
        return taken

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(push, range(8))) == 10


def test_many_people_take_at_once_and_each_has_a_bucket_of_their_own(clock):
    bucket = Bucket("test", burst=2, per_second=0.5)
    bucket.take("max")
    refusals = bucket.take_many(["dana", "max", "dana", "max", "ann", "dana"])
    assert [refusal is None for refusal in refusals] == [True, True, True, False, True, False]
    assert [refusals[place].retry_after for place in (3, 5)] == pytest.approx([2, 2])
    assert bucket.take_many([]) == []
    clock["now"] += 2
    assert bucket.take_many(["dana", "max"]) == [None, None]


def test_a_refusal_costs_nothing(clock):
    bucket = Bucket("test", burst=1, per_second=1)
    bucket.take("dana")
    for _ in range(4):
        clock["now"] += 0.2
        with pytest.raises(RateLimited) as refused:
            bucket.take("dana")
    assert refused.value.retry_after == pytest.approx(0.2)
    clock["now"] += 0.2
    bucket.take("dana")


def test_a_clock_that_is_set_back_locks_no_one_out(clock):
    bucket = Bucket("test", burst=1, per_second=1)
    bucket.take("dana")
    clock["now"] -= 3600
    with pytest.raises(RateLimited) as refused:
        bucket.take("dana")
    clock["now"] += refused.value.retry_after
    bucket.take("dana")


def test_what_is_given_back_can_be_taken_again_and_no_more(clock):
    bucket = Bucket("test", burst=2, per_second=0.001)
    for _ in range(5):
        bucket.take("dana")
        bucket.give("dana")
    bucket.give("dana")
    for _ in range(2):
        bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.take("dana")
    bucket.give("dana")
    bucket.take("dana")
    Bucket("off", burst=0, per_second=1).give("dana")


@pytest.fixture
def asked(monkeypatch):
    """What the shared buckets were asked for, trip by trip."""
    trips = []
    taken = Bucket._taken

    def counted(bucket, wanted):
        trips.append(dict(wanted))
        return taken(bucket, wanted)

    monkeypatch.setattr(Bucket, "_taken", counted)
    return trips


def test_far_from_the_limit_the_shared_bucket_hears_of_it_afterwards(clock, asked):
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    bucket.take("dana")
    assert asked == [{"dana": 1}]
    for _ in range(5):
        bucket.take("dana")
    assert asked == [{"dana": 1}]
    settle_all()
    assert asked[1:] == [{"dana": 5}]
    settle_all()
    settle_all()
    assert asked[2:] == []
    bucket.take("dana")
    assert asked[2:] == [{"dana": 1}]


def test_no_more_than_a_quarter_of_the_burst_is_owed(clock, asked):
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    for _ in range(7):
        bucket.take("dana")
    assert asked == [{"dana": 1}, {"dana": 6}]


@pytest.mark.parametrize("at_once", [1, 3, 7, 30])
def test_however_they_come_a_burst_is_a_burst(clock, at_once):
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    refusals = []
    while len(refusals) < 30:
        refusals += bucket.take_many(["dana"] * at_once)
        if len(refusals) == 10:
            settle_all()
    assert [refusal is None for refusal in refusals[:30]] == [True] * 20 + [False] * 10


def test_what_another_process_took_is_known_after_a_moment(clock, asked):
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    bucket.take("dana")
    limits.forget_deferred()  # Another process, which knows nothing of the first.
    assert bucket.take_many(["dana"] * 17) == [None] * 17
    assert [refusal is None for refusal in bucket.take_many(["dana"] * 3)] == [True, True, False]


def test_what_is_known_is_trusted_for_a_moment_only(clock, asked):
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    bucket.take("dana")
    clock["now"] += 3
    bucket.take("dana")
    assert len(asked) == 2


def test_what_is_owed_for_one_person_is_not_owed_for_another(clock, asked):
    bucket = DeferredBucket("test", burst=8, per_second=0.001)
    bucket.take_many(["dana", "max"])
    assert bucket.take_many(["dana", "max", "ann", "dana"]) == [None] * 4
    settle_all()
    assert asked == [{"dana": 1, "max": 1}, {"ann": 1}, {"dana": 2, "max": 1}]


def test_with_very_many_people_each_is_asked_for(clock, asked, monkeypatch):
    monkeypatch.setattr(limits, "DEFERRED_MAX", 1)
    bucket = DeferredBucket("test", burst=20, per_second=0.001)
    bucket.take_many(["dana", "max"])
    bucket.take("dana")
    assert len(asked) == 2
