"""What a window is, from the form to everybody who reads it: a day is a day, an open beginning is no midnight."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from chat.models import Message
from offers.models import Offer
from offers.pages.offer_dialog import OfferForm
from tests.drivers.factories import make_driver
from tests.offers.factories import put_to
from tests.offers.forms import made, refused
from tests.offers.scenes import LOAD, Scene, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_november")]


def everywhere(page, me, offer: Offer) -> list[str]:
    """The desk, what needs me now, and the driver's list, offer and chat."""
    driver = make_driver()
    Offer.objects.filter(pk=offer.pk).update(status="active")
    put_to(Offer.objects.get(pk=offer.pk), driver)
    phone = browser_of(driver.actor)
    line = Message.objects.filter(message_type="system").latest("pk").message
    places = [page.get(reverse("desk"), {"offer": offer.pk}), phone.get(reverse("driver")), page.get(reverse("now"))]
    places.append(phone.get(reverse("driver"), {"offer": offer.pk}))
    assert all(response.status_code == 200 for response in places)
    return [*(response.content.decode() for response in places), line]


def test_a_day_is_shown_as_a_day(page, me):
    offer = made(page, pickup_day="2026-12-01", delivery_day="2026-12-02", delivery_last_day="2026-12-04")
    assert (offer.pickup_from, offer.pickup_until) == (
        datetime(2026, 12, 1, 6, tzinfo=UTC),
        datetime(2026, 12, 2, 5, 59, 59, tzinfo=UTC),
    )
    shown = everywhere(page, me, offer)
    for text in shown:
        assert "Tue" in text
        assert "12:00 AM" not in text
        assert "11:59" not in text
    desk, _list, _now, phone, line = shown
    for text in (desk, phone, line):
        assert "Tue Dec 1" in text
        assert "Wed Dec 2 – Fri Dec 4" in text


def test_without_a_beginning_it_is_by_a_time(page, me):
    offer = made(page, pickup_day="2026-12-01", pickup_from="08:00", delivery_day="2026-12-01", delivery_until="20:00")
    assert (offer.delivery_from, offer.delivery_until) == (None, datetime(2026, 12, 2, 2, tzinfo=UTC))
    desk, _list, _now, phone, line = everywhere(page, me, offer)
    for text in (desk, phone, line):
        assert "by Tue Dec 1, 8:00 PM CST" in text


def test_a_pickup_by_a_time_is_shown_wherever_one_with_a_beginning_is(page, me):
    offer = made(page, pickup_day="2026-12-01", pickup_until="20:00")
    for text in everywhere(page, me, offer):
        assert "8:00 PM" in text
        assert "time open" not in text.lower()


@pytest.mark.parametrize(
    "values",
    [
        {"pickup_from": "08:00", "delivery_until": "20:00"},
        {"pickup_from": "14:00"},
        {"pickup_from": "14:00", "pickup_until": "16:00"},
        {"pickup_from": "23:59"},
        {},
        {"pickup_until": "20:00", "delivery_from": "18:00", "delivery_until": "22:00"},
        {"pickup_until": "20:00"},
        {"pickup_until": "16:00", "delivery_until": "14:00"},
        {"pickup_until": "16:00", "delivery_from": "08:00", "delivery_until": "14:00"},
        {"pickup_until": "16:00", "delivery_from": "08:00"},
        {"delivery_from": "08:00"},
        {"delivery_until": "08:00"},
        {"pickup_from": "14:00", "delivery_last_day": "2026-12-03", "delivery_until": "10:00"},
    ],
)
def test_a_delivery_that_can_come_after_the_pickup(page, values):
    made(page, pickup_day="2026-12-01", delivery_day="2026-12-01", **values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pickup_from": "08:00", "delivery_until": "07:00"}, "delivery_until"),
        ({"pickup_from": "14:00", "delivery_from": "10:00"}, "delivery_from"),
        ({"delivery_day": "2026-11-30"}, "delivery_until"),
        ({"pickup_from": "08:00", "delivery_day": "2026-11-30"}, "delivery_until"),
        ({"pickup_until": "08:00", "delivery_day": "2026-11-30", "delivery_until": "23:00"}, "delivery_until"),
        (
            {
                "pickup_until": "00:30",
                "delivery_day": "2026-11-30",
                "delivery_from": "22:00",
                "delivery_until": "23:59",
            },
            "delivery_until",
        ),
    ],
)
def test_a_delivery_that_cannot(page, values, field):
    text = refused(page, **({"pickup_day": "2026-12-01", "delivery_day": "2026-12-01"} | values))
    assert f'id="w-{field}"' in text
    assert "The delivery is before the pickup." in text


@pytest.mark.parametrize("times", [("02:30", "05:00"), ("02:45", "03:15")])
def test_a_time_that_does_not_exist_is_said(page, times):
    text = refused(page, pickup_day="2027-03-14", pickup_from=times[0], pickup_until=times[1])
    assert "This time does not exist on that night: clocks go from 2:00 AM to 3:00 AM." in text
    assert 'id="w-pickup_from"' in text
    assert "ends before it begins" not in text


def test_in_phoenix_it_exists(page):
    offer = made(
        page,
        pickup_location="1 Elm St, Phoenix, AZ 85001",
        pickup_day="2027-03-14",
        pickup_from="02:30",
        pickup_until="05:00",
    )
    assert offer.pickup_from == datetime(2027, 3, 14, 9, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_asked_about(page, me):
    times = {"pickup_day": "2027-11-07", "pickup_from": "01:30", "pickup_until": "05:00"}
    text = refused(page, **times)
    assert "This time comes twice on that night. Choose which one." in text
    for words in ("1:30 AM CDT", "1:30 AM CST"):
        assert words in text
    offer = made(page, **times, pickup_from_which="second")
    assert offer.pickup_from == datetime(2027, 11, 7, 7, 30, tzinfo=UTC)
    assert "1:30–5:00 AM CST" in everywhere(page, me, offer)[0]


# --- the API


def test_windows_of_the_api_stay_as_they_are():
    scene = Scene()
    times = {"pickup_from": "2026-12-01T06:00:00.000Z", "pickup_until": "2026-12-01T16:00:00.000Z"}
    response = scene.by(scene.olga).send("POST", "offers", LOAD | times)
    assert {name: response.json()[name] for name in times} == times
    desk = OfferForm.of_offer(response.json()).values
    assert (desk["pickup_from"], desk["pickup_until"]) == ("00:00", "10:00")


def test_a_pickup_without_a_beginning_is_found_by_its_end():
    scene = Scene()
    offer = scene.new_offer(pickup_until="2031-01-05T14:00:00Z")
    scene.send(offer, scene.dan)
    frozen = scene.new_offer(pickup_until="2031-01-05T14:00:00Z")
    scene.send(frozen, scene.eve)
    scene.answer(scene.eve, "reject", frozen, reason="too_far")
    for person, wanted in ((scene.olga, {offer.pk, frozen.pk}), (scene.dan, {offer.pk}), (scene.eve, {frozen.pk})):
        caller = scene.by(person)
        for query, found in (
            ({"pickup_after": "2031-01-05T13:00:00Z"}, wanted),
            ({"pickup_after": "2031-01-05T15:00:00Z"}, set()),
            ({"pickup_before": "2031-01-05T15:00:00Z"}, wanted),
            ({"pickup_before": "2031-01-05T13:00:00Z"}, set()),
        ):
            assert {each["id"] for each in caller.read("offers", **query).json()["results"]} == found, query
