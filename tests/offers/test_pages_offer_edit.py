"""A change of an offer writes what was touched and nothing else, whatever the offer holds."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from offers.models import Offer
from offers.shapes.writing import StopShape
from tests.offers.factories import make_offer, proposal_in
from tests.offers.forms import at, edit_of, form_of, save, window_of
from tests.offers.scenes import nothing_changed, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("late_november")]

WAREHOUSE = "ACME Warehouse 4, gate B"
EXAMPLES = max(40, settings().max_examples)


# --- what the form cannot show, or was not touched, stays


def test_the_last_day_of_a_window_is_shown_and_stays(page, three_days):
    form = form_of(page, three_days)
    assert [form[f"pickup_{part}"] for part in ("day", "from", "until", "last_day")] == [
        "2026-12-07", "08:00", "17:00", "2026-12-09",
    ]  # fmt: skip
    assert window_of(save(page, three_days, pickup_from="09:00")) == (at("12-07T15:00"), at("12-09T23:00"))


def test_a_street_changes_no_times(page, three_days):
    offer = save(page, three_days, pickup_location="1500 Main St, Dallas, TX 75201")
    assert window_of(offer) == (at("12-07T14:00"), at("12-09T23:00"))
    assert offer.pickup_location == "1500 Main St, Dallas, TX 75201"


def test_a_form_without_the_last_day_takes_none_away(page, three_days):
    old = {name: value for name, value in form_of(page, three_days).items() if "last_day" not in name}
    assert page.post(edit_of(three_days), old | {"pickup_from": "09:00"}).status_code == 204
    three_days.refresh_from_db()
    assert three_days.pickup_until == at("12-09T23:00")


def test_another_last_day(page, three_days):
    assert save(page, three_days, pickup_last_day="2026-12-08").pickup_until == at("12-08T23:00")
    assert save(page, three_days, pickup_last_day="").pickup_until == at("12-07T23:00")


def test_seconds_stay(page, me):
    offer = make_offer(
        me, pickup_from=at("12-07T14:00").replace(second=31, microsecond=250000), pickup_until=at("12-07T16:00")
    )
    assert form_of(page, offer)["pickup_from"] == "08:00:31"
    changed = save(page, offer, pickup_until="10:30")
    assert window_of(changed) == (offer.pickup_from, at("12-07T16:30"))


def test_the_currency_is_the_offers_own(page, me):
    offer = make_offer(me, currency="CAD", rate_ceiling=Decimal(1000))
    assert "CA$" in page.get(edit_of(offer)).content.decode()
    changed = save(page, offer, proposed_rate="CA$ 900")
    assert (changed.currency, changed.proposed_rate, changed.rate_ceiling) == ("CAD", 900, 1000)
    with nothing_changed():
        response = page.post(edit_of(offer), form_of(page, offer) | {"proposed_rate": "€900"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "size", ["2 @ 48x40x60, 1 crate 96 x 48 x 50", "2 @ 48x40x60", "48x40x60 stackable", "300 1/7x60x60"]
)
def test_sizes_of_several_pieces_keep_their_words(page, me, size):
    offer = make_offer(me, dimensions=size)
    form = form_of(page, offer)
    assert form["dimensions"] == size
    assert "length" not in form
    assert save(page, offer, notes="Touched").dimensions == size
    assert save(page, offer, dimensions="48x40x60, 10x10x10").dimensions == "48x40x60, 10x10x10"


def test_sides_that_are_cleared_are_gone(page, me):
    offer = make_offer(me, dimensions="48x40x60")
    assert save(page, offer, length="", width="", height="").dimensions == ""


STOPS = [
    {
        "kind": "delivery",
        "location": "Dock 9, Waco, TX 76701",
        "from": "2026-12-07T20:00:00Z",
        "note": "Ask for Lee",
        "zone": "America/New_York",
    },
    {"kind": "pickup", "location": "Ardmore, OK 73401", "until": "2026-12-08T01:00:00Z"},
]


def test_stops_stay(page, me):
    shape = StopShape(data=STOPS, many=True)
    shape.is_valid(raise_exception=True)
    offer = make_offer(me, stops=shape.validated_data)
    assert save(page, offer, notes="Touched", pickup_day="2026-12-07", pickup_from="08:00").stops == offer.stops


# --- the nights when clocks are changed


def test_an_hour_that_comes_twice_stays_the_one_it_is(page, me):
    second = datetime(2027, 11, 7, 7, 30, tzinfo=UTC)
    offer = make_offer(me, pickup_from=second, pickup_until=datetime(2027, 11, 7, 11, tzinfo=UTC))
    form = form_of(page, offer)
    assert (form["pickup_from"], form["pickup_from_which"]) == ("01:30", "second")
    changed = save(page, offer, pickup_until="06:00")
    assert window_of(changed) == (second, datetime(2027, 11, 7, 12, tzinfo=UTC))
    changed = save(page, offer, pickup_from_which="first")
    assert changed.pickup_from == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


# --- everything at once

texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), min_size=0, max_size=30
).map(str.strip)
autumn = st.datetimes(datetime(2026, 10, 28), datetime(2026, 11, 4))
spring = st.datetimes(datetime(2027, 3, 12), datetime(2027, 3, 16))
moments = st.none() | autumn | spring
zones = st.sampled_from(
    ["", "America/Chicago", "America/New_York", "America/Phoenix", "America/Havana", "Asia/Kolkata"]
)
amounts = st.decimals(min_value=1, max_value=Decimal("9999999.99"), places=2)
measures = st.none() | st.decimals(min_value=0, max_value=10_000, places=2)
sizes = st.sampled_from(
    [
        "",
        "48x40x60",
        "12'x6'x6'",
        "48,5x40x60",
        "2 @ 48x40x60, 1 crate 96 x 48 x 50",
        "300½x60x60",
        "two pallets",
        "48x40",
        "1 200x60x60",
        "3.6m x 1.8m x 1.9m",
        " 48.125x40x60",
    ]
)
places = st.sampled_from(
    [
        ("17 Hidden Gate Rd, Dallas, TX 75201", "Dallas, TX 75201"),
        (WAREHOUSE, "Tulsa, OK 74103"),
        ("c/o ACME Portland, OR", "Dallas, TX 75201"),
        ("Ambassador Bridge yard", "Windsor, ON"),
        ("two\nlines, Dallas, TX", "Dallas, TX"),
        (" New York, NY 10001 ", "New York, NY 10001"),
    ]
)
notes = texts | st.sampled_from(
    ["\n first line empty", "two\nlines", "two\r\nlines", " spaces ", "</textarea><b>", "&amp; &lt;"]
)
stops = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["pickup", "delivery"]),
        "location": texts,
        "place": st.just("Waco, TX"),
        "lat": st.none() | st.just(31.55),
        "lon": st.none() | st.just(-97.14),
        "zone": zones,
        "from": st.none() | st.just("2026-12-07T20:00:00.500Z"),
        "until": st.none() | st.just("2026-12-09T20:00:30.000Z"),
        "note": texts,
    }
)


@st.composite
def ends(draw, end):
    location, place = draw(places)
    known = {"location": location, "place": place, "zone": draw(zones)}
    known |= {"lat": draw(st.none() | st.just(Decimal("32.781234"))), "lon": Decimal("-96.8")}
    known |= {part: moment and moment.replace(tzinfo=UTC) for part, moment in window(draw).items()}
    return {f"{end}_{part}": value for part, value in known.items()}


def window(draw):
    """Open, or from the earlier to the later; now and then the wrong way round, as another system may write it."""
    start, until = draw(moments), draw(moments)
    if start and until and until < start and draw(st.integers(0, 9)):
        start, until = until, start
    return {"from": start, "until": until}


@st.composite
def records(draw):
    """What may stand in the row of an offer, also when another system has written it."""
    others = {
        "stops": st.lists(stops, max_size=3),
        "reference": texts,
        "customer_name": texts,
        "customer_rate": st.none() | amounts,
        "weight_lbs": measures,
        "dimensions": sizes,
        "pieces": st.none() | st.integers(0, 100_000),
        "distance_miles": measures,
        "distance_source": st.sampled_from(["given", "estimated"]),
        "proposed_rate": amounts,
        "rate_ceiling": st.none() | amounts,
        "currency": st.sampled_from(["USD", "CAD", "MXN", "GBP"]),
        "award_mode": st.sampled_from(["dispatcher", "first_accept"]),
        "notes": notes,
    }
    return draw(ends("pickup")) | draw(ends("delivery")) | draw(st.fixed_dictionaries(others))


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_change_of_nothing_changes_nothing(page, me, language):
    page.post("/i18n/setlang/", {"language": language})
    proposal = proposal_in("accepted", make_offer(me))

    @settings(max_examples=EXAMPLES // 2, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(record=records())
    def change_nothing(record):
        with undone():
            assert_only_what_is_touched_changes(page, proposal, record)

    change_nothing()


def assert_only_what_is_touched_changes(page, proposal, record):
    offer = proposal.offer
    Offer.objects.filter(pk=offer.pk).update(**record)
    untouched = form_of(page, offer)
    with nothing_changed():
        response = page.post(edit_of(offer), untouched)
    assert response.status_code == 204, response.content.decode()
    proposal.refresh_from_db()
    assert proposal.status == "accepted"
    assert page.post(edit_of(offer), untouched | {"reference": "Touched"}).status_code == 204
    now = Offer.objects.filter(pk=offer.pk).values(*record)[0]
    assert {name: value for name, value in now.items() if value != record[name]} == (
        {} if record["reference"] == "Touched" else {"reference": "Touched"}
    )
