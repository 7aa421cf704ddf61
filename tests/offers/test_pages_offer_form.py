"""Between what people fill in and what an offer is: both ways, without changing what nobody touched."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kernel.errors import Invalid
from offers import selectors, services
from offers.pages.offer_form import OfferForm
from tests.accounts.factories import make_user
from tests.offers.factories import make_offer

pytestmark = pytest.mark.django_db

FILLED = {
    "pickup_location": "17 Hidden Gate Rd, Dallas, TX 75201",
    "delivery_location": "99 Covert Dock, New York, NY 10001",
    "proposed_rate": "850",
    "award_mode": "dispatcher",
}


def fields(**values: str) -> dict:
    return OfferForm(FILLED | values).fields()


def faults(**values: str) -> dict[str, list[str]]:
    form = OfferForm(FILLED | values)
    with pytest.raises(Invalid):
        form.fields()
    return form.errors


def form_of(offer) -> OfferForm:
    (data,) = selectors.offer_dicts([offer], make_user("manager").actor)
    return OfferForm.of_offer(data)


def test_amounts_as_people_write_them():
    given = fields(proposed_rate="$1,240.50", rate_ceiling=" 1,400 ", weight_lbs="2,400", pieces="3", customer_rate="")
    assert (given["proposed_rate"], given["rate_ceiling"]) == (Decimal("1240.50"), Decimal(1400))
    assert (given["weight_lbs"], given["pieces"], given["customer_rate"]) == (2400, 3, None)
    assert "distance_miles" not in given


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("proposed_rate", "a lot"),
        ("proposed_rate", "-5"),
        ("proposed_rate", ""),
        ("proposed_rate", "1e9"),
        ("rate_ceiling", "1.250"),
        ("customer_rate", "12,34,567"),
        ("weight_lbs", "heavy"),
        ("pieces", "some"),
        ("pieces", "2.5"),
        ("award_mode", "lottery"),
        ("pickup_location", ""),
        ("pickup_location", "Dallas\x00"),
        ("notes", "x" * 5001),
        ("reference", "x" * 65),
    ],
)
def test_what_cannot_be_used_is_named(name, value):
    assert set(faults(**{name: value})) == {name}


def test_sides_become_one_size():
    assert fields(length="144", width="72", height="74.5")["dimensions"] == "144x72x74.5"
    assert set(faults(length="144", width="72")) == {"length"}
    assert fields(dimensions="2 @ 48x40x50")["dimensions"] == "2 @ 48x40x50"


def test_times_are_told_by_the_clock_of_the_place():
    given = fields(pickup_day="2026-07-01", pickup_from="08:00", pickup_until="10:30", delivery_day="2026-07-02")
    assert given["pickup_from"] == datetime(2026, 7, 1, 13, 0, tzinfo=UTC)
    assert given["pickup_until"] == datetime(2026, 7, 1, 15, 30, tzinfo=UTC)
    assert given["delivery_from"] == datetime(2026, 7, 2, 4, 0, tzinfo=UTC)
    assert given["delivery_until"] == datetime(2026, 7, 3, 3, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("2026-03-08", "01:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-03-08", "03:30", datetime(2026, 3, 8, 8, 30, tzinfo=UTC)),
        ("2026-11-01", "00:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("2026-11-01", "03:30", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_the_days_when_clocks_are_changed(day, clock, moment):
    assert fields(pickup_day=day, pickup_from=clock)["pickup_from"] == moment


def test_a_window_may_go_over_midnight():
    given = fields(pickup_day="2026-07-01", pickup_from="22:00", pickup_until="02:00")
    assert (given["pickup_until"] - given["pickup_from"]).total_seconds() == 4 * 3600


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"pickup_from": "08:00"}, "pickup_day"),
        ({"pickup_day": "soon"}, "pickup_day"),
        ({"pickup_day": "2026-02-30"}, "pickup_day"),
        ({"pickup_day": "2026-07-01", "pickup_from": "25:00"}, "pickup_from"),
        ({"delivery_day": "2026-07-01", "delivery_until": "noon"}, "delivery_until"),
    ],
)
def test_days_and_times_that_are_none(values, name):
    assert set(faults(**values)) == {name}


@pytest.mark.parametrize(
    ("text", "minutes"), [("15", 15), ("", None), ("0", None), ("-5", None), ("x", None), ("1" * 9, None)]
)
def test_minutes_to_answer(text, minutes):
    assert OfferForm({"expires_in_minutes": text}).minutes == minutes


def test_words_without_a_field_of_their_own_are_kept_apart():
    form = OfferForm({"pickup_location": "Nowhere"})
    form.refuse(Invalid(fields={"message": ["Too long."], "pickup_place": ["Where?"], "notes": ["Hm."]}))
    assert form.loose == ["Too long."]
    assert form.errors["pickup_location"] == ["Where?"]


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"dimensions": "12'x6'x6'", "weight_lbs": Decimal("123456.75"), "distance_miles": Decimal("284.3")},
        {"dimensions": "2 @ 48x40x50", "notes": "Two lines\nand <b>more</b>", "stops": []},
        {
            "pickup_from": datetime(2026, 7, 1, 13, 0, 30, tzinfo=UTC),
            "pickup_until": datetime(2026, 7, 4, 1, 0, tzinfo=UTC),
        },
        {
            "delivery_from": datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
            "delivery_until": datetime(2026, 11, 1, 8, 0, tzinfo=UTC),
        },
        {"delivery_until": datetime(2026, 7, 4, 1, 0, tzinfo=UTC)},
    ],
)
def test_what_nobody_touched_is_not_changed(known):
    offer = make_offer(**known)
    former = form_of(offer)
    assert former.values.get("weight_lbs", "") in ("", "123456.75")
    posted = OfferForm(former.values)
    if former.values.get("length"):
        del posted.values["dimensions"]  # It is shown as three sides instead.
    assert posted.changes(former) == {}
    posted.values["notes"] = "Touched"
    assert posted.changes(former) == {"notes": "Touched"}


def test_only_what_was_touched_is_changed():
    former = form_of(make_offer(dimensions="144x72x74", pickup_from=datetime(2026, 7, 1, 13, 0, tzinfo=UTC)))
    assert OfferForm(former.values | {"height": "80"}).changes(former) == {"dimensions": "144x72x80"}
    cleared = {"length": "", "width": "", "height": "", "dimensions": ""}
    assert OfferForm(former.values | cleared).changes(former) == {"dimensions": ""}
    later = OfferForm(former.values | {"pickup_until": "10:00"}).changes(former)
    assert later["pickup_until"] == datetime(2026, 7, 1, 15, 0, tzinfo=UTC)


def test_another_place_takes_the_times_to_its_own_clock():
    offer = make_offer(pickup_from=datetime(2026, 7, 1, 13, 0, tzinfo=UTC))
    former = form_of(offer)
    changes = OfferForm(former.values | {"pickup_location": "1 Main St, New York, NY 10001"}).changes(former)
    assert changes["pickup_from"] == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    services.update_offer(actor=make_user("manager").actor, offer_id=offer.pk, version=offer.version, fields=changes)
    offer.refresh_from_db()
    assert offer.pickup_zone == "America/New_York"
    assert form_of(offer).values["pickup_from"] == "08:00"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pickup_location", "Say where it is picked up."),
        ("delivery_location", "Say where it goes."),
        ("proposed_rate", "Name a rate."),
    ],
)
def test_what_is_left_out_is_asked_for_in_plain_words(name, words):
    values = {"pickup_location": "Dallas, TX 75201", "delivery_location": "Tulsa, OK 74103", "proposed_rate": "850"}
    form = OfferForm(values | {name: ""})
    with pytest.raises(Invalid):
        form.fields()
    assert form.errors == {name: [words]}
