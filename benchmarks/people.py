"""Who takes part: made by `benchmarks.data` in a database, told to the load generator."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """An offer with a chat; `office` and `driver` are the tokens of its two sides."""

    offer_id: int
    dispatcher_id: int
    driver_id: int
    office: str
    driver: str


@dataclass(frozen=True)
class Returning:
    """Somebody who comes back with a cursor."""

    token: str
    epoch: str
    seq: int


@dataclass(frozen=True)
class Crowd:
    """Drivers who are sent an offer together."""

    dispatcher: str
    offer_ids: Sequence[int]
    driver_ids: Sequence[int]
    tokens: Sequence[str]


@dataclass(frozen=True)
class People:
    pairs: Sequence[Pair]
    desks: Sequence[str]
    idle: Sequence[str]
    returning: Sequence[Returning]
    crowd: Crowd
