"""What conftest promises to every test."""

import pytest
from django.core.cache import cache

from accounts.models import User
from drivers.models import Place


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_the_places_stay_and_everything_else_goes(turn):
    assert Place.objects.count() > 40_000
    assert User.objects.count() == 0
    User.objects.create(username=f"somebody-{turn}", email="s@example.com")


@pytest.mark.parametrize("turn", [1, 2])
def test_the_cache_begins_empty(turn):
    assert cache.get("left-behind") is None
    cache.set("left-behind", turn)
