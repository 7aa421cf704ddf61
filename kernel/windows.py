"""Windows of time at a place: what its clocks show, and a window in words.

A window has a beginning, an end, or both; an absent one is open. A window that begins with a day and ends with one (or
at the midnight after it) is those days: it is told without times. `day_begins` and `day_ends` make them.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

LAST_SECOND = time(23, 59, 59)


def at_place(moment: Any, zone: str | None) -> datetime:
    """`moment` (aware, or ISO 8601 text) as clocks at the place show it; an unknown zone reads as the active one."""
    aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    try:
        there = ZoneInfo(zone) if zone else timezone.get_current_timezone()
    except (KeyError, ValueError):
        there = timezone.get_current_timezone()
    return aware.astimezone(there)


def instants(day: date, clock: time, zone: tzinfo) -> list[datetime]:
    """The moments at which clocks in a zone show this, earliest first.

    One, as a rule; none in the hour that is skipped when clocks go forward, two in the hour that comes twice.
    """
    wall = datetime.combine(day, clock)
    found = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    real = [moment for moment in found if _wall(moment.astimezone(UTC).astimezone(zone)) == wall]
    return real[:1] if len(real) == 2 and real[0].utcoffset() == real[1].utcoffset() else real


def day_begins(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day, which is not midnight where clocks go forward at midnight."""
    return datetime.combine(day, time(0), zone).astimezone(UTC).astimezone(zone)


def day_ends(day: date, zone: tzinfo) -> datetime:
    """The last second of a day."""
    return datetime.combine(day, LAST_SECOND, zone).replace(fold=1).astimezone(UTC).astimezone(zone)


def days_of(start: datetime | None, until: datetime | None) -> tuple[date, date] | None:
    """The first and the last day, where a window is whole days by the clocks of its place (both have their zone)."""
    if start is None or until is None or start.tzinfo is None or until.astimezone(UTC) <= start.astimezone(UTC):
        return None
    last = until - timedelta(milliseconds=1) if until.time() == time(0) else until
    begins = start.replace(microsecond=0) == day_begins(start.date(), start.tzinfo)
    ends = until.time() == time(0) or (until.hour, until.minute) == (23, 59)
    return (start.date(), last.date()) if begins and ends else None


def window(start: Any, until: Any = None, zone: str | None = None) -> str:
    """`Sat Nov 21, 12:00–2:00 PM CST`: a window of time at a place, in its own zone; empty for nothing.

    `Sat Nov 21` for a day, `Sat Nov 21 – Mon Nov 23` for several, `by Sat Nov 21, 8:00 PM CST` without a beginning.
    """
    begin = at_place(start, zone) if start else None
    end = at_place(until, zone) if until else None
    if begin is None:
        return _("by {time}").format(time=_by(end)) if end else ""
    if end is None or end.astimezone(UTC) == begin.astimezone(UTC):
        return f"{_day(begin)}, {_clock(begin)} {begin.tzname()}"
    if days := days_of(begin, end):
        first, last = map(_day, days)
        return first if first == last else f"{first} – {last}"
    zones = end.tzname() if begin.tzname() == end.tzname() else None
    if end.date() != begin.date():
        first = f"{_day(begin)}, {_clock(begin)}"
        return f"{first}{'' if zones else f' {begin.tzname()}'} – {_day(end)}, {_clock(end)} {end.tzname()}"
    if zones is None:
        return f"{_day(begin)}, {_clock(begin)} {begin.tzname()} – {_clock(end)} {end.tzname()}"
    same_half = (begin.hour < 12) == (end.hour < 12)
    first = formats.date_format(begin, "g:i") if same_half else _clock(begin)
    return f"{_day(begin)}, {first}–{_clock(end)} {zones}"


def opening(start: Any, until: Any = None, zone: str | None = None) -> str:
    """When a window begins, in words. Days stay days; one without a beginning is told by its end."""
    begin, end = (at_place(moment, zone) if moment else None for moment in (start, until))
    return window(start, until if begin is None or days_of(begin, end) else None, zone)


def _by(end: datetime) -> str:
    """A day's end is the day: by Tuesday."""
    whole = (end.hour, end.minute) == (23, 59)
    return _day(end) if whole else f"{_day(end)}, {_clock(end)} {end.tzname()}"


def _wall(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None, fold=0)


def _day(moment: date) -> str:
    # Translators: how a day is written in a window of time, in Django's letters: Sat Nov 21.
    return formats.date_format(moment, pgettext("format of a day", "D M j"))


def _clock(moment: datetime) -> str:
    return formats.date_format(moment, "g:i A")
