"""What every test stands on: a cache of its own, cheap examples, and how often a race is repeated."""

import os
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

REPETITIONS = int(os.environ.get("REPETITIONS", "3"))

# The machine that runs the tests is busy and shared: an example that takes long is no failure.
for _profile, _examples in {"quick": 20, "long": 20 * REPETITIONS}.items():
    hypothesis_settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def repetitions() -> int:
    """How often a race or a fault is tried: REPETITIONS, 3 unless set; `make test-long` sets 50."""
    return REPETITIONS


@pytest.fixture(autouse=True)
def fresh_cache(settings) -> Iterator[None]:
    """No test sees what another has cached. Nothing is flushed: the Redis may be somebody else's."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": default | {"KEY_PREFIX": f"{default['KEY_PREFIX']}-{uuid4().hex[:8]}"}}
    yield
    if not settings.REDIS_URL:
        cache.clear()
