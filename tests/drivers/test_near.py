"""Trucks around a point: what the database leaves out is farther away; what the older system writes counts at once."""

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from drivers import place_memory, places, search, selectors
from drivers.distance import EARTH_RADIUS_MILES, haversine_miles
from drivers.models import Driver, Place
from drivers.search import Point, Query
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver

DALLAS = (32.7767, -96.797)
NOWHERE = {"latitude": None, "longitude": None}
TEXTS = ["Dallas, TX", "Waco, TX 76701", "Anchorage, AK", "on the road", "Portland", "", " ", None]
EDGES = [-180, -179.99999999, -179.5, -90, 0, 90, 179.5, 179.99999999, 180]
LATITUDES = st.sampled_from([-90, -89.99999999, -89, 0, 45, 89, 89.99999999, 90]) | st.floats(-90, 90)
LONGITUDES = st.sampled_from(EDGES) | st.floats(-180, 180)
RADII = st.none() | st.sampled_from([0, 1, 69, 6218, 6220, 12_450]) | st.floats(0, 12_500)


@st.composite
def trucks(draw) -> list[Driver]:
    """Trucks with a position, with half of one, with a text alone, and with neither."""

    def position(degrees):
        return draw(st.none() | degrees.map(lambda value: f"{value:.8f}"))

    return [
        Driver(
            truck_number=str(number),
            latitude=position(LATITUDES),
            longitude=position(LONGITUDES),
            city_state_zip=draw(st.sampled_from(TEXTS)),
            is_active=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 12)))
    ]


def read_in_full(lat: float, lon: float, radius: float | None, rows) -> dict[int, float]:
    """Every truck by itself, each text looked up anew."""
    found = []
    for truck in rows:
        if truck.latitude is not None and truck.longitude is not None:
            point = (truck.latitude, truck.longitude)
        elif (place := places.find(truck.city_state_zip or "")) is not None:
            point = (place.latitude, place.longitude)
        else:
            continue
        miles = haversine_miles(lat, lon, *point)
        if radius is None or miles <= radius:
            found.append((miles, truck.pk))
    return {pk: miles for miles, pk in sorted(found)}


class TestNear(TestCase):
    @given(trucks(), LATITUDES, LONGITUDES, RADII, st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=4))
    def test_it_is_what_reading_every_truck_gives_also_when_the_older_system_has_written(
        self, rows, lat, lon, radius, moves
    ):
        Driver.objects.bulk_create(rows)
        self.agrees(lat, lon, radius)
        ids = list(Driver.objects.order_by("pk").values_list("pk", flat=True))
        with connection.cursor() as cursor:
            for pk, (latitude, longitude) in zip(ids, moves, strict=False):
                cursor.execute(
                    "UPDATE Trucks SET latitude = %s, longitude = %s, isActive = 1 WHERE ID = %s",
                    [f"{latitude:.8f}", f"{longitude:.8f}", pk],
                )
            cursor.execute(
                "UPDATE Trucks SET latitude = NULL, CityStateZip = 'Fort Worth, TX' WHERE ID = %s",
                [max(ids, default=0)],
            )
            cursor.execute("DELETE FROM Trucks WHERE ID = %s", [min(ids, default=0)])
        self.agrees(lat, lon, radius)

    def agrees(self, lat: float, lon: float, radius: float | None) -> None:
        whole = read_in_full(lat, lon, radius, Driver.objects.filter(is_active=True))
        found = selectors.near(lat, lon, radius)
        assert list(found.items()) == list(whole.items())
        among = selectors.near(lat, lon, radius, among=Driver.objects.filter(truck_number__in=["1", "2", "3"]))
        some = read_in_full(lat, lon, radius, Driver.objects.filter(truck_number__in=["1", "2", "3"]))
        assert list(among.items()) == list(some.items())


