"""The form of an offer as people fill it in: days and times at each place, inches apart, minutes to answer.

It translates both ways between that and what `OfferShape` understands; the services decide whether it makes sense. Of a
change it gives only what was touched: what the form shows less exactly than the offer knows it stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy

from drivers import places
from drivers.place_findings import Finding
from kernel import numbers
from kernel.errors import Invalid
from kernel.money import read_amount, symbol
from kernel.shapes import read_shape
from kernel.text import whole_number
from offers.pages import window_fields
from offers.pages.number_fields import NUMBERS, SIDES, number, sides, sides_at_fault, size
from offers.pages.place_fields import PlaceField
from offers.pages.window_questions import questions
from offers.shapes.writing import OfferChange, OfferShape

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
LINES = ("notes", "message")
"""Fields that have room for several lines."""
MINUTES = (5, 10, 15, 30)
MESSAGE_MAX = 500
WINDOWS = {end: tuple(f"{end}_{part}" for part in window_fields.PARTS) for end in ENDS}
CURRENCY = re.compile(r"[A-Z]{3}")
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
        self.choices: dict[str, list[tuple[str, str]]] = {}
        """Of times that come twice: field → `[(value, words)]`."""
        self.questions: list[str] = []
        """What is asked before it is taken."""
        self.former: OfferForm | None = None
        """The form as it was before the change."""
        self.offer: Mapping[str, Any] | None = None

    @classmethod
    def posted(cls, given: QueryDict) -> "OfferForm":
        return cls({name: _as_posted(name, str(value)) for name, value in given.items()})

    @classmethod
    def of_offer(cls, offer: Mapping[str, Any]) -> "OfferForm":
        """The form filled with an offer as the office sees it."""
        values = {name: _written(offer[name]) for name in (*AS_WRITTEN, *NUMBERS, "currency")}
        if offer["distance_source"] == "estimated":
            values["distance_miles"] = ""
        form = cls(values | sides(offer["dimensions"]))
        form.offer = offer
        for end in ENDS:
            start, until = (_moment(offer[f"{end}_{part}"]) for part in ("from", "until"))
            fields = window_fields.shown(start, until, form.at(end).zone)
            form.values |= {f"{end}_{part}": text for part, text in fields.items()}
            form.window(end)
        return form

    def fields(self) -> dict[str, Any]:
        """What is to be written into a new offer. Raises `Invalid` with the form's own names of the fields at fault."""
        names = [name for name in (*AS_WRITTEN, *NUMBERS) if name not in ("distance_miles", "award_mode")]
        names += [name for name in ("distance_miles", "award_mode") if self.values.get(name)]
        return self._read(OfferShape, names, ENDS)

    def changes(self, former: "OfferForm") -> dict[str, Any]:
        """What has been changed since `former`, the form as the offer filled it. Raises `Invalid` as `fields` does."""
        self.former = former
        self.values = former.values | self.values
        posted = {name: _as_posted(name, former.values.get(name, "")) for name in self.values}
        touched = {name for name, value in self.values.items() if _as_posted(name, value) != posted[name]}
        names = [name for name in (*AS_WRITTEN, *NUMBERS) if name in touched]
        if touched & {*SIDES} and "dimensions" not in names:
            names.append("dimensions")
        ends = [end for end in ENDS if touched & {f"{end}_location", *WINDOWS[end]}]
        changes = self._read(OfferChange, names, ends)
        for end in ENDS:
            if f"{end}_location" in names:
                changes |= self.at(end).kept
        return changes

    def ask(self, fields: Mapping[str, Any], now: datetime) -> bool:
        """Whether there is something to ask about these fields, that has not been asked already (`questions`)."""
        asked = []
        for end in ENDS:
            if any(fields.get(f"{end}_{part}") for part in ("from", "until")):
                asked += questions(end, self.window(end), self.at(end).zone, now)
        self.questions = asked
        self.values["sure"], sure = " ".join(asked), self.values.get("sure", "")
        return bool(asked) and sure != self.values["sure"]

    @property
    def loose(self) -> list[str]:
        """What is wrong with something that has no field here."""
        return [word for name, words in self.errors.items() if name not in BESIDE for word in words]

    @property
    def symbol(self) -> str:
        """What stands before the amounts."""
        return symbol(self.currency)

    @property
    def currency(self) -> str:
        given = self.values.get("currency", "")
        return given if CURRENCY.fullmatch(given) else settings.CURRENCY

    @property
    def was(self) -> Mapping[str, Any]:
        """The offer that is changed; nothing of a new one."""
        return (self.offer if self.former is None else self.former.offer) or {}

    @property
    def where(self) -> dict[str, str]:
        """Of an offer that is changed: where its ends are, and by whose clocks their times are told."""
        now = timezone.now()
        place = {end: self.was.get(f"{end}_place", "") for end in ENDS}
        return {end: f"{name} · {now.astimezone(self.at(end).zone).tzname()}" for end, name in place.items() if name}

    def estimated_from(self, end: str) -> Finding:
        """Where miles are counted from while the form is filled in: an offer's own place until its location changes."""
        location = self.values.get(f"{end}_location", "")[:500]
        is_untouched = bool(location) and location == self.values.get(f"{end}_was", "")
        return places.look_up(self.values.get(f"{end}_at", "")[:500] if is_untouched else location)

    @property
    def words_of_size(self) -> bool:
        """Whether the size has its words instead of three sides: several pieces, or more than one size says."""
        return bool(self.values.get("dimensions")) and not any(self.values.get(side) for side in SIDES)

    def refuse(self, refusal: Invalid) -> None:
        """Put the words of a refusal beside the fields that people see."""
        for name, words in refusal.as_dict().get("fields", {}).items():
            shown = name.replace("_place", "_location").replace("_zone", "_location")
            self.errors.setdefault(shown, []).extend(words)
        for name, words in NEEDED.items():
            if name in self.errors and not self.values.get(name):
                self.errors[name] = [str(words)]

    @cached_property
    def minutes(self) -> int | None:
        """How long drivers have for an answer; None leaves it to the installation."""
        return whole_number(self.values.get("expires_in_minutes", ""), most=99999) or None

    def end(self, now: datetime) -> dict[str, datetime]:
        """When an offer that is made now ends; nothing leaves it to the installation."""
        return {"expires_at": now + timedelta(minutes=self.minutes)} if self.minutes else {}

    @property
    def message(self) -> str:
        return self.values.get("message", "")[:MESSAGE_MAX]

    def amount(self, name: str) -> str | None:
        """A number as far as it can be read, for an estimate."""
        try:
            number = read_amount(self.values.get(name, ""), self.currency)
        except numbers.Unreadable:
            return None
        return numbers.plain(number) if 0 < number < 10**9 else None

    def at(self, end: str) -> PlaceField:
        """The place of an end as it stands in the fields, with the clocks that tell its times."""
        location = self.values.get(f"{end}_location", "")
        return PlaceField(end, location, self.offer, None if self.former is None else self.former.at(end))

    def window(self, end: str) -> window_fields.Read:
        """The window of an end as it stands in the fields."""
        given = {part: self.values.get(f"{end}_{part}", "") for part in window_fields.PARTS}
        read = window_fields.read(given, self.at(end).zone)
        self.choices |= {f"{end}_{part}_which": each for part, each in (read.choices or {}).items()}
        return read

    def _read(self, shape: Any, names: Iterable[str], ends: Iterable[str]) -> dict[str, Any]:
        """The fields of these names and ends, as the shape takes them."""
        problems: dict[str, list[str]] = {}
        data: dict[str, Any] = {}
        for name in names:
            try:
                data[name] = self._value(name)
            except numbers.Unreadable as unreadable:
                problems |= sides_at_fault(self.values) if name == "dimensions" else {name: [str(unreadable)]}
        for end in ends:
            read = self.window(end)
            problems |= {f"{end}_{part}": [words] for part, words in (read.errors or {}).items()}
            data |= self._window_data(end, read)
        try:
            given = read_shape(shape, data if shape is OfferShape else data | {"version": 1})
        except Invalid as refusal:
            shaped = refusal.as_dict().get("fields", {})
            problems = {name: words for name, words in shaped.items() if name not in problems} | problems
        if problems:
            refused = Invalid(fields=problems)
            self.refuse(refused)
            raise refused
        given.pop("version", None)
        return given

    def _value(self, name: str) -> Any:
        text = self.values.get(name, "")
        if name == "dimensions":
            return self._dimensions()
        return number(name, text, self.currency) if name in NUMBERS else text

    def _dimensions(self) -> str:
        if any(self.values.get(side) for side in SIDES):
            return size(self.values)
        had_sides = self.former is not None and bool(self.former.values.get("length"))
        return "" if had_sides else self.values.get("dimensions", "")

    def _window_data(self, end: str, read: window_fields.Read) -> dict[str, str | None]:
        """The ends of the window that are to be written: in a change those that are others than they were."""
        data = {f"{end}_from": _iso(read.start), f"{end}_until": _iso(read.until)}
        if self.former is None:
            return data
        former = self.former.window(end)
        same = {
            f"{end}_from": _iso(former.start) if not former.errors else "",
            f"{end}_until": _iso(former.until) if not former.errors else "",
        }
        return {name: value for name, value in data.items() if value != same[name]}


def _as_posted(name: str, text: str) -> str:
    """What a browser sends of a field that holds this text, without spaces around it."""
    if name in LINES:
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text.replace("\r", "").replace("\n", "").strip()


def _written(value: Any) -> str:
    return "" if value is None else str(value).removesuffix(".0")


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
