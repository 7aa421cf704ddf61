"""What all processes share for a short while: limits, tickets. Where it cannot be reached, nothing else is at fault."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from offers_project.kernel.errors import Unavailable

logger = logging.getLogger(__name__)


def get(key: str) -> Any:
    with _within_reach():
        return cache.get(key)


def put(key: str, value: Any, *, seconds: float) -> None:
    with _within_reach():
        cache.set(key, value, timeout=seconds)


def take_away(key: str) -> bool:
    """Whether it was there; of several who come at once, one alone hears so."""
    with _within_reach():
        return cache.delete(key)


@contextmanager
def _within_reach() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as lost:
        logger.warning("the shared cache is out of reach: %s", lost)
        raise Unavailable() from lost
