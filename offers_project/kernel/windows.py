"""Windows of time at a place, in words and in the zone of the place."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import pgettext


def at_place(moment: Any, zone: str | None) -> datetime:
    """`moment` (aware, or ISO 8601 text) as clocks at the place show it; an unknown zone reads as the active one."""
    aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    try:
        there = ZoneInfo(zone) if zone else timezone.get_current_timezone()
    except (KeyError, ValueError):
        there = timezone.get_current_timezone()
    return aware.astimezone(there)


def window(start: Any, until: Any = None, zone: str | None = None) -> str:
    """`Sat Nov 21, 12:00–2:00 PM CST`: a window of time at a place, in its own zone; empty for nothing."""
    if not start:
        return ""
    begin = at_place(start, zone)
    if not until:
        return f"{_day(begin)}, {_clock(begin)} {begin.tzname()}"
    end = at_place(until, zone)
    if end.date() != begin.date():
        return f"{_day(begin)}, {_clock(begin)} – {_day(end)}, {_clock(end)} {begin.tzname()}"
    same_half = (begin.hour < 12) == (end.hour < 12)
    first = formats.date_format(begin, "g:i") if same_half else _clock(begin)
    return f"{_day(begin)}, {first}–{_clock(end)} {begin.tzname()}"


def _day(moment: datetime) -> str:
    # Translators: how a day is written in a window of time, in Django's letters: Sat Nov 21.
    return formats.date_format(moment, pgettext("format of a day", "D M j"))


def _clock(moment: datetime) -> str:
    return formats.date_format(moment, "g:i A")
