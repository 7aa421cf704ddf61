"""An offer's times are told by the clocks of its place, and stay where they are until it is moved to another."""

from decimal import Decimal

import pytest

from offers.models import Offer
from tests.offers.factories import make_offer
from tests.offers.forms import at, edit_of, form_of, save, window_of
from tests.offers.scenes import nothing_changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_november")]

WAREHOUSE = "ACME Warehouse 4, gate B"


@pytest.mark.parametrize("location", [WAREHOUSE, "c/o ACME Portland, OR"])
def test_times_are_those_of_the_offers_own_zone(page, me, location):
    times = {"pickup_from": at("12-07T14:00"), "pickup_until": at("12-07T16:00")}
    offer = make_offer(me, pickup_location=location, pickup_place="Dallas, TX 75201", **times)
    form = form_of(page, offer)
    assert (form["pickup_from"], form["pickup_until"]) == ("08:00", "10:00")
    changed = save(page, offer, pickup_until="10:30")
    assert window_of(changed) == (at("12-07T14:00"), at("12-07T16:30"))
    moved = save(page, offer, pickup_location=f"{location}, dock 3", pickup_from="09:00")
    assert window_of(moved) == (at("12-07T15:00"), at("12-07T16:30"))
    kept = (moved.pickup_place, moved.pickup_zone, moved.pickup_lat, moved.pickup_lon)
    assert kept == (offer.pickup_place, "America/Chicago", offer.pickup_lat, offer.pickup_lon)


@pytest.mark.parametrize("end", ["pickup", "delivery"])
@pytest.mark.parametrize("former", [WAREHOUSE, "17 Hidden Gate Rd, Dallas, TX 75201", "c/o ACME Portland, OR"])
@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("Toronto, ON", "is not in the United States."),
        ("Dock 3, Monterrey, Mexico", "is not in the United States."),
        (f"{WAREHOUSE}, Toronto, ON", "is not in the United States."),
        ("1 Main St, Tulsa, OK 00001", "The ZIP code 00001 is not known."),
    ],
)
def test_a_place_that_cannot_be_looked_up_is_refused_as_of_a_new_offer(page, me, end, former, location, words):
    offer = make_offer(me, **{f"{end}_location": former, f"{end}_place": "Dallas, TX 75201"})
    with nothing_changed():
        response = page.post(edit_of(offer), form_of(page, offer) | {f"{end}_location": location})
    assert response.status_code == 422
    assert words in response.content.decode()


@pytest.mark.parametrize(
    ("former", "place", "location"),
    [
        ("Windsor, ON", "Windsor, ON", "gate 5, Windsor, ON"),
        ("gate 5, Windsor, ON", "Windsor, ON", "Windsor, ON, Canada"),
        ("Ambassador Bridge yard", "Windsor, ON", "Ambassador Bridge yard, Windsor ON"),
        ("Windsor, ON", "Detroit yard", "gate 5, Windsor, ON"),
    ],
)
def test_a_place_abroad_with_its_own_zone_stays_editable(page, me, former, place, location):
    known = {"location": former, "place": place, "zone": "America/Toronto", "lat": Decimal("42.31")}
    offer = make_offer(me, **{f"pickup_{part}": value for part, value in known.items()}, pickup_lon=Decimal("-83.03"))
    moved = save(page, offer, pickup_location=location)
    assert (moved.pickup_location, moved.pickup_place, moved.pickup_zone, moved.pickup_lat) == (
        location, place, "America/Toronto", Decimal("42.31"),
    )  # fmt: skip
    with nothing_changed():
        other = page.post(edit_of(offer), form_of(page, offer) | {"pickup_location": "Toronto, ON"})
    assert other.status_code == 422


def test_a_place_that_is_named_alone_is_where_it_says(page, me):
    offer = make_offer(me, pickup_location="c/o ACME Portland, OR", pickup_place="Dallas, TX 75201")
    moved = save(page, offer, pickup_location="Portland, OR")
    assert (moved.pickup_place, moved.pickup_zone) == ("Portland, OR", "America/Los_Angeles")


@pytest.mark.parametrize("end", ["pickup", "delivery"])
def test_a_place_that_is_not_known_has_its_zone(page, me, end):
    known = {
        "location": "Ambassador Bridge yard",
        "place": "Windsor, ON",
        "zone": "America/Toronto",
        "lat": Decimal("42.31"),
        "lon": Decimal("-83.03"),
        "from": at("12-07T14:00"),
        "until": at("12-07T16:00"),
    }
    offer = make_offer(me, **{f"{end}_{part}": value for part, value in known.items()})
    assert form_of(page, offer)[f"{end}_from"] == "09:00"
    changed = save(page, offer, **{f"{end}_until": "11:30"})
    assert window_of(changed, end) == (at("12-07T14:00"), at("12-07T16:30"))
    changed = save(page, offer, **{f"{end}_location": "Ambassador Bridge yard, door 2"})
    assert (getattr(changed, f"{end}_zone"), getattr(changed, f"{end}_place")) == ("America/Toronto", "Windsor, ON")


def test_a_zone_of_its_own_stays_within_the_same_zone(page, me):
    offer = make_offer(me, pickup_zone="America/New_York", pickup_from=at("12-07T14:00"))
    assert form_of(page, offer)["pickup_from"] == "09:00"
    moved = save(page, offer, pickup_location="1 Elm St, Fort Worth, TX 76102")
    assert (moved.pickup_zone, moved.pickup_from) == ("America/New_York", at("12-07T14:00"))
    assert moved.pickup_place == "Fort Worth, TX 76102"


def test_times_go_with_the_load_to_another_zone(page, three_days):
    moved = save(page, three_days, pickup_location="1 Main St, New York, NY 10001")
    assert window_of(moved) == (at("12-07T13:00"), at("12-09T22:00"))
    assert moved.pickup_zone == "America/New_York"


def test_where_the_offer_has_no_zone_the_place_says_it(page, me):
    offer = make_offer(me, pickup_from=at("12-07T14:00"))
    Offer.objects.filter(pk=offer.pk).update(pickup_zone="", pickup_location=WAREHOUSE, pickup_place="Dallas, TX 75201")
    assert form_of(page, offer)["pickup_from"] == "08:00"
    assert save(page, offer, pickup_from="09:00").pickup_from == at("12-07T15:00")
