"""The truck table's view: what it finds, what it says of what it cannot understand, what it asks of the database."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drivers.services import create_link
from kernel.actors import SYSTEM
from offers.pages import trucks as page
from presence.log.telling import unheard
from tests.accounts.factories import browser_client, make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, put_to

pytestmark = pytest.mark.django_db

TRUCKS = reverse("trucks")
DALLAS = {"near": "75201"}


@pytest.fixture
def ask(me):
    client = browser_client(me)

    def ask(zone: str = "", **query):
        headers = {"HX-Request": "true", "HX-Target": zone} if zone else {}
        return client.get(TRUCKS, query_params=query, headers=headers)

    return ask


def words(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def named(response) -> list[str]:
    """The drivers in the table, from top to bottom."""
    return re.findall(r'data-name="([^"]*)"', words(response))


def test_whoever_is_signed_out_is_led_to_the_door(client):
    assert client.get(TRUCKS).headers["Location"].startswith(reverse("sign-in"))


def test_a_driver_is_refused():
    client = Client()
    client.post(urlsplit(create_link(actor=SYSTEM, driver_id=make_driver().pk)).path)
    assert client.get(TRUCKS).status_code == 403


def test_only_reading(me):
    assert browser_client(me).post(TRUCKS).status_code == 405


def test_without_trucks_it_says_where_they_come_from(ask):
    assert "No trucks yet" in words(ask())


def test_active_trucks_by_name(ask):
    for name in ("Zoe", "Abe", "Moe"):
        make_driver(driver_name=name)
    make_driver(driver_name="Gone", is_active=False)
    response = ask()
    assert named(response) == ["Abe", "Moe", "Zoe"]
    assert "<b>3</b> of 3 trucks match" in words(response)


def test_near_a_place_the_nearest_first(ask):
    make_driver(driver_name="Tulsa", latitude="36.15", longitude="-95.99", city_state_zip="Tulsa, OK")
    make_driver(driver_name="Dallas")
    make_driver(driver_name="Seattle", latitude="47.61", longitude="-122.33", city_state_zip="Seattle, WA")
    assert named(ask(**DALLAS)) == ["Dallas", "Tulsa", "Seattle"]
    assert named(ask(**DALLAS, radius_miles="100")) == ["Dallas"]
    assert named(ask(**DALLAS, ordering="-distance"))[0] == "Seattle"


def test_several_statuses(ask):
    for status in ("Available", "Loaded", "Home"):
        make_driver(driver_name=status, status=status)
    assert named(ask(status=["Available", "Home"])) == ["Available", "Home"]
    assert re.search(r'value="Home" checked', words(ask(status=["Home"])))


def test_mine(ask, me):
    make_driver(driver_name="Mine", assigned_dispatcher_id=me.pk)
    make_driver(driver_name="Theirs", assigned_dispatcher_id=make_user().pk)
    assert named(ask(dispatcher="me")) == ["Mine"]


def test_large_enough(ask):
    make_driver(driver_name="Large", dimensions="288x96x100")
    make_driver(driver_name="Small", dimensions="120x50x60")
    assert named(ask(dimensions="144x72x72")) == ["Large"]


def test_whether_a_load_fits(ask):
    make_driver(driver_name="Large", dimensions="288x96x100")
    make_driver(driver_name="Small", dimensions="60x40x40")
    make_driver(driver_name="Unknown", dimensions="big one")
    page = words(ask(load="120x48x60"))
    assert [word in page for word in ("Fits", "Too small", "No size")] == [True] * 3
    assert "Write the load's size" in words(ask(load="rather heavy"))


def test_nothing_matches_says_what_to_do(ask):
    make_driver()
    response = ask(search="nobody is called so")
    assert "No truck matches" in words(response)
    assert "Clear all" in words(response)


@pytest.mark.parametrize(
    ("name", "value"),
    [("near", "Nowhere at all, ZZ"), ("dimensions", "large"), ("radius_miles", "far"), ("ordering", "password")],
)
def test_what_cannot_be_understood_is_said_and_passed_over(ask, name, value):
    make_driver(driver_name="Abe")
    given = {name: value} | (DALLAS if name == "radius_miles" else {})
    response = ask("trucks-found", **given)
    assert named(response) == ["Abe"]
    assert f'id="{name}-error"' in words(response)


def test_an_unknown_place_is_the_only_fault_of_what_hangs_on_it(ask):
    make_driver()
    page = words(ask(near="Nowhere at all, ZZ", radius_miles="50", ordering="distance"))
    assert re.findall(r'id="(\w+)-error"', page) == ["near"]
    assert 'value="Nowhere at all, ZZ"' in page


def test_a_place_that_was_taken_away_takes_its_order_along(ask):
    make_driver()
    assert "-error" not in words(ask("trucks-found", near="", ordering="distance", radius_miles="50"))


@pytest.mark.parametrize("name", ["search", "near", "load", "dimensions", "status", "ordering", "start", "dispatcher"])
@pytest.mark.parametrize("value", ["\x00", "a\x00b", "'\"><script>alert(1)</script>", "🚚" * 300, "١٢٣", "%", "-1"])
def test_nothing_that_is_asked_breaks_it(ask, name, value):
    make_driver()
    assert "<script>alert" not in ask(**{name: value}).content.decode()
    assert ask("trucks-found", **{name: value}).status_code == 200


def test_what_the_older_system_wrote_is_text(ask):
    evil = "<img src=x onerror=alert(1)>"
    make_driver(
        driver_name=evil, truck_number=evil, cell_phone=evil[:20], city_state_zip=evil, dimensions=evil, rate=evil
    )
    page = ask().content.decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_truck_without_anything_has_a_row(ask):
    blank = dict.fromkeys(
        ("truck_number", "driver_name", "status", "cell_phone", "city_state_zip", "dimensions", "rate", "email")
    )
    driver = make_driver(**blank, latitude=None, longitude=None)
    assert named(ask()) == [f"#{driver.pk}"]
    assert named(ask(**DALLAS)) == [f"#{driver.pk}"]


def test_pages_go_on_where_the_last_ended(ask, monkeypatch):
    monkeypatch.setattr(page, "PAGE", 2)
    for name in ("Abe", "Bea", "Cid", "Dan", "Eve"):
        make_driver(driver_name=name)
    seen, response = [], ask(ordering="-name")
    for _ in range(3):
        seen += named(response)
        link = re.search(r'id="trucks-more" hx-get="[^"?]*\?([^"]*)"', response.content.decode())
        if link is None:
            break
        query = dict(pair.split("=") for pair in unescape(link[1]).split("&"))
        response = ask("trucks-more", **query)
        assert "<table" not in words(response)
    assert seen == ["Eve", "Dan", "Cid", "Bea", "Abe"]


def test_heads_sort_and_keep_what_was_asked(ask):
    make_driver(status="Home")
    page = words(ask(status=["Home"], search="T"))
    assert "ordering=-name" in page
    assert re.search(r'\?search=T&ordering=status&status=Home"', page)
    assert "ordering=distance" not in page


def test_the_last_offer_is_linked(ask, me):
    driver = make_driver()
    offer = make_offer(me)
    put_to(offer, driver)
    put_to(make_offer(), driver)
    assert f"?offer={offer.pk}&driver={driver.pk}" in words(ask())


def test_it_is_never_kept_and_told_apart_by_zone(ask):
    response = ask()
    assert "no-store" in response.headers["Cache-Control"]
    assert {"HX-Request", "HX-Target"} <= {each.strip() for each in response.headers["Vary"].split(",")}


def test_as_many_queries_for_thirty_trucks_as_for_one(ask, me):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask(**DALLAS, load="120x48x60").status_code == 200
        return len(captured)

    def truck():
        driver = make_driver(assigned_dispatcher_id=make_user().pk)
        put_to(make_offer(me), driver)

    truck()
    queries()
    one = queries()
    with unheard():
        for _ in range(29):
            truck()
    assert queries() == one


def test_each_number_of_a_truck_can_be_called_for_itself(ask):
    make_driver(driver_name="Two", cell_phone="(701) 555-0100 / 555-0199")
    make_driver(driver_name="Wife", cell_phone="Cell 701-555-0100, wife 701-555-0142")
    make_driver(driver_name="Juarez", cell_phone="52-656-123-4567 (Juarez)")
    make_driver(driver_name="None", cell_phone="do not call")
    make_driver(driver_name="Empty", cell_phone="")
    page = ask().content.decode()
    assert sorted(re.findall(r'href="(tel:[^"]*)"', page)) == sorted(
        ["tel:+17015550100", "tel:+17015550199", "tel:+17015550100", "tel:+17015550142", "tel:+526561234567"]
    )
    assert 'data-phones="+17015550100 +17015550199"' in page
    assert page.count('data-phones=""') == 2
    assert "do not call" in page
    assert "no phone" in page
