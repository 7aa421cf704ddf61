"""Token buckets: how much somebody may do in a time.

Redis keeps the buckets where it is shared, and looks and takes at once, for many people in one trip. Without it, or
while it is away, each process keeps its own in the cache.

What only counts once it has gone wrong takes its token before the work, and gives it back when it went well: those who
come at once then get no more than there is, however long the work takes.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from django.core.cache import cache

from kernel.errors import RateLimited
from kernel.in_process import InProcess

SPARE_SECONDS = 60
"""A bucket is kept for so much longer than it takes to be full again."""
SETTLE_SECONDS = 1.0
"""Within so long Redis hears of what a `DeferredBucket` has let people take."""
DEFERRED_MAX = 10_000
"""With more people than this under way, Redis is asked each time."""

TAKE = """
local burst, per_second, now, kept = unpack(ARGV, 1, 4)
local answers = {}
for place, key in ipairs(KEYS) do
    local wanted = tonumber(ARGV[4 + place])
    local state = redis.call('HMGET', key, 'tokens', 'at')
    local passed = math.max(0, now - (state[2] or now))
    local tokens = math.min(burst, (state[1] or burst) + passed * per_second)
    local taken = math.min(wanted, math.floor(tokens))
    tokens = string.format('%.6f', tokens - taken)
    redis.call('HSET', key, 'tokens', tokens, 'at', now)
    redis.call('EXPIRE', key, kept)
    answers[place] = taken .. ' ' .. tokens
end
return table.concat(answers, ' ')
"""
"""For each key as many tokens as are wanted and there; how many were taken, and what is left. Fewer than none are given
back; what is more than a burst by that is cut when it is looked at. All in one text: taking an answer of many parts
apart costs more than the rest.
"""

_own, _asking = Lock(), Lock()
_without_limits: ContextVar[bool] = ContextVar("without_limits", default=False)


@contextmanager
def without_limits() -> Iterator[None]:
    """Let everybody do as much as they like: for what is made up."""
    token = _without_limits.set(True)
    try:
        yield
    finally:
        _without_limits.reset(token)


class Taken(NamedTuple):
    number: int
    left: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` at once, then `per_second`. A limit of 0 is no limit."""

    name: str
    burst: int
    per_second: float

    def take(self, who: object) -> None:
        """Take a token from `who`'s bucket, or raise `RateLimited` with the seconds to wait."""
        (refusal,) = self.take_many([who])
        if refusal is not None:
            raise refusal

    def take_many(self, people: Sequence[object]) -> list[RateLimited | None]:
        """Take a token for each of the people, the same one several times. Gives in their order who is refused."""
        if self.is_off:
            return [None] * len(people)
        taken = self._taken(Counter(people))
        rest = {who: number for who, (number, _left) in taken.items()}
        answers: list[RateLimited | None] = []
        for who in people:
            rest[who] -= 1
            answers.append(None if rest[who] >= 0 else self._refusal(taken[who].left))
        return answers

    def take_each(self, people: Collection[object]) -> None:
        """Take a token for every one of these people, or for none and raise the refusal with the longest wait."""
        refusals = dict(zip(people, self.take_many(list(people)), strict=True))
        refused = [refusal for refusal in refusals.values() if refusal is not None]
        if refused:
            self.give(*(who for who, refusal in refusals.items() if refusal is None))
            raise max(refused, key=lambda refusal: refusal.retry_after)

    def give(self, *people: object) -> None:
        """Give a token back to each of these people: what they took it for does not count."""
        if people and not self.is_off:
            self._taken({who: -number for who, number in Counter(people).items()})

    @property
    def is_off(self) -> bool:
        return self.burst <= 0 or self.per_second <= 0 or _without_limits.get()

    def _refusal(self, left: float) -> RateLimited:
        return RateLimited(retry_after=(1 - left) / self.per_second)

    def _taken(self, wanted: Mapping[Any, int]) -> Mapping[Any, Taken]:
        """As many as are there of what each of the people wants. What is wanted may be negative: it is given back."""
        script = getattr(cache, "script", None)
        keys = [f"limit:{self.name}:{who}" for who in wanted]
        given = [self.burst, self.per_second, f"{time.time():.6f}", self._kept_seconds, *wanted.values()]
        answer = script(TAKE, keys, given) if script else None
        if answer is None:
            return {who: self._taken_here(f"bucket:{self.name}:{who}", number) for who, number in wanted.items()}
        numbers = answer.split()
        taken = zip(wanted, numbers[::2], numbers[1::2], strict=True)
        return {who: Taken(int(number), float(left)) for who, number, left in taken}

    def _taken_here(self, key: str, wanted: int) -> Taken:
        """The same as the script does, for this process alone."""
        with _own:
            now = time.time()
            tokens, then = cache.get(key) or (float(self.burst), now)
            tokens = min(self.burst, tokens + max(0.0, now - then) * self.per_second)
            taken = min(wanted, int(tokens))
            cache.set(key, (tokens - taken, now), timeout=self._kept_seconds)
        return Taken(taken, tokens - taken)

    @property
    def _kept_seconds(self) -> int:
        return int(self.burst / self.per_second) + SPARE_SECONDS


