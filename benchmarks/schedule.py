"""When each message is sent, and by whom: fixed before the first one goes, whatever the answers do."""

import random
from enum import IntEnum

SEED = 20261121


class Side(IntEnum):
    OFFICE = 0
    DRIVER = 1

    @property
    def other(self) -> "Side":
        return Side(1 - self)


def arrivals(rate: float, seconds: float, *, seed: int = SEED) -> list[float]:
    """The moments of a Poisson process, in seconds from its beginning: people do not wait for one another.

    The same seed gives the same moments, so that both products are asked for the same.
    """
    chance = random.Random(seed)  # noqa: S311 -- nobody has to guess it
    moments: list[float] = []
    moment = chance.expovariate(rate)
    while moment < seconds:
        moments.append(moment)
        moment += chance.expovariate(rate)
    return moments


def sender(number: int, pairs: int) -> tuple[int, Side]:
    """The pair and the side that send message `number`: everybody in turn, half of them by either side."""
    turn, pair = divmod(number, pairs)
    return pair, Side((turn + pair) % 2)
