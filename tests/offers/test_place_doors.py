"""A place is read in the same way wherever one is written: offers, stops, trucks around it, the dialog, the table."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import escape

from drivers import places, selectors
from offers.models import Offer
from tests.drivers import spellings
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer

pytestmark = pytest.mark.django_db

LOAD = {"pickup_location": "El Paso, TX", "delivery_location": "El Paso, TX", "proposed_rate": "900.00"}
TABLE = spellings.places()[::3]
REFUSED = [
    ("Toronto, Ontario, CA", "Ontario is not in the United States"),
    ("Dallas, TX 77002", "Dallas, TX; Houston, TX 77002"),
    ("Portland", "Portland, OR; Portland, ME"),
    ("Laredo, TX to Dallas, TX", "Laredo, TX; Dallas, TX"),
]


def test_an_offers_place_is_what_the_table_says(office):
    for text, expected in TABLE:
        answer = office.send("POST", "offers", LOAD | {"pickup_location": text})
        if expected.startswith("!"):
            fields = answer.json()["error"]["fields"]
            name = "pickup_place" if expected == "!unknown" else "pickup_location"
            assert (answer.status_code, set(fields)) == (400, {name}), text
            assert expected == "!unknown" or fields[name] == [places.look_up(text).words], text
        else:
            assert (answer.status_code, answer.json()["pickup_place"]) == (201, expected), text
    assert Offer.objects.count() == sum(not expected.startswith("!") for _text, expected in TABLE)


def test_trucks_around_a_place_are_around_what_the_table_says(office):
    for text, expected in TABLE:
        answer = office.read("drivers/by-location", near=text)
        if expected.startswith("!"):
            assert answer.status_code == 400, text
            assert answer.json()["error"]["fields"] == {"near": [places.look_up(text).words]}, text
        else:
            assert answer.status_code == 200, text


def test_the_estimate_and_the_truck_table_say_what_the_table_says(page):
    for text, expected in TABLE:
        shown = page.get(reverse("offer-estimate"), {"pickup_location": text, "delivery_location": "99546"})
        shown = shown.content.decode()
        words = escape(places.look_up(text).words)
        if not expected.startswith("!"):
            assert f"{escape(expected)} → Adak, AK 99546" in shown, text
        elif not expected.startswith("!unknown"):
            assert words in shown, text
            assert "→" not in shown.replace(words, ""), text
        table = page.get(reverse("trucks"), {"near": text}).content.decode()
        assert ('id="near-error"' in table) is expected.startswith("!"), text
        assert words in table, text


@pytest.mark.parametrize(("text", "said"), REFUSED)
@pytest.mark.parametrize("end", ["pickup", "delivery"])
def test_it_is_named_what_is_wrong_with_an_end(office, text, said, end):
    answer = office.send("POST", "offers", LOAD | {f"{end}_location": text})
    ((name, words),) = answer.json()["error"]["fields"].items()
    assert (answer.status_code, name) == (400, f"{end}_location")
    assert said in words[0]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_it_is_named_what_is_wrong_with_a_stop(office, text, said):
    answer = office.send("POST", "offers", LOAD | {"stops": [{"kind": "pickup", "location": text}]})
    ((name, words),) = answer.json()["error"]["fields"].items()
    assert (answer.status_code, name) == (400, "stops.0.location")
    assert said in words[0]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_the_dialog_says_it_beside_the_field_and_keeps_what_was_typed(page, text, said):
    answer = page.post(reverse("offer-new"), LOAD | {"pickup_location": text, "save": "1"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert f'value="{text}"' in shown
    assert not Offer.objects.exists()


def test_the_choice_is_given_as_buttons(page):
    shown = page.get(reverse("offer-estimate"), {"pickup_location": "Portland"}).content.decode()
    assert 'data-offer-dialog-place-param="Portland, OR"' in shown
    shown = page.get(reverse("trucks"), {"near": "Portland", "search": "x"}).content.decode()
    assert 'href="?near=Portland%2C+OR&amp;search=x"' in shown


def test_a_place_with_coordinates_set_by_hand_stays(office):
    given = {"pickup_location": "Behind the mill", "pickup_place": "Portland", "pickup_lat": "43.660000"}
    given |= {"pickup_lon": "-70.260000", "pickup_zone": "America/New_York"}
    made = office.send("POST", "offers", LOAD | given)
    assert made.status_code == 201
    assert (made.json()["pickup_place"], made.json()["pickup_zone"]) == ("Portland", "America/New_York")
    abroad = {"pickup_location": "Windsor, ON", "pickup_place": "Windsor, ON", "pickup_zone": "America/Toronto"}
    made = office.send("POST", "offers", LOAD | abroad).json()
    assert (made["pickup_place"], made["pickup_zone"], made["pickup_lat"]) == ("Windsor, ON", "America/Toronto", None)


@pytest.mark.parametrize("text", ["Portland", "Dallas, TX 77002", "Laredo, TX to Dallas, TX"])
def test_a_place_without_coordinates_must_be_one(office, text):
    answer = office.send("POST", "offers", LOAD | {"pickup_location": "The mill", "pickup_place": text})
    assert set(answer.json()["error"]["fields"]) == {"pickup_place"}


def test_an_older_offer_whose_location_is_unclear_can_still_be_changed(office, me):
    offer = make_offer(me)
    older = {"pickup_location": "Portland", "pickup_place": "Portland, OR", "pickup_lat": None, "pickup_lon": None}
    Offer.objects.filter(pk=offer.pk).update(**older)
    answer = office.send("PATCH", f"offers/{offer.pk}", {"version": 1, "pickup_location": "Portland", "notes": "Call."})
    assert answer.status_code == 200
    assert answer.json()["pickup_place"] == "Portland, OR"


def test_a_truck_whose_place_is_unclear_has_no_position():
    nowhere = {"latitude": None, "longitude": None}
    known = make_driver(city_state_zip="Portland, OR", **nowhere)
    unclear = [make_driver(city_state_zip=text, **nowhere) for text, _said in REFUSED]
    assert set(selectors.positions([known, *unclear])) == {known.pk}
    assert set(selectors.near(Decimal("45.5"), Decimal("-122.6"))) == {known.pk}
