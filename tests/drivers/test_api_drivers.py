"""Trucks by REST: each door for those who may, those who may not, those who are strangers, and nonsense."""

import pytest
from django.test import Client
from django.utils.http import urlencode

from drivers.models import Driver
from presence.models import Attendance
from tests.accounts.factories import api_client, make_user
from tests.drivers.factories import driver_client, make_driver

LISTS = ("/api/drivers", "/api/drivers/available", "/api/drivers/by-location?near=75201", "/api/drivers/by-ids?ids=1")
FIELDS = {
    "id", "name", "truck_number", "phone", "email", "status", "place", "latitude", "longitude", "position_at",
    "dimensions", "rate", "active", "assigned_dispatcher", "online", "last_seen",
}  # fmt: skip
FORT_WORTH = {"latitude": "32.7555", "longitude": "-97.3308", "city_state_zip": "Fort Worth, TX"}
CHICAGO = {"latitude": "41.8781", "longitude": "-87.6298", "city_state_zip": "Chicago, IL"}

NASTY = ["<script>alert(1)</script>", "مرحبا بالعالم", "🚚💥", 'O\'Brien "Bobby" \\ %s {0}', "Muñoz‮"]


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


def fields_at_fault(answer) -> set[str]:
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert error["code"] == "validation_error"
    return set(error["fields"])


# --- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*LISTS, "/api/drivers/1", "/api/places?q=dal"])
@pytest.mark.django_db
def test_nobody_sees_anything_without_signing_in(path):
    answer = Client().get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_a_driver_finds_only_themselves_in_the_list(driver, phone):
    make_driver()
    assert ids(phone.get("/api/drivers")) == [driver.pk]
    assert ids(phone.get("/api/drivers?active=all&search=Driver&near=75201")) == [driver.pk]


@pytest.mark.parametrize("path", LISTS[1:])
def test_the_other_lists_are_not_for_drivers(phone, path):
    answer = phone.get(path)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"


def test_a_driver_reads_themselves_and_no_other(driver, phone):
    other = make_driver()
    assert phone.get(f"/api/drivers/{driver.pk}").json()["id"] == driver.pk
    assert phone.get(f"/api/drivers/{other.pk}").status_code == 404
    assert driver_client(other).get(f"/api/drivers/{driver.pk}").status_code == 404


def test_a_driver_whose_truck_is_inactive_reads_nothing(driver, phone):
    Driver.objects.filter(pk=driver.pk).update(is_active=False)
    assert phone.get("/api/drivers").status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(office, driver, method):
    for path in ("/api/drivers", f"/api/drivers/{driver.pk}", "/api/drivers/by-ids"):
        answer = getattr(office, method)(path, {}, content_type="application/json")
        assert answer.status_code == 405
        assert answer.json()["error"]["code"] == "method_not_allowed"


# --- one driver --------------------------------------------------------------------------------------------------


def test_a_driver_is_shown_whole(office):
    dispatcher = make_user(full_name="Ann Owner")
    driver = make_driver(driver_name="Luz Ortega", assigned_dispatcher=dispatcher)
    shown = office.get(f"/api/drivers/{driver.pk}").json()
    assert set(shown) == FIELDS
    assert shown["name"] == "Luz Ortega"
    assert (shown["latitude"], shown["longitude"]) == (32.7904, -96.8044)
    assert shown["position_at"].endswith("Z")
    assert shown["active"] is True
    assert shown["assigned_dispatcher"] == dispatcher.actor.as_dict()
    assert shown["online"] is False
    assert shown["last_seen"] is None


def test_a_driver_of_whom_little_is_known_is_shown(office):
    driver = Driver.objects.create(truck_number="77")
    shown = office.get(f"/api/drivers/{driver.pk}").json()
    assert shown["name"] == "77"
    assert [shown[name] for name in ("phone", "email", "status", "place", "latitude", "position_at")] == [None] * 6


