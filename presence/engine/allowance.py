"""How often one connection may do something: a token bucket for the event loop alone."""


class Allowance:
    """`burst` at once, then `per_second`."""

    __slots__ = ("_burst", "_per_second", "_then", "_tokens")

    def __init__(self, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._tokens = float(burst)
        self._then = 0.0

    def take(self, now: float) -> bool:
        """Take one, `now` by the loop's clock; False when there is none left."""
        self._tokens = min(self._burst, self._tokens + (now - self._then) * self._per_second)
        self._then = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
