"""The form of an offer as people fill it in: a day and two times at each place, inches apart, minutes to answer.

It translates both ways between that and what `OfferShape` understands; the services decide whether it makes sense.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers import dimensions, places
from offers.shapes.writing import OfferShape
from offers_project.kernel.errors import Invalid
from offers_project.kernel.shapes import read_shape

ENDS = ("pickup", "delivery")
AS_WRITTEN = (
    "reference",
    "customer_name",
    "pickup_location",
    "delivery_location",
    "dimensions",
    "award_mode",
    "notes",
)
NUMBERS = ("proposed_rate", "rate_ceiling", "customer_rate", "weight_lbs", "pieces", "distance_miles")
SIDES = ("length", "width", "height")
MINUTES = (5, 10, 15, 30)
MESSAGE_MAX = 500
WINDOWS = {end: tuple(f"{end}_{part}" for part in ("day", "from", "until")) for end in ENDS}
NEEDED = {
    "pickup_location": gettext_lazy("Say where it is picked up."),
    "delivery_location": gettext_lazy("Say where it goes."),
    "proposed_rate": gettext_lazy("Name a rate."),
}
"""What is said when they are left out."""
BESIDE = {*AS_WRITTEN, *NUMBERS, *SIDES, *WINDOWS["pickup"], *WINDOWS["delivery"]}
"""Fields whose words have a place beside them."""


class OfferForm:
    """What stands in the fields, and what is wrong with it (`errors`: field → words)."""

    def __init__(self, values: Mapping[str, str], *, errors: Mapping[str, list[str]] | None = None) -> None:
        self.values = dict(values)
        self.errors: dict[str, list[str]] = dict(errors or {})

    @classmethod
    def posted(cls, given: QueryDict) -> "OfferForm":
        return cls({name: str(value).strip() for name, value in given.items()})

    @classmethod
    def of_offer(cls, offer: Mapping[str, Any]) -> "OfferForm":
        """The form filled with an offer as the office sees it."""
        values = {name: _written(offer[name]) for name in (*AS_WRITTEN, *NUMBERS)}
        if offer["distance_source"] == "estimated":
            values["distance_miles"] = ""
        for end in ENDS:
            zone = ZoneInfo(offer[f"{end}_zone"]) if offer[f"{end}_zone"] else timezone.get_current_timezone()
            start, until = (_moment(offer[f"{end}_{part}"], zone) for part in ("from", "until"))
            first = start or until
            values[f"{end}_day"] = f"{first:%Y-%m-%d}" if first else ""
            values[f"{end}_from"] = f"{start:%H:%M}" if start else ""
            values[f"{end}_until"] = f"{until:%H:%M}" if until else ""
        return cls(values | _sides(offer["dimensions"]))

    def fields(self) -> dict[str, Any]:
        """What is to be written into the offer. Raises `Invalid` with the form's own names of the fields at fault."""
        data: dict[str, Any] = {name: self.values.get(name, "") for name in AS_WRITTEN}
        data |= {name: self._number(name) for name in NUMBERS if self.values.get(name) or name != "distance_miles"}
        if not data["award_mode"]:
            del data["award_mode"]
        data["dimensions"] = self._dimensions()
        for end in ENDS:
            data |= self._windows(end)
        try:
            return read_shape(OfferShape, data)
        except Invalid as refusal:
            self.refuse(refusal)
            raise

    def changes(self, former: "OfferForm") -> dict[str, Any]:
        """The `fields()` of which something has been touched since `former`.

        What the form shows less exactly than the offer knows it, sizes and windows of several days, stays as it is.
        """
        inputs = {"dimensions": SIDES} | {f"{end}_{part}": WINDOWS[end] for end in ENDS for part in ("from", "until")}
        return {
            name: value
            for name, value in self.fields().items()
            if any(
                self.values.get(each, former.values.get(each, "")) != former.values.get(each, "")
                for each in (name, *inputs.get(name, ()), *_place_of(name))
            )
        }

    @property
    def loose(self) -> list[str]:
        """What is wrong with something that has no field here."""
        return [word for name, words in self.errors.items() if name not in BESIDE for word in words]

    def refuse(self, refusal: Invalid) -> None:
        """Put the words of a refusal beside the fields that people see."""
        for name, words in refusal.as_dict().get("fields", {}).items():
            self.errors.setdefault(name.replace("_place", "_location"), []).extend(words)
        for name, words in NEEDED.items():
            if name in self.errors and not self.values.get(name):
                self.errors[name] = [str(words)]

    @cached_property
    def minutes(self) -> int | None:
        """How long drivers have for an answer; None leaves it to the installation."""
        text = self.values.get("expires_in_minutes", "")
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else None

    def end(self, now: datetime) -> dict[str, datetime]:
        """When an offer that is made now ends; nothing leaves it to the installation."""
        return {"expires_at": now + timedelta(minutes=self.minutes)} if self.minutes else {}

    @property
    def message(self) -> str:
        return self.values.get("message", "")[:MESSAGE_MAX]

    def amount(self, name: str) -> str | None:
        """A number as far as it can be read, for an estimate."""
        text = self._plain(name)
        return text if text.replace(".", "", 1).isdigit() and text.isascii() and len(text) < 12 else None

    def _plain(self, name: str) -> str:
        return self.values.get(name, "").replace(",", "").replace("$", "").strip()

    def _number(self, name: str) -> Any:
        text = self._plain(name)
        if not text:
            return None
        return int(text) if name == "pieces" and text.isascii() and text.isdigit() else text

    def _dimensions(self) -> str:
        sides = [self.values.get(side, "") for side in SIDES]
        if any(sides):
            if not all(sides):
                raise self._wrong("length", _("Give length, width and height."))
            return "x".join(sides)
        return self.values.get("dimensions", "")

    def _windows(self, end: str) -> dict[str, str | None]:
        day_text = self.values.get(f"{end}_day", "")
        texts = {part: self.values.get(f"{end}_{part}", "") for part in ("from", "until")}
        if not day_text:
            if any(texts.values()):
                raise self._wrong(f"{end}_day", _("Give the day too."))
            return {f"{end}_{part}": None for part in texts}
        day = _parsed(parse_date, day_text)
        if day is None:
            raise self._wrong(f"{end}_day", _("Write the day like 2026-11-21."))
        zone = self._zone(end)
        found: dict[str, datetime | None] = {}
        for part, text in texts.items():
            clock = _parsed(parse_time, text) if text else (time(0, 0) if part == "from" else None)
            if text and clock is None:
                raise self._wrong(f"{end}_{part}", _("Write the time like 14:30."))
            found[part] = datetime.combine(day, clock, zone) if clock else None
        start, until = found["from"], found["until"]
        if start and until and until < start:  # Over midnight.
            until = datetime.combine(day + timedelta(days=1), until.time(), zone)
        return {f"{end}_from": _iso(start), f"{end}_until": _iso(until)}

    def _zone(self, end: str) -> ZoneInfo:
        """Times at a place are in its own zone."""
        place = places.find(self.values.get(f"{end}_location", ""))
        return ZoneInfo(place.time_zone) if place else ZoneInfo("UTC")

    def _wrong(self, name: str, words: str) -> Invalid:
        refusal = Invalid.field(name, words)
        self.refuse(refusal)
        return refusal


def _place_of(name: str) -> tuple[str, ...]:
    """The field with the place whose clock a time is told by."""
    end, _sep, part = name.partition("_")
    return (f"{end}_location",) if end in ENDS and part in ("from", "until") else ()


def _written(value: Any) -> str:
    return "" if value is None else str(value).removesuffix(".0")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None, zone: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(zone) if text else None


def _sides(text: str) -> dict[str, str]:
    """The three sides, when the load is one piece whose size can be read; otherwise its words stay as they are."""
    pieces = dimensions.of_load(text)
    if len(pieces) != 1 or not pieces[0].is_complete:
        return {}
    sides = (pieces[0].length, pieces[0].width, pieces[0].height)
    return dict(zip(SIDES, (f"{side:g}" for side in sides), strict=True))


def _parsed(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return None
