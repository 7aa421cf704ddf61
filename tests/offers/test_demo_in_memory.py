"""Demo data by the thousand is made in memory: it is what the services would have left, row for row."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber

from drivers import places
from drivers.models import Driver, Place
from kernel import clock
from offers.demo import seeding, words
from tests.offers import demo_rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 15, 4, 5, tzinfo=UTC)
SIZE = {"trucks": 60, "offers": 34, "messages": 900}


def seed(number: int, *, by_services: int, **size: int) -> seeding.Seeded:
    with clock.standing_at(NOW):
        return seeding.seed(password="one long road", number=number, by_services=by_services, **(SIZE | size))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_row_is_as_the_services_would_have_left_it(number):
    seed(number, by_services=1000)
    services = demo_rows.picture()
    demo_rows.clear()
    seed(number, by_services=0)
    memory = demo_rows.picture()
    assert memory.keys() == services.keys()
    for table, rows in services.items():
        assert memory[table] == rows, table
