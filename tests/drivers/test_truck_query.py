"""From what people write to the query that finds their trucks."""

import pytest

from drivers.search import NOBODY
from drivers.shapes import TruckFilters
from drivers.truck_query import parse_truck_query
from kernel.errors import Invalid
from kernel.shapes import read_shape
from tests.accounts.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    user = make_user()
    return lambda **given: parse_truck_query(user.actor, read_shape(TruckFilters, given))


def refused(ask, **given) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        ask(**given)
    return set(refusal.value.fields)


def test_nothing_asked_narrows_to_active_trucks_alone(ask):
    query = ask()
    assert (query.text, query.statuses, query.dispatcher_id, query.around, query.radius_miles) == (
        "",
        (),
        None,
        None,
        None,
    )
    assert query.active is True


@pytest.mark.parametrize(("word", "active"), [("true", True), ("false", False), ("all", None)])
def test_active_has_three_answers(ask, word, active):
    assert ask(active=word).active is active


@pytest.mark.parametrize("near", ["75201", "Dallas, TX", "dallas, tx"])
def test_a_place_is_found_by_zip_code_or_name(ask, near):
    around = ask(near=near, radius_miles="150").around
    assert (round(around.latitude), round(around.longitude)) == (33, -97)


def test_coordinates_go_before_a_name(ask):
    query = ask(lat="40.5", lon="-74.25", near="no such place")
    assert (query.around.latitude, query.around.longitude) == (40.5, -74.25)


def test_an_unknown_place_is_named(ask):
    assert refused(ask, near="Nowhere at all, ZZ") == {"near"}


def test_a_distance_needs_a_place(ask):
    assert refused(ask, radius_miles="50") == {"near"}
    assert refused(ask, ordering="-distance") == {"ordering"}
    assert ask(near="75201", ordering="-distance").ordering == "-distance"


def test_whose_trucks(ask):
    me = make_user()
    mine = parse_truck_query(me.actor, read_shape(TruckFilters, {"dispatcher": "me"}))
    assert mine.dispatcher_id == me.pk
    assert ask(dispatcher="none").dispatcher_id == NOBODY
    assert ask(dispatcher="12").dispatcher_id == 12
    assert ask().dispatcher_id is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("near", "a\x00b"),
        ("search", "a\x00b"),
        ("radius_miles", "far"),
        ("radius_miles", "-5"),
        ("radius_miles", "NaN"),
        ("lat", "91"),
        ("dispatcher", "everybody"),
        ("dimensions", "large"),
        ("ordering", "password"),
        ("active", "maybe"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(ask, name, value):
    given = {"lon": "0"} if name == "lat" else {"near": "75201"} if name == "radius_miles" else {}
    assert refused(ask, **{name: value}, **given) == {name}
