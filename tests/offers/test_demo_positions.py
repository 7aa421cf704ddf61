"""The demo looks for trucks in memory, and finds those that the product's own reading finds."""

import random

import pytest

from drivers.models import Driver
from drivers.selectors import near
from offers.demo.positions import Positions
from tests.drivers.factories import make_driver

pytestmark = pytest.mark.django_db


def test_the_nearest_are_those_that_the_product_finds():
    chance = random.Random(5)
    for _ in range(80):
        place = {"latitude": round(chance.uniform(26, 48), 6), "longitude": round(chance.uniform(-122, -75), 6)}
        make_driver(**(place if chance.random() < 0.9 else {"city_state_zip": "Dallas, TX 75201"}))
    make_driver(city_state_zip="Nowhere at all")
    trucks = list(Driver.objects.all())
    wanted = {truck.pk for truck in trucks if chance.random() < 0.7}
    placed = Positions(trucks)
    for _ in range(25):
        lat, lon = chance.uniform(26, 48), chance.uniform(-122, -75)
        expected = list(near(lat, lon, among=Driver.objects.filter(pk__in=wanted)))
        assert placed.nearest(lat, lon, 12, wanted.__contains__) == expected[:12]
        assert placed.nearest(lat, lon, 500, wanted.__contains__) == expected


def test_where_there_is_no_truck_none_is_found():
    assert Positions([]).nearest(30, -90, 5, lambda pk: True) == []
