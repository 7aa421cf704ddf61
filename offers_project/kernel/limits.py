"""Token buckets: how much somebody may do in a time.

The bucket is kept in the shared cache as (tokens, moment). Two requests in the same instant may both take the last
token; a limit may be off by as many as come at once, which is what a limit against floods can afford.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache

from offers_project.kernel.errors import RateLimited


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
        tokens, now = self._require(who, cost)
        cache.set(self._key(who), (tokens - cost, now), timeout=self._kept_seconds)

    def require(self, who: object, cost: float = 1) -> None:
        """Raise `RateLimited` when `take` would, but take nothing: for what only counts once it has gone wrong."""
        if not self.is_off:
            self._require(who, cost)

    @property
    def is_off(self) -> bool:
        return self.burst <= 0 or self.per_second <= 0

    def _require(self, who: object, cost: float) -> tuple[float, float]:
        now = time.time()
        tokens, then = cache.get(self._key(who)) or (float(self.burst), now)
        if then > now:  # The clock was set back: what was written is of a time that may be long in coming.
            then = now
            cache.set(self._key(who), (tokens, now), timeout=self._kept_seconds)
        tokens = min(self.burst, tokens + max(0.0, now - then) * self.per_second)
        if tokens < cost:
            raise RateLimited(retry_after=(cost - tokens) / self.per_second)
        return tokens, now

    @property
    def _kept_seconds(self) -> float:
        return self.burst / self.per_second + 60

    def _key(self, who: object) -> str:
        return f"limit:{self.name}:{who}"