def test_whose_truck_it_was_is_shown_while_the_row_is_there(office):
    dispatcher = make_user(is_active=False)
    driver = make_driver(assigned_dispatcher_id=dispatcher.pk)
    lost = make_driver(assigned_dispatcher_id=999_999)
    assert office.get(f"/api/drivers/{driver.pk}").json()["assigned_dispatcher"]["id"] == dispatcher.pk
    assert office.get(f"/api/drivers/{lost.pk}").json()["assigned_dispatcher"] is None


def test_who_is_here_is_shown(office, driver):
    Attendance.objects.create(actor_type="driver", actor_id=driver.pk, online=True, last_seen="2026-11-21T10:00:00Z")
    Attendance.objects.create(actor_type="dispatcher", actor_id=driver.pk + 1, online=True)
    shown = office.get(f"/api/drivers/{driver.pk}").json()
    assert (shown["online"], shown["last_seen"]) == (True, "2026-11-21T10:00:00.000Z")
    assert office.get(f"/api/drivers/{make_driver(pk=driver.pk + 1).pk}").json()["online"] is False


@pytest.mark.parametrize("driver_id", [0, 999_999_999, 10**30])
def test_there_is_no_such_driver(office, driver_id):
    assert office.get(f"/api/drivers/{driver_id}").status_code == 404


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_write_comes_back_as_it_is(office, nasty):
    driver = make_driver(driver_name=nasty, dimensions=nasty, city_state_zip=nasty)
    shown = office.get(f"/api/drivers/{driver.pk}").json()
    assert [shown[name] for name in ("name", "dimensions", "place")] == [nasty] * 3
    assert ids(office.get(f"/api/drivers?{urlencode({'search': nasty})}")) == [driver.pk]


# --- the list and its filters -------------------------------------------------------------------------------------


def test_the_list_has_trucks_in_use_by_name(office):
    bea, ann = make_driver(driver_name="Bea"), make_driver(driver_name="Ann")
    gone = make_driver(driver_name="Cid", is_active=False)
    assert ids(office.get("/api/drivers")) == [ann.pk, bea.pk]
    assert ids(office.get("/api/drivers?active=false")) == [gone.pk]
    assert ids(office.get("/api/drivers?active=all")) == [ann.pk, bea.pk, gone.pk]


def test_the_list_comes_in_pages(office):
    made = [make_driver(driver_name=f"D{number:02}").pk for number in range(7)]
    first = office.get("/api/drivers?limit=3").json()
    assert (first["count"], first["previous"]) == (7, None)
    second = office.get(first["next"]).json()
    assert [each["id"] for each in second["results"]] == made[3:6]
    assert ids(office.get("/api/drivers?offset=100")) == []


@pytest.mark.parametrize(
    ("search", "finds"),
    [
        ("ortega", True), ("LUZ ORT", True), ("ortega luz", True), ("77-B", True), ("5550142", True),
        ("(212) 555-0142", True), ("212.555.0142", True), ("luz@", True), ("waco", True),
        ("smith", False), ("luz smith", False), ("5550143", False), ("%", False), ("_", False), ("", True),
    ],
)  # fmt: skip
def test_search_finds_every_word_somewhere(office, search, finds):
    driver = make_driver(
        driver_name="Luz Ortega", truck_number="77-B", cell_phone="(212) 555-0142", email="luz@example.com",
        city_state_zip="Waco, TX",
    )  # fmt: skip
    assert ids(office.get("/api/drivers", {"search": search})) == [driver.pk] * finds


@pytest.mark.django_db
def test_filters_by_status_and_dispatcher():
    user = make_user()
    office = api_client(user)
    mine = make_driver(status="Loaded", assigned_dispatcher=user)
    free = make_driver(status="available")
    assert ids(office.get("/api/drivers?status=Loaded, In Transit")) == [mine.pk]
    assert ids(office.get("/api/drivers?status=Available")) == [free.pk]
    assert ids(office.get("/api/drivers?dispatcher=me")) == [mine.pk]
    assert ids(office.get(f"/api/drivers?dispatcher={user.pk}")) == [mine.pk]
    assert ids(office.get("/api/drivers?dispatcher=none")) == [free.pk]


