"""A window of time as fields that people fill in: a day, two times, and a last day where it lasts longer.

All are told by the clocks of the place. Without times it is whole days; with the end alone, and no last day, it is open
to the front; an end that is earlier than the beginning is on the next day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _

from kernel.windows import day_begins, day_ends, days_of, instants
from offers.shapes.values import FIRST_MOMENT, LAST_MOMENT

PARTS = ("day", "from", "until", "last_day", "from_which", "until_which")
"""`_which` says which of the two is meant where a time comes twice."""
WHICH = ("first", "second")
CHECKED = 8
"""For how many hours around a time that does not exist one looks for the change of the clocks."""


@dataclass
class Read:
    """What the fields say, in UTC: `errors` are words by part, `choices` the two moments of times that come twice."""

    start: datetime | None = None
    until: datetime | None = None
    errors: dict[str, str] | None = None
    choices: dict[str, list[tuple[str, str]]] | None = None


def shown(start: datetime | None, until: datetime | None, zone: tzinfo) -> dict[str, str]:
    """The fields of a window; `read` makes the same window of them, to the second."""
    begin, end = (moment.astimezone(zone) if moment else None for moment in (start, until))
    values = dict.fromkeys(PARTS, "")
    first = begin or end
    if first is None:
        return values
    if days := days_of(begin, end):
        values["day"] = days[0].isoformat()
        values["last_day"] = days[1].isoformat() if days[1] != days[0] else ""
        return values
    values["day"] = first.date().isoformat()
    for part, moment in (("from", begin), ("until", end)):
        if moment:
            values[part] = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
            if len(instants(moment.date(), _clock_of(moment), zone)) > 1:
                values[f"{part}_which"] = WHICH[moment.fold]
    if begin and end:
        over_midnight = end.date() == begin.date() + timedelta(days=1) and end.time() < begin.time()
        values["last_day"] = "" if end.date() == begin.date() or over_midnight else end.date().isoformat()
    return values


def read(values: Mapping[str, str], zone: tzinfo) -> Read:
    """The window that the fields say, in their zone, with what is wrong with each."""
    return _Reader(values, zone).read()


class _Reader:
    def __init__(self, values: Mapping[str, str], zone: tzinfo) -> None:
        self.values = {part: values.get(part, "").strip() for part in PARTS}
        self.zone = zone
        self.errors: dict[str, str] = {}
        self.choices: dict[str, list[tuple[str, str]]] = {}

    def read(self) -> Read:
        # In UTC: two moments of different zones are never equal where one of them comes twice.
        start, until = (moment and moment.astimezone(UTC) for moment in self._window())
        return Read(start, until, self.errors, self.choices)

    def _window(self) -> tuple[datetime | None, datetime | None]:
        day, last = self._day("day"), self._day("last_day")
        begins, ends = self._clock("from"), self._clock("until")
        if not self.values["day"] and any(self.values[part] for part in ("from", "until", "last_day")):
            self.errors["day"] = _("Give the day too.")
        if day and last and last < day:
            self.errors["last_day"] = _("The window ends before it begins.")
        if day is None or self.errors:
            return None, None
        if begins is None and ends is None:
            return day_begins(day, self.zone), day_ends(last or day, self.zone)
        longer = last is not None and last > day
        start = self._moment("from", day, begins) if begins else day_begins(day, self.zone) if longer else None
        until = self._until(day, last, begins, ends, start)
        if start and until and until.timestamp() < start.timestamp():
            self.errors.setdefault("until", _("The window ends before it begins."))
        return start, until

    def _until(
        self, day: date, last: date | None, begins: time | None, ends: time | None, start: datetime | None
    ) -> datetime | None:
        if ends is None:
            return day_ends(last, self.zone) if last else None
        if last is None and begins and ends < begins and not self._comes_again(day, ends, start):
            day += timedelta(days=1)
        return self._moment("until", last or day, ends, after=start)

    def _comes_again(self, day: date, ends: time, start: datetime | None) -> bool:
        """`1:45 AM` to `1:15 AM` of the same night: the second one, when it is said."""
        later = [each for each in instants(day, ends, self.zone) if start and each.timestamp() >= start.timestamp()]
        return bool(later) and self.values["until_which"] == WHICH[1]

    def _moment(self, part: str, day: date, clock: time, *, after: datetime | None = None) -> datetime | None:
        found = instants(day, clock, self.zone)
        if not found:
            self.errors[part] = self._skipped(day, clock)
            return None
        if len(found) == 1:
            return found[0]
        self.choices[part] = list(zip(WHICH, (f"{_words(each)} {each.tzname()}" for each in found), strict=True))
        which = self.values[f"{part}_which"]
        if which in WHICH:
            return found[WHICH.index(which)]
        possible = [each for each in found if after is None or each.timestamp() >= after.timestamp()]
        if len(possible) == 1:
            return possible[0]
        self.errors[part] = _("This time comes twice on that night. Choose which one.")
        return None

    def _skipped(self, day: date, clock: time) -> str:
        """Where clocks stop, and where they go on."""
        before = datetime.combine(day, clock, self.zone).astimezone(UTC) - timedelta(hours=CHECKED)
        step = timedelta(minutes=1)
        offset = before.astimezone(self.zone).utcoffset()
        moment = before
        while moment.astimezone(self.zone).utcoffset() == offset and moment < before + 2 * CHECKED * timedelta(hours=1):
            moment += step
        gone = moment.astimezone(self.zone)
        stopped = (moment - step).astimezone(self.zone) + step
        words = _("This time does not exist on that night: clocks go from {before} to {after}.")
        return words.format(before=_words(stopped), after=_words(gone))

    def _day(self, part: str) -> date | None:
        day = _parsed(parse_date, self.values[part])
        if self.values[part] and day is None:
            self.errors[part] = _("Write the day like 2026-11-21.")
        elif day and not FIRST_MOMENT.year <= day.year < LAST_MOMENT.year:
            self.errors[part] = _("This time is out of range.")
            return None
        return day

    def _clock(self, part: str) -> time | None:
        clock = _parsed(parse_time, self.values[part])
        if self.values[part] and (clock is None or clock.tzinfo):
            self.errors[part] = _("Write the time like 14:30.")
            return None
        return clock.replace(microsecond=0) if clock else None


def _clock_of(moment: datetime) -> time:
    return moment.time().replace(microsecond=0)


def _words(moment: datetime) -> str:
    return formats.date_format(moment, "g:i A")


def _parsed(parse: Any, text: str) -> Any:
    try:
        return parse(text) if text else None
    except ValueError:
        return None