@dataclass(frozen=True, slots=True)
class DeferredBucket(Bucket):
    """A bucket that is settled afterwards, while a person is far from the limit: for what comes thousands of times a
    second.

    As long as half of the burst is left, a process lets a person take up to a quarter of the burst before Redis hears
    of it, and tells it within `SETTLE_SECONDS` (`settle_all`). So one process is exact; with several, a person who
    writes through all of them at once may have a quarter of the burst more for each of the others.
    """

    def take_many(self, people: Sequence[object]) -> list[RateLimited | None]:
        if self.is_off or len(_deferred) > DEFERRED_MAX:
            return super(DeferredBucket, self).take_many(people)
        now = time.time()
        answers: list[RateLimited | None] = [None] * len(people)
        asking: dict[object, list[int]] = {}
        """The places in `people` of those about whose buckets Redis is asked."""
        with _own:
            for place, who in enumerate(people):
                account = _deferred.get((self, who))
                if account is not None and account.can_defer(self, now):
                    account.owed += 1
                else:
                    asking.setdefault(who, []).append(place)
        if asking:
            for who, refusals in self._asked({who: len(places) for who, places in asking.items()}).items():
                for place, refusal in zip(asking[who], refusals, strict=True):
                    answers[place] = refusal
        return answers

    def settle(self, people: Collection[object]) -> None:
        """Take in Redis what these people owe, and forget those who owe nothing."""
        with _own:
            owing: dict[object, int] = {}
            for who in people:
                account = _deferred.get((self, who))
                if account is not None and account.owed:
                    owing[who] = 0
                else:
                    _deferred.pop((self, who), None)
        if owing:
            self._asked(owing)

    def _asked(self, wanted: Mapping[object, int]) -> dict[object, list[RateLimited | None]]:
        """The answers for each of the people, after Redis has been asked for these and for what they owe.

        One thread asks at a time, and nothing is deferred for the people it asks about: so what is left is known.
        """
        with _asking:
            with _own:
                accounts = {who: _deferred.pop((self, who), None) for who in wanted}
            owed = {who: account.owed if account else 0 for who, account in accounts.items()}
            taken = self._taken({who: number + owed[who] for who, number in wanted.items()})
            now = time.time()
            with _own:
                _deferred.update({(self, who): _Account(left, now) for who, (_number, left) in taken.items()})
        answers: dict[object, list[RateLimited | None]] = {}
        for who, number in wanted.items():
            granted = min(number, max(0, taken[who].number - owed[who]))
            refused = [self._refusal(taken[who].left) for _each in range(number - granted)]
            answers[who] = [*[None] * granted, *refused]
        return answers


class _Account:
    """What a process knows of one person's bucket: what was left when Redis was asked last, what is owed since."""

    __slots__ = ("_asked_at", "_left", "owed")

    def __init__(self, left: float, asked_at: float) -> None:
        self._left = left
        self._asked_at = asked_at
        self.owed = 0

    def can_defer(self, bucket: DeferredBucket, now: float) -> bool:
        passed = max(0.0, now - self._asked_at)
        if passed > 2 * SETTLE_SECONDS or self.owed + 1 > bucket.burst / 4:
            return False
        return min(bucket.burst, self._left + passed * bucket.per_second) - self.owed - 1 >= bucket.burst / 2


_deferred: dict[tuple[DeferredBucket, object], _Account] = {}


def settle_all() -> None:
    """Tell Redis what has been taken in this process and is not known there yet: one trip for each limit."""
    with _own:
        by_bucket: dict[DeferredBucket, list[object]] = {}
        for bucket, who in _deferred:
            by_bucket.setdefault(bucket, []).append(who)
    for bucket, people in by_bucket.items():
        bucket.settle(people)


def forget_deferred() -> None:
    """Owe nothing and know nothing, as in a process that has just started."""
    with _own:
        _deferred.clear()


IN_PROCESS = InProcess("settle limits", seconds=SETTLE_SECONDS, run=settle_all)