def test_filters_by_size(office):
    van, box = make_driver(dimensions="144x72x74"), make_driver(dimensions="26' x 8' x 8'")
    make_driver(dimensions="ask")
    make_driver(dimensions=None)
    assert set(ids(office.get("/api/drivers?dimensions=144x72x74"))) == {van.pk, box.pk}
    assert ids(office.get("/api/drivers", {"dimensions": "20 ft"})) == [box.pk]


def test_orders_by_what_is_asked(office):
    second, tenth = make_driver(truck_number="T-2", driver_name="B"), make_driver(truck_number="T-10", driver_name="A")
    none = make_driver(truck_number=None, driver_name="C")
    assert ids(office.get("/api/drivers?ordering=truck_number")) == [second.pk, tenth.pk, none.pk]
    assert ids(office.get("/api/drivers?ordering=-truck_number")) == [tenth.pk, second.pk, none.pk]
    assert ids(office.get("/api/drivers?ordering=-name")) == [none.pk, second.pk, tenth.pk]
    assert ids(office.get("/api/drivers?ordering=name&status=Available")) == [tenth.pk, second.pk, none.pk]


def test_a_place_adds_the_distance_and_a_radius_leaves_out_what_is_far(office):
    far, near = make_driver(**CHICAGO), make_driver(**FORT_WORTH)
    lost = make_driver(latitude=None, longitude=None, city_state_zip="on the road")
    answer = office.get("/api/drivers?near=Dallas, TX").json()["results"]
    assert [each["id"] for each in answer] == [near.pk, far.pk, lost.pk]
    assert answer[0]["distance_miles"] == pytest.approx(31, abs=3)
    assert answer[2]["distance_miles"] is None
    assert ids(office.get("/api/drivers?near=Dallas, TX&ordering=-distance")) == [far.pk, near.pk, lost.pk]
    assert ids(office.get("/api/drivers?near=Dallas, TX&radius_miles=50&ordering=name")) == [near.pk]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("offset=-1", "offset"), ("limit=x", "limit"),
        ("active=maybe", "active"), ("ordering=rate; drop", "ordering"), ("ordering=distance", "ordering"),
        ("dispatcher=0", "dispatcher"), ("dispatcher=x", "dispatcher"), ("dispatcher=99999999999", "dispatcher"),
        ("dimensions=big", "dimensions"), ("dimensions=", "dimensions"), ("search=" + "a" * 101, "search"),
        ("search=%00", "search"), ("status=" + "a,b" * 30, "status"), ("radius_miles=10", "near"),
        ("near=Nowhere At All", "near"), ("near=%00", "near"), ("near=", "near"), ("lat=32", "lon"), ("lon=-96", "lat"),
        ("lat=91&lon=0", "lat"), ("lat=0&lon=-180.1", "lon"), ("lat=NaN&lon=0", "lat"), ("lat=0&lon=Infinity", "lon"),
        ("lat=1e1&lon=0", "lat"), ("lat=٣&lon=0", "lat"), ("near=75201&radius_miles=-1", "radius_miles"),
        ("near=75201&radius_miles=NaN", "radius_miles"), ("near=75201&radius_miles=1e400", "radius_miles"),
        ("statuss=Available", "statuss"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/drivers", "/api/drivers/available", "/api/drivers/by-location"])
def test_nonsense_is_refused_by_name(office, path, query, field):
    assert field in fields_at_fault(office.get(f"{path}?{query}"))


# --- the other lists ---------------------------------------------------------------------------------------------


def test_available_are_those_in_use_that_say_so(office):
    free = make_driver(status="Available")
    make_driver(status="Loaded")
    make_driver(status=None)
    make_driver(status="Available", is_active=False)
    assert ids(office.get("/api/drivers/available")) == [free.pk]
    assert ids(office.get("/api/drivers/available?status=Loaded&active=all")) == [free.pk]


@pytest.mark.parametrize(
    "around", ["near=Dallas, TX", "near=75201", "lat=32.7767&lon=-96.7970", "lat=32.7767&lon=-96.7970&near=no"]
)
def test_by_location_is_nearest_first(office, around):
    far, near = make_driver(**CHICAGO), make_driver(**FORT_WORTH)
    here = make_driver()
    by_place = make_driver(latitude=None, longitude=None, city_state_zip="Waco, TX")
    make_driver(latitude=None, longitude=None, city_state_zip=None)
    make_driver(is_active=False)
    answer = office.get(f"/api/drivers/by-location?{around}").json()["results"]
    assert [each["id"] for each in answer] == [here.pk, near.pk, by_place.pk, far.pk]
    miles = [each["distance_miles"] for each in answer]
    assert miles == sorted(miles)
    assert set(answer[0]) == FIELDS | {"distance_miles"}
    assert ids(office.get(f"/api/drivers/by-location?{around}&radius_miles=60")) == [here.pk, near.pk]


def test_by_location_looks_over_the_antimeridian(office):
    west = make_driver(latitude="52.0", longitude="-179.9")
    make_driver(latitude="52.0", longitude="170.0")
    assert ids(office.get("/api/drivers/by-location?lat=52&lon=179.9&radius_miles=50")) == [west.pk]


def test_by_location_needs_a_location(office):
    assert fields_at_fault(office.get("/api/drivers/by-location")) == {"near"}


def test_by_ids_gives_those_there_are_in_the_order_asked(office):
    first, gone = make_driver(), make_driver(is_active=False)
    assert ids(office.get(f"/api/drivers/by-ids?ids={gone.pk},{first.pk},{gone.pk}, 999999")) == [gone.pk, first.pk]


@pytest.mark.parametrize("asked", ["", "x", "1,x", "0", "-1", "1.5", "99999999999", "١", ",", "1" * 3000])
def test_by_ids_wants_ids(office, asked):
    assert fields_at_fault(office.get("/api/drivers/by-ids", {"ids": asked})) == {"ids"}
    assert fields_at_fault(office.get("/api/drivers/by-ids")) == {"ids"}


def test_by_ids_has_an_end(office):
    assert fields_at_fault(office.get("/api/drivers/by-ids", {"ids": ",".join(map(str, range(1, 202)))})) == {"ids"}


# --- places ------------------------------------------------------------------------------------------------------


def test_places_are_for_everybody_who_is_signed_in(office, phone):
    for client in (office, phone):
        answer = client.get("/api/places?q=Dallas, TX").json()
        assert answer["results"][0]["label"] == "Dallas, TX"
        assert set(answer["results"][0]) == {"label", "lat", "lon", "time_zone"}
        assert answer["results"][0]["time_zone"] == "America/Chicago"


def test_places_are_as_many_as_asked(office):
    answer = office.get("/api/places?q=s&limit=5").json()
    assert len(answer["results"]) == 5
    assert office.get("/api/places?q=💥").json()["results"] == []


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=" + "a" * 151])
def test_places_want_a_beginning(office, query):
    assert fields_at_fault(office.get(f"/api/places?{query}")) == {"q"}


# --- what it costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/api/drivers",
        "/api/drivers/available",
        "/api/drivers/by-location?near=75201",
        "/api/drivers?near=75201&ordering=name",
    ],
)
def test_a_list_costs_the_same_for_one_and_for_thirty(office, django_assert_max_num_queries, path):
    dispatchers = [make_user() for _ in range(3)]

    def add(number: int) -> None:
        placed = {} if number % 2 else {"latitude": None, "longitude": None, "city_state_zip": "Waco, TX"}
        make_driver(assigned_dispatcher=dispatchers[number % 3], **placed)

    add(0)
    with django_assert_max_num_queries(20) as few:
        assert len(ids(office.get(path))) == 1
    for number in range(29):
        add(number)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(ids(office.get(path))) == 30


def test_by_ids_costs_the_same_for_one_and_for_thirty(office, django_assert_max_num_queries):
    made = [make_driver(assigned_dispatcher=make_user()).pk for _ in range(30)]
    with django_assert_max_num_queries(20) as few:
        assert len(ids(office.get(f"/api/drivers/by-ids?ids={made[0]}"))) == 1
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert ids(office.get("/api/drivers/by-ids", {"ids": ",".join(map(str, made))})) == made
