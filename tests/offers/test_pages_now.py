"""The page Now, and the number beside it in the bar of every office page."""

from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drivers.services import create_link
from kernel.actors import SYSTEM
from presence.log.telling import unheard
from tests.accounts.factories import browser_client
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, proposal_in, put_to

pytestmark = pytest.mark.django_db

NOW = reverse("now")


@pytest.fixture
def ask(me):
    client = browser_client(me)

    def ask(zone: str = "", path: str = NOW, **query):
        headers = {"HX-Request": "true", "HX-Target": zone} if zone else {}
        return client.get(path, query_params=query, headers=headers)

    return ask


def words(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_it_is_the_first_page():
    assert NOW == "/"


def test_whoever_is_signed_out_is_led_to_the_door(client):
    assert client.get(NOW).headers["Location"].startswith(reverse("sign-in"))


def test_a_driver_goes_to_their_own():
    driver = Client()
    driver.post(urlsplit(create_link(actor=SYSTEM, driver_id=make_driver().pk)).path)
    assert driver.get(NOW).headers["Location"] == reverse("driver")


def test_nothing_to_do(ask):
    page = words(ask())
    assert "Nothing waits for you" in page
    assert "Every load is covered." in page
    assert "Nothing has happened yet." in page


def test_a_counter_with_its_answers(ask, me):
    proposal = proposal_in("counter_offered", make_offer(me, rate_ceiling=Decimal(1000)))
    page = words(ask())
    assert f"{proposal.driver.name} asks $975.50 instead of $850" in page
    assert "$24.50 under the ceiling" in page
    assert page.count('data-action="answering#press"') == 2
    assert f"/offers/?offer={proposal.offer_id}&driver={proposal.driver_id}" in page


def test_over_the_ceiling_is_said(ask, me):
    proposal_in("counter_offered", make_offer(me, rate_ceiling=Decimal(900)))
    assert "$75.50 over the ceiling" in words(ask())


def test_a_yes_to_award(ask, me):
    proposal_in("accepted", make_offer(me))
    page = words(ask())
    assert "Award $850" in page
    assert page.count('data-action="answering#press"') == 1


def test_who_looks_on_has_no_buttons(ask, settings):
    settings.DISPATCHERS_SEE = "all"
    proposal_in("counter_offered", make_offer())
    assert "asks $" not in words(ask())
    page = words(ask(whose="all"))
    assert "asks $975.50" in page
    assert "answering#press" not in page
    assert 'data-turns="0"' in page


def test_everybodys_is_for_those_who_see_everything(ask):
    proposal_in("counter_offered", make_offer())
    page = words(ask(whose="all"))
    assert "All dispatchers" not in page
    assert "asks $" not in page


def test_what_people_write_is_text(ask, me):
    evil = "<img src=x onerror=alert(1)>"
    driver = make_driver(driver_name=evil)
    (proposal,) = put_to(make_offer(me), driver)
    answer(proposal, "counter", rate=Decimal(900), note=evil)
    assert "<img" not in ask().content.decode()
    assert "&lt;img" in ask().content.decode()


def test_the_zones_come_alone(ask, me):
    proposal_in("counter_offered", make_offer(me))
    live = words(ask("now-live"))
    assert live.count("<section") == 4
    assert "<html" not in live
    number = ask("turns")
    assert (words(number), number.headers["Content-Type"]) == ("1", "text/plain")
    for response in (ask(), number):
        assert "no-store" in response.headers["Cache-Control"]
        assert {"HX-Request", "HX-Target"} <= {each.strip() for each in response.headers["Vary"].split(",")}


@pytest.mark.parametrize("path", [NOW, reverse("trucks"), reverse("desk")])
def test_every_office_page_shows_how_many_wait(ask, me, path):
    for _ in range(3):
        proposal_in("counter_offered", make_offer(me))
    assert 'data-count="turns">3<' in words(ask(path=path))


def test_as_many_queries_for_much_as_for_little(ask, me):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert ask().status_code == 200
        return len(captured)

    proposal_in("counter_offered", make_offer(me))
    queries()
    few = queries()
    with unheard():
        for _ in range(29):
            proposal_in("counter_offered", make_offer(me))
    assert queries() == few