def ring(lat: float, lon: float, miles: float) -> list[Driver]:
    """Trucks all around a point, so many miles from it."""
    phi, angle = radians(lat), miles / EARTH_RADIUS_MILES
    made = []
    for bearing in map(radians, range(0, 360, 15)):
        latitude = asin(sin(phi) * cos(angle) + cos(phi) * sin(angle) * cos(bearing))
        turned = atan2(sin(bearing) * sin(angle) * cos(phi), cos(angle) - sin(phi) * sin(latitude))
        longitude = (lon + degrees(turned) + 180) % 360 - 180
        made.append(Driver(latitude=f"{degrees(latitude):.8f}", longitude=f"{longitude:.8f}"))
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    "point", [DALLAS, (0, 0), (52, 179.99), (-17, -180), (52, -179.5), (89.9, 40), (-89.5, -170), (90, 0), (66, 100)]
)
@pytest.mark.parametrize("radius", [3, 100, 1500, 6000, 9000])
def test_on_the_edge_of_the_radius_it_is_what_reading_every_truck_gives(point, radius):
    rows = [*ring(*point, radius * 0.9999), *ring(*point, radius), *ring(*point, radius * 1.0001)]
    Driver.objects.bulk_create(rows)
    found = selectors.near(*point, radius)
    assert found == read_in_full(*point, radius, Driver.objects.all())
    assert len(rows) / 3 <= len(found) < len(rows)


@pytest.mark.django_db
def test_it_is_one_pass_over_the_trucks_and_a_look_whether_the_places_are_the_same(django_assert_num_queries):
    for number in range(30):
        make_driver(**({} if number % 3 else NOWHERE | {"city_state_zip": f"7520{1 + number % 9}"}))
    assert len(selectors.near(*DALLAS)) == 30
    with django_assert_num_queries(2):
        assert len(selectors.near(*DALLAS, 60)) == 30
    with django_assert_num_queries(1):
        selectors.near(*DALLAS, 60, among=Driver.objects.exclude(latitude=None))


@pytest.mark.django_db
def test_only_texts_that_are_new_are_read():
    for text in ("Dallas, TX", "on the road", "Waco, TX"):
        make_driver(**NOWHERE, city_state_zip=text)
    assert len(selectors.near(*DALLAS)) == 2
    make_driver(**NOWHERE, city_state_zip="Austin, TX")
    with CaptureQueriesContext(connection) as asked:
        assert len(selectors.near(*DALLAS)) == 3
    looked_up = [each["sql"] for each in asked if "city_key" in each["sql"] and "austin" in each["sql"]]
    assert len(looked_up) == 1
    assert "waco" not in looked_up[0]


@pytest.mark.django_db
def test_what_texts_name_is_forgotten_with_the_table_of_places():
    truck = make_driver(**NOWHERE, city_state_zip="Newtown Nowhere, TX")
    assert selectors.near(*DALLAS) == {}
    place = Place.objects.get(zip_code="", city="Dallas", state="TX")
    place.pk, place.city, place.city_key = None, "Newtown Nowhere", "newtownnowhere"
    place.save(force_insert=True)
    assert list(selectors.near(*DALLAS)) == [truck.pk]
    assert selectors.positions([truck]) == {truck.pk: (float(place.latitude), float(place.longitude))}
    place.delete()
    assert selectors.near(*DALLAS) == {}


@pytest.mark.django_db
def test_no_more_is_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(place_memory, "REMEMBERED", 3)
    for texts in (
        ["75201", "75202"],
        ["75202", "75203", "75204"],
        ["75201", "nowhere"],
        [f"7520{n}" for n in range(9)],
    ):
        assert place_memory.points_of(texts).keys() == places.find_many(texts).keys()
    assert len(place_memory._memory.points) <= 9


@pytest.mark.django_db
@pytest.mark.parametrize("ordering", ["", "-distance", "name", "-name", "truck_number"])
def test_the_order_within_a_radius_does_not_depend_on_how_many_there_are(monkeypatch, ordering):
    for number in range(6):
        make_driver(driver_name=f"D{number % 3}", longitude=f"-96.8{number % 4}")
    make_driver(latitude="47.6", longitude="-122.3")
    query = Query(around=Point(*DALLAS), radius_miles=60, ordering=ordering)
    actor = make_user().actor
    few = search.trucks(actor, query)
    assert len(few.ids) == 6
    monkeypatch.setattr(search, "NAMED_AT_ONCE", 0)
    assert search.trucks(actor, query) == few


@pytest.mark.services
@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "mysql", reason="EXPLAIN speaks MySQL here")
@pytest.mark.parametrize("radius", [60, None])
def test_the_database_goes_through_the_trucks_once(radius):
    make_driver()
    with CaptureQueriesContext(connection) as asked:
        selectors.near(*DALLAS, radius)
    (question,) = [each["sql"] for each in asked if "Trucks" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {question}")
        names = [column[0].lower() for column in cursor.description]
        (step,) = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert step["select_type"] == "SIMPLE"
    assert (step["extra"] or "") == "Using where"
