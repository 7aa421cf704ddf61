"""The form asks once about a window that is over or very far away."""

from datetime import UTC, datetime

import pytest

from offers.models import Offer
from tests.drivers.factories import make_driver
from tests.offers.forms import NEW, edit_of, made, posted, refused
from tests.offers.scenes import LOAD, Scene, nothing_changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_november")]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pickup_day": "2020-12-01"}, "The pickup ends on Dec. 1, 2020, which is past."),
        ({"pickup_day": "2026-11-27", "pickup_from": "08:00"}, "which is past."),
        ({"delivery_day": "2026-11-27"}, "The delivery ends on Nov. 27, 2026, which is past."),
        ({"pickup_day": "2062-12-01"}, "more than a year from now."),
        ({"pickup_day": "2026-12-01", "delivery_day": "2029-12-01"}, "more than a year from now."),
    ],
)
@pytest.mark.parametrize("drivers", [0, 1])
def test_an_unlikely_day_is_asked_about_once(page, values, words, drivers):
    values |= {"driver": [make_driver().pk for _ in range(drivers)]}
    with nothing_changed():
        response = page.post(NEW, LOAD | values)
    assert response.status_code == 422
    assert words in response.content.decode()
    again = posted(response)
    assert again["sure"]
    other = {"pickup_day": "2019-12-01", "delivery_day": "2019-12-02"}
    with nothing_changed():
        assert page.post(NEW, again | values | other).status_code == 422
    assert page.post(NEW, again | values).status_code == 204
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("values", [{"pickup_day": "2026-11-28"}, {"pickup_day": "2027-11-20"}, {}])
def test_a_likely_day_is_not(page, values):
    made(page, **values)


def test_what_is_wrong_is_said_before_what_is_unlikely(page):
    text = refused(page, pickup_day="2020-12-02", delivery_day="2020-12-01")
    assert "The delivery is before the pickup." in text
    assert 'name="sure"' not in text


def test_of_a_change_only_a_changed_day_is_asked_about(page, me):
    scene = Scene()
    offer = scene.new_offer(me, pickup_from="2020-12-01T14:00:00Z", pickup_until="2020-12-01T16:00:00Z")
    edit = edit_of(offer)
    untouched = posted(page.get(edit))
    assert page.post(edit, untouched | {"notes": "Touched"}).status_code == 204
    again = posted(page.get(edit)) | {"pickup_from": "07:00"}
    response = page.post(edit, again)
    assert response.status_code == 422
    assert "which is past." in response.content.decode()
    assert page.post(edit, posted(response)).status_code == 204
    offer.refresh_from_db()
    assert offer.pickup_from == datetime(2020, 12, 1, 13, tzinfo=UTC)


def test_the_api_takes_it_as_it_is():
    scene = Scene()
    response = scene.by(scene.olga).send("POST", "offers", LOAD | {"pickup_from": "2020-12-01T14:00:00Z"})
    assert response.status_code == 201
