"""A window of time as fields, and back: also on the nights when clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.pages import window_fields
from tests.spellings import table

PARTS = ("day", "from", "until", "last_day", "from_which", "until_which")
NIGHTS = list(table("offers/spellings/windows.tsv"))
SAYS = {"!": "does not exist", "?": "comes twice", ">": "ends before"}
CHICAGO = ZoneInfo("America/Chicago")
ZONES = [
    "America/Chicago",
    "America/New_York",
    "America/Phoenix",
    "America/Havana",
    "Europe/London",
    "Asia/Kolkata",
    "UTC",
]


def read(zone: str, **values: str) -> window_fields.Read:
    return window_fields.read(values, ZoneInfo(zone))


def moment(text: str) -> datetime | None:
    return None if text == "-" else datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_table_is_as_long_as_it_has_to_be():
    assert len(NIGHTS) >= 30


@pytest.mark.parametrize("row", NIGHTS, ids="|".join)
def test_the_nights_when_clocks_are_changed(row):
    zone, *cells, start, until = row
    found = read(zone, **{part: "" if cell == "-" else cell for part, cell in zip(PARTS, cells, strict=True)})
    faults = [each for each in start.split(" ") if each[0] in SAYS]
    assert set(found.errors) == {fault[1:] for fault in faults}
    for fault in faults:
        assert SAYS[fault[0]] in found.errors[fault[1:]]
    if not faults:
        assert (found.start, found.until) == (moment(start), moment(until))


def test_the_words_say_from_when_to_when_clocks_go():
    assert "from 2:00 AM to 3:00 AM" in read("America/Chicago", day="2027-03-14", **{"from": "02:30"}).errors["from"]
    assert "from 12:00 AM to 1:00 AM" in read("America/Havana", day="2027-03-14", **{"from": "00:30"}).errors["from"]


def test_which_of_two_times_is_chosen_by_its_zone():
    choices = read("America/Chicago", day="2026-11-01", **{"from": "01:30"}).choices
    assert choices == {"from": [("first", "1:30 AM CDT"), ("second", "1:30 AM CST")]}


@pytest.mark.parametrize(
    ("values", "start", "until"),
    [
        ({}, None, None),
        ({"day": "2026-12-01"}, "2026-12-01T06:00:00", "2026-12-02T05:59:59"),
        ({"day": "2026-12-01", "last_day": "2026-12-03"}, "2026-12-01T06:00:00", "2026-12-04T05:59:59"),
        ({"day": "2026-12-01", "from": "08:00"}, "2026-12-01T14:00:00", None),
        ({"day": "2026-12-01", "until": "20:00"}, None, "2026-12-02T02:00:00"),
        ({"day": "2026-12-01", "from": "08:00", "until": "17:00"}, "2026-12-01T14:00:00", "2026-12-01T23:00:00"),
        ({"day": "2026-12-01", "from": "22:00", "until": "02:00"}, "2026-12-02T04:00:00", "2026-12-02T08:00:00"),
        ({"day": "2026-12-01", "from": "08:00", "until": "08:00"}, "2026-12-01T14:00:00", "2026-12-01T14:00:00"),
        (
            {"day": "2026-12-07", "from": "08:00", "until": "17:00", "last_day": "2026-12-09"},
            "2026-12-07T14:00:00",
            "2026-12-09T23:00:00",
        ),
        (
            {"day": "2026-12-07", "from": "17:00", "until": "08:00", "last_day": "2026-12-09"},
            "2026-12-07T23:00:00",
            "2026-12-09T14:00:00",
        ),
        (
            {"day": "2026-12-07", "from": "08:00", "last_day": "2026-12-09"},
            "2026-12-07T14:00:00",
            "2026-12-10T05:59:59",
        ),
        (
            {"day": "2026-12-07", "until": "17:00", "last_day": "2026-12-09"},
            "2026-12-07T06:00:00",
            "2026-12-09T23:00:00",
        ),
        ({"day": "2026-12-01", "from": "08:00:30"}, "2026-12-01T14:00:30", None),
    ],
)
def test_what_the_fields_say(values, start, until):
    found = read("America/Chicago", **values)
    assert found.errors == {}
    assert (found.start, found.until) == (moment(start or "-"), moment(until or "-"))


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"from": "08:00"}, {"day"}),
        ({"last_day": "2026-12-01"}, {"day"}),
        ({"day": "soon"}, {"day"}),
        ({"day": "2026-02-30", "from": "x"}, {"day", "from"}),
        ({"day": "2026-12-03", "last_day": "2026-12-01"}, {"last_day"}),
        ({"day": "2026-12-01", "last_day": "2026-12-01", "from": "17:00", "until": "08:00"}, {"until"}),
        ({"day": "0001-01-01"}, {"day"}),
        ({"day": "9999-12-31", "from": "22:00", "until": "02:00"}, {"day"}),
        ({"day": "2026-12-01", "last_day": "9999-12-31"}, {"last_day"}),
        ({"day": "2026-12-01", "until": "25:00"}, {"until"}),
    ],
)
def test_what_is_wrong_is_said_of_its_field(values, parts):
    assert set(read("America/Chicago", **values).errors) == parts


moments = st.datetimes(datetime(2026, 10, 28), datetime(2026, 11, 5)) | st.datetimes(
    datetime(2027, 3, 10), datetime(2027, 3, 18)
)


@given(st.sampled_from(ZONES), st.none() | moments, st.none() | moments)
def test_shown_and_read_again_a_window_is_the_same_to_the_second(zone, one, other):
    start, until = (each and each.replace(microsecond=0, tzinfo=UTC) for each in (one, other))
    if start and until and until < start:
        start, until = until, start
    fields = window_fields.shown(start, until, ZoneInfo(zone))
    found = window_fields.read(fields, ZoneInfo(zone))
    assert found.errors == {}
    if fields["day"] and not fields["from"] and not fields["until"]:  # whole days, which end with their last second
        assert found.start == start
        assert timedelta(0) <= abs(found.until - until) < timedelta(minutes=1)
    else:
        assert (found.start, found.until) == (start, until)


@pytest.mark.parametrize(
    ("start", "until", "last_day"),
    [
        (datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 9, 23, tzinfo=UTC), "2026-12-09"),
        (datetime(2026, 12, 8, 4, tzinfo=UTC), datetime(2026, 12, 8, 8, tzinfo=UTC), ""),
        (datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 7, 16, tzinfo=UTC), ""),
        (datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 8, 16, tzinfo=UTC), "2026-12-08"),
        (datetime(2026, 12, 7, 6, tzinfo=UTC), datetime(2026, 12, 10, 6, tzinfo=UTC), "2026-12-09"),
    ],
)
def test_the_last_day_is_shown_where_it_is_another(start, until, last_day):
    assert window_fields.shown(start, until, CHICAGO)["last_day"] == last_day
