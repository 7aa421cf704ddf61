from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.distance import EARTH_RADIUS_MILES, bounding_box, haversine_miles, road_miles

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
DALLAS, CHICAGO = (32.7767, -96.7970), (41.8781, -87.6298)


def test_known_distances():
    assert haversine_miles(*DALLAS, *CHICAGO) == pytest.approx(804, abs=2)
    assert haversine_miles(0, 0, 1, 0) == pytest.approx(69.09, abs=0.01)
    assert haversine_miles(0, 0, 0, 180) == pytest.approx(EARTH_RADIUS_MILES * 3.14159265, rel=1e-6)
    assert haversine_miles(*DALLAS, *DALLAS) == 0


def test_road_miles_are_longer_by_the_factor(settings):
    settings.ROAD_FACTOR = 1.3
    assert road_miles(*DALLAS, *CHICAGO) == pytest.approx(1.3 * haversine_miles(*DALLAS, *CHICAGO))


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_the_same_both_ways_and_within_the_globe(lat1, lon1, lat2, lon2):
    there = haversine_miles(lat1, lon1, lat2, lon2)
    assert there == pytest.approx(haversine_miles(lat2, lon2, lat1, lon1), abs=1e-6)
    assert 0 <= there <= EARTH_RADIUS_MILES * 3.1416


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES, st.floats(0, 12_500))
def test_whatever_is_within_the_radius_is_within_the_box(lat, lon, other_lat, other_lon, radius):
    if haversine_miles(lat, lon, other_lat, other_lon) > radius:
        return
    box = bounding_box(lat, lon, radius)
    assert box.south <= other_lat <= box.north
    same_meridian = (other_lon, other_lon - 360, other_lon + 360)
    east = box.east if box.west <= box.east else box.east + 360
    assert abs(other_lat) == 90 or any(box.west <= each <= east for each in same_meridian)


def test_a_box_is_not_much_larger_than_it_must_be():
    box = bounding_box(*DALLAS, 100)
    assert haversine_miles(box.south, DALLAS[1], box.north, DALLAS[1]) == pytest.approx(200, rel=0.02)
    assert haversine_miles(DALLAS[0], box.west, DALLAS[0], box.east) == pytest.approx(200, rel=0.03)


def test_a_box_at_a_pole_goes_round_the_globe():
    box = bounding_box(89.9, 10, 100)
    assert (box.west, box.east, box.north) == (-180, 180, 90)
    assert bounding_box(0, 0, inf).south == -90


def test_a_box_over_the_antimeridian_has_its_west_in_the_east():
    box = bounding_box(52, 179.9, 100)
    assert box.west > 0 > box.east
