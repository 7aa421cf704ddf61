"""What may come in: every field is bounded, what is unknown is refused by name, what is only read is passed over."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kernel.errors import Invalid
from kernel.shapes import read_shape
from offers.shapes import writing

LEAST = {
    "pickup_location": "1 Dock St, Dallas, TX",
    "delivery_location": "2 Bay Rd, Tulsa, OK",
    "proposed_rate": "850.00",
}


def refused(shape, data) -> set[str]:
    with pytest.raises(Invalid) as refusal:
        read_shape(shape, data)
    return set(refusal.value.fields)


def offer(**fields):
    return read_shape(writing.OfferShape, LEAST | fields)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("850", "850"),
        ("850.5", "850.5"),
        (850, "850"),
        (850.57, "850.57"),
        (0.1 + 0.2, "0.3"),
        ("9999999.99",) * 2,
        (0.01, "0.01"),
    ],
)
def test_money_comes_as_text_or_number(sent, read):
    assert offer(proposed_rate=sent)["proposed_rate"] == Decimal(read)


@pytest.mark.parametrize(
    "sent",
    [0, "0", "0.00", -1, "-850.00", "850.001", 850.001, 10_000_000, "10000000", 1e300, "1e5", "1_000", "٨٥٠", "NaN",
     "Infinity", "-Infinity", True, None, "", "  ", "$850", [850], {"amount": 850}, "8" * 2000],
)  # fmt: skip
def test_money_is_above_zero_in_whole_cents_and_bounded(sent):
    assert refused(writing.OfferShape, LEAST | {"proposed_rate": sent}) == {"proposed_rate"}


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("pickup_lat", 90.000001),
        ("pickup_lat", -91),
        ("delivery_lat", 1e308),
        ("pickup_lon", 181),
        ("delivery_lon", -180.5),
        ("pickup_lat", "32,7"),
        ("pickup_lat", "NaN"),
        ("pickup_lon", True),
        ("weight_lbs", -1),
        ("weight_lbs", 200_001),
        ("pieces", -1),
        ("pieces", 1.5),
        ("pieces", "12"),
        ("pieces", 10**30),
        ("distance_miles", -0.1),
        ("distance_miles", 10_001),
        ("pickup_zone", "Mars/Olympus"),
        ("delivery_zone", "../etc/passwd"),
        ("pickup_zone", 5),
        ("pickup_from", "tomorrow"),
        ("pickup_from", 1700000000),
        ("pickup_until", "0001-01-01T00:00:00+14:00"),
        ("expires_at", "9999-12-31T23:59:59-12:00"),
        ("delivery_from", "2026-11-21T25:00:00Z"),
        ("expires_at", "2" * 10_000),
        ("currency", "usd"),
        ("currency", "DOLLAR"),
        ("currency", "US\n"),
        ("currency", "ÜSD"),
        ("award_mode", "auction"),
        ("status", "assigned"),
        ("status", "nonsense"),
        ("status", ["draft"]),
        ("notes", "x" * 5001),
        ("notes", 5),
        ("notes", None),
        ("reference", "x" * 65),
        ("customer_name", "x" * 151),
        ("dimensions", "x" * 101),
        ("pickup_location", "x" * 501),
        ("pickup_location", "   "),
        ("pickup_place", "x" * 151),
        ("notes", "null\x00byte"),
        ("customer_name", "\ud800"),
        ("invited_driver_ids", [0]),
        ("invited_driver_ids", ["1"]),
        ("invited_driver_ids", list(range(1, 202))),
        ("invited_driver_ids", 7),
        ("invited_driver_ids", [2**31]),
        ("stops", "none"),
        ("stops", {}),
    ],
)
def test_every_field_of_an_offer_is_bounded(name, sent):
    names = refused(writing.OfferShape, LEAST | {name: sent})
    assert {each.split(".")[0] for each in names} == {name}


def test_unknown_fields_are_refused_and_read_only_ones_passed_over():
    assert refused(writing.OfferShape, LEAST | {"prize": 1, "__proto__": {}}) == {"prize", "__proto__"}
    read_only = {"id": 5, "owner": {"id": 1}, "counts": {}, "version": 9, "unread": 3, "followers": [], "created_by": 1}
    assert offer(**read_only) == offer()


@pytest.mark.parametrize("missing", ["pickup_location", "delivery_location", "proposed_rate"])
def test_making_an_offer_needs_two_locations_and_a_rate(missing):
    assert refused(writing.OfferShape, {name: value for name, value in LEAST.items() if name != missing}) == {missing}


@pytest.mark.parametrize("body", [[], [LEAST], "text", 5, None, True])
def test_a_body_is_an_object(body):
    assert refused(writing.OfferShape, body) == {"non_field_errors"}


@pytest.mark.parametrize(
    "text", ["🚚💥", "שלום עולם ‮gnp.exe", "<script>alert(1)</script>", "'; DROP TABLE offers; --", "a\r\nb"]
)
def test_text_of_every_kind_is_taken_as_it_is(text):
    assert offer(notes=text, customer_name=text)["notes"] == text


def test_times_are_read_in_utc():
    moment = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
    for sent in ("2026-11-21T14:05:00Z", "2026-11-21T08:05:00-06:00", "2026-11-21T14:05:00.000Z", "2026-11-21T14:05"):
        assert offer(pickup_from=sent)["pickup_from"] == moment


def test_measures_are_kept_to_what_the_columns_hold():
    read = offer(pickup_lat=32.77666412345, pickup_lon="-96.79", weight_lbs=1200.456, distance_miles=0)
    assert [read[name] for name in ("pickup_lat", "pickup_lon", "weight_lbs", "distance_miles")] == [
        Decimal("32.776664"), Decimal("-96.79"), Decimal("1200.46"), 0,
    ]  # fmt: skip


def test_stops_are_shaped_and_bounded():
    stop = {
        "kind": "pickup",
        "location": "3 Yard Ln, Waco, TX",
        "lat": 31.5,
        "lon": -97.1,
        "from": "2026-11-21T14:05:00Z",
    }
    (read,) = offer(stops=[stop])["stops"]
    assert read == stop | {"from": "2026-11-21T14:05:00.000Z", "until": None}
    assert refused(writing.OfferShape, LEAST | {"stops": [stop, {"kind": "lunch", "zone": "Nowhere"}]}) == {
        "stops.1.kind", "stops.1.location", "stops.1.zone",
    }  # fmt: skip
    assert refused(writing.OfferShape, LEAST | {"stops": [stop | {"why": 1}]}) == {"stops.0.why"}
    assert refused(writing.OfferShape, LEAST | {"stops": [stop] * 21}) == {"stops"}


def test_a_change_takes_some_fields_and_needs_the_version():
    assert read_shape(writing.OfferChange, {"version": 3, "notes": ""}) == {"version": 3, "notes": ""}
    assert refused(writing.OfferChange, {"notes": ""}) == {"version"}
    assert refused(writing.OfferChange, {"version": "3"}) == {"version"}
    assert read_shape(writing.OfferChange, {"version": 3, "status": "completed"})["status"] == "completed"


def test_what_a_replacement_leaves_out_is_as_in_a_new_offer_but_the_status(settings):
    settings.CURRENCY = "CAD"
    read = read_shape(writing.OfferReplacement, LEAST | {"version": 3})
    assert read["notes"] == read["reference"] == read["pickup_zone"] == ""
    assert "pickup_place" not in read  # It is found from the location.
    assert read["customer_rate"] is read["pickup_from"] is read["weight_lbs"] is None
    assert read["stops"] == read["invited_driver_ids"] == []
    assert (read["award_mode"], read["currency"]) == ("dispatcher", "CAD")
    assert "status" not in read
    assert refused(writing.OfferReplacement, LEAST) == {"version"}


def test_what_is_wrong_in_a_list_of_ids_is_said_of_the_list_with_its_place():
    with pytest.raises(Invalid) as refusal:
        read_shape(writing.SendShape, {"driver_ids": [1, "two", -3]})
    assert {name: [word[:3] for word in words] for name, words in refusal.value.fields.items()} == {
        "driver_ids": ["2: ", "3: "]
    }


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"driver_ids": []}, "driver_ids"),
        ({}, "driver_ids"),
        ({"driver_ids": [1, "2"]}, "driver_ids"),
        ({"driver_ids": [1, True]}, "driver_ids"),
        ({"driver_ids": [1], "force": "yes"}, "force"),
        ({"driver_ids": [1], "force": 1}, "force"),
        ({"driver_ids": [1], "mode": "lottery"}, "mode"),
        ({"driver_ids": [1], "expires_in_minutes": 0}, "expires_in_minutes"),
        ({"driver_ids": [1], "expires_in_minutes": 10**9}, "expires_in_minutes"),
    ],
)
def test_sending_is_bounded(sent, name):
    assert {each.split(".")[0] for each in refused(writing.SendShape, sent)} == {name.split(".")[0]}


def test_sending_goes_to_as_many_as_the_setting_says(settings):
    settings.SEND_MAX_DRIVERS = 2
    assert refused(writing.SendShape, {"driver_ids": [1, 2, 3]}) == {"driver_ids"}


def test_a_counter_names_its_rate():
    assert refused(writing.RespondShape, {"action": "counter", "version": 1}) == {"rate"}
    assert refused(writing.RespondShape, {"action": "counter", "version": 1, "rate": None}) == {"rate"}
    assert read_shape(writing.RespondShape, {"action": "accept", "version": 1}) == {"action": "accept", "version": 1}
    assert refused(writing.RespondShape, {"action": "steal"}) == {"action", "version"}
    assert refused(writing.RespondShape, {"action": "reject", "version": 1, "reason": "boring"}) == {"reason"}


def test_the_smaller_shapes():
    assert refused(writing.AwardShape, {"proposal_id": "7"}) == {"proposal_id"}
    assert read_shape(writing.WithdrawShape, {}) == {}
    assert refused(writing.FallOffShape, {"reason": "bored"}) == {"reason"}
    assert refused(writing.HandoverShape, {"owner": None}) == {"owner"}
    assert refused(writing.FollowersShape, {"user_ids": list(range(1, 60))}) == {"user_ids"}
    assert refused(writing.CopyShape, {"anything": 1}) == {"anything"}
