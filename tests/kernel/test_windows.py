"""Windows in words: days are days, what is open is not midnight, and an hour that comes twice has its zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from kernel.windows import day_begins, day_ends, days_of, opening, window

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("start", "until", "words", "short"),
    [
        ("2026-12-01T06:00:00Z", "2026-12-02T05:59:59Z", "Tue Dec 1", "Tue Dec 1"),
        ("2026-12-01T06:00:00Z", "2026-12-02T05:59:00Z", "Tue Dec 1", "Tue Dec 1"),
        ("2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z", "Tue Dec 1", "Tue Dec 1"),
        ("2026-12-01T06:00:00Z", "2026-12-04T05:59:59Z", "Tue Dec 1 – Thu Dec 3", "Tue Dec 1 – Thu Dec 3"),
        ("2026-12-01T06:00:00Z", "2026-12-01T16:00:00Z", "Tue Dec 1, 12:00–10:00 AM CST", "Tue Dec 1, 12:00 AM CST"),
        ("2026-12-01T06:00:00Z", None, "Tue Dec 1, 12:00 AM CST", "Tue Dec 1, 12:00 AM CST"),
        (None, "2026-12-02T02:00:00Z", "by Tue Dec 1, 8:00 PM CST", "by Tue Dec 1, 8:00 PM CST"),
        (None, "2026-12-02T05:59:59Z", "by Tue Dec 1", "by Tue Dec 1"),
        ("2026-12-01T14:00:00Z", None, "Tue Dec 1, 8:00 AM CST", "Tue Dec 1, 8:00 AM CST"),
        (
            "2026-12-07T14:00:00Z",
            "2026-12-09T23:00:00Z",
            "Mon Dec 7, 8:00 AM – Wed Dec 9, 5:00 PM CST",
            "Mon Dec 7, 8:00 AM CST",
        ),
        (
            "2026-11-01T06:30:00Z",
            "2026-11-01T07:30:00Z",
            "Sun Nov 1, 1:30 AM CDT – 1:30 AM CST",
            "Sun Nov 1, 1:30 AM CDT",
        ),
        (
            "2026-10-31T14:00:00Z",
            "2026-11-02T14:00:00Z",
            "Sat Oct 31, 9:00 AM CDT – Mon Nov 2, 8:00 AM CST",
            "Sat Oct 31, 9:00 AM CDT",
        ),
        ("2026-11-01T05:00:00Z", "2026-11-02T05:59:59Z", "Sun Nov 1", "Sun Nov 1"),
        ("2026-12-01T06:00:00.25Z", "2026-12-02T05:59:59.75Z", "Tue Dec 1", "Tue Dec 1"),
        (
            "2026-12-01T14:00:00Z",
            "2026-12-02T05:59:59Z",
            "Tue Dec 1, 8:00 AM–11:59 PM CST",
            "Tue Dec 1, 8:00 AM CST",
        ),
        (
            "2026-12-02T06:00:00Z",
            "2026-12-02T05:59:59Z",
            "Wed Dec 2, 12:00 AM – Tue Dec 1, 11:59 PM CST",
            "Wed Dec 2, 12:00 AM CST",
        ),
        (None, None, "", ""),
    ],
)
def test_windows_in_words(start, until, words, short):
    assert window(start, until, CHICAGO) == words
    assert opening(start, until, CHICAGO) == short


def test_an_open_beginning_in_spanish():
    with translation.override("es"):
        assert window(None, "2026-12-02T02:00:00Z", CHICAGO).endswith("8:00 PM CST")
        assert not window(None, "2026-12-02T02:00:00Z", CHICAGO).startswith("by")


@pytest.mark.parametrize("zone", ["America/Chicago", "America/Havana", "America/Phoenix", "America/Santiago", "UTC"])
@pytest.mark.parametrize(
    "day", [date(2027, 3, 14), date(2026, 11, 1), date(2026, 9, 6), date(2027, 4, 3), date(2026, 7, 4)]
)
def test_a_day_is_a_day_wherever_clocks_are_changed(zone, day):
    # Read as they are kept, so that clocks show a moment that there is: some days have no midnight.
    begins, ends = (
        moment.astimezone(UTC).astimezone(ZoneInfo(zone))
        for moment in (day_begins(day, ZoneInfo(zone)), day_ends(day, ZoneInfo(zone)))
    )
    assert days_of(begins, ends) == (day, day)
    assert (begins.date(), ends.date()) == (day, day)
    assert day_begins(date.fromordinal(day.toordinal() + 1), ZoneInfo(zone)).timestamp() - ends.timestamp() == 1


def test_a_day_elsewhere_is_no_day_here():
    start, until = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert window(start, until, "UTC") == "Tue Dec 1"
    assert window(start, until, CHICAGO) == "Mon Nov 30, 6:00 PM – Tue Dec 1, 5:59 PM CST"


@pytest.mark.parametrize("zone", ["America/Nowhere", "../outside", "", None])
def test_an_unknown_zone_reads_as_the_active_one(zone):
    with timezone.override(CHICAGO):
        assert opening("2026-12-01T14:00:00Z", zone=zone) == "Tue Dec 1, 8:00 AM CST"
