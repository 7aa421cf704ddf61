"""Token buckets: how much somebody may do in a time.

The bucket is kept in the shared cache as (tokens, moment, turn). Whoever takes claims the next turn first, and of
several at once, in any process, one alone gets it; the others look again.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache

from offers_project.kernel.errors import RateLimited

TRIES = 200
"""How often somebody looks again who comes too late for a turn. After that a limit may be off by one."""
PAUSE_SECONDS = 0.0005
CLAIM_SECONDS = 2
"""So long nobody else gets a turn whose process has died before it took."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` at once, then `per_second`. A limit of 0 is no limit."""

    name: str
    burst: int
    per_second: float

    def take(self, who: object, cost: float = 1) -> None:
        """Take `cost` tokens from `who`'s bucket, or raise `RateLimited` with the seconds to wait."""
        if self.is_off:
            return
        for _try in range(TRIES):
            tokens, now, turn = self._require(who, cost)
            if cache.add(f"{self._key(who)}:{turn}", 1, timeout=CLAIM_SECONDS):
                break
            time.sleep(PAUSE_SECONDS)
        cache.set(self._key(who), (tokens - cost, now, turn + 1), timeout=self._kept_seconds)

    def require(self, who: object, cost: float = 1) -> None:
        """Raise `RateLimited` when `take` would, but take nothing: for what only counts once it has gone wrong."""
        if not self.is_off:
            self._require(who, cost)

    @property
    def is_off(self) -> bool:
        return self.burst <= 0 or self.per_second <= 0

    def _require(self, who: object, cost: float) -> tuple[float, float, int]:
        now = time.time()
        tokens, then, turn = cache.get(self._key(who)) or (float(self.burst), now, 0)
        if then > now:  # The clock was set back: what was written is of a time that may be long in coming.
            then = now
            cache.set(self._key(who), (tokens, now, turn), timeout=self._kept_seconds)
        tokens = min(self.burst, tokens + max(0.0, now - then) * self.per_second)
        if tokens < cost:
            raise RateLimited(retry_after=(cost - tokens) / self.per_second)
        return tokens, now, turn

    @property
    def _kept_seconds(self) -> float:
        return self.burst / self.per_second + 60

    def _key(self, who: object) -> str:
        return f"bucket:{self.name}:{who}"
