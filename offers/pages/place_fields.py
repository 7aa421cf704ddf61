"""The place of one end of an offer's form, and whose clocks tell its times, also while its location is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from drivers import places
from drivers.models import Place
from drivers.place_findings import ASKED_ABOUT, Finding, Why
from kernel.text import words
from kernel.windows import at_place


@dataclass(frozen=True)
class PlaceField:
    """What the form says of the place of `end`; `offer` is what it was filled with, if it was filled with an offer."""

    end: str
    location: str
    offer: Mapping[str, Any] | None = None
    former: "PlaceField | None" = None
    """The same before the change."""

    @property
    def zone(self) -> tzinfo:
        """Whose clocks tell the times: those of the offer, until it is moved to a place with others."""
        if self.former is None:
            return self._own_zone
        if not self._is_elsewhere:
            return self.former.zone
        there, was = places.find(self.location), self.former.place
        if there is None or (was and was.time_zone == there.time_zone):
            return self.former.zone
        return ZoneInfo(there.time_zone)

    @property
    def place(self) -> Place | None:
        """Where the offer is, as far as its place or its location says it."""
        named = self.offer[f"{self.end}_place"] if self.offer else ""
        return (places.find(named) if named else None) or places.find(self.location)

    @property
    def kept(self) -> dict[str, Any]:
        """What goes with a changed location: the place and its clocks stay where it names no other."""
        if self.former is None or self.former.offer is None:
            return {}
        place, zone = (self.former.offer[f"{self.end}_{part}"] for part in ("place", "zone"))
        kept = {} if self._is_elsewhere or not place else {f"{self.end}_place": place}
        if kept or self.zone == self.former.zone:
            kept |= {f"{self.end}_zone": zone} if zone else {}
        return kept

    @property
    def _was_at(self) -> str:
        """The place of the offer before the change; nothing of a new one."""
        was = self.offer if self.former is None else self.former.offer
        return was.get(f"{self.end}_place", "") if was else ""

    @property
    def _own_zone(self) -> tzinfo:
        if self.offer and self.offer[f"{self.end}_zone"]:
            return at_place(datetime.now(UTC), self.offer[f"{self.end}_zone"]).tzinfo or UTC
        place = self.place
        if place:
            return ZoneInfo(place.time_zone)
        return timezone.get_current_timezone() if self.offer else UTC

    @property
    def _is_elsewhere(self) -> bool:
        """Whether the location names another place than before, or no longer names one."""
        if self.former is None or self.location == self.former.location:
            return False
        there, was = (places.look_up(each.location) for each in (self, self.former))
        if there.why in ASKED_ABOUT:  # It names some place, and which one is to be asked about.
            return True
        if there.why is Why.UNKNOWN_ZIP:
            return there.zip_code != was.zip_code
        if there.why is Why.ABROAD:
            return not self._is_the_same_abroad(was)
        labels = [finding.place.label if finding.place else "" for finding in (there, was)]
        if labels[0] != labels[1]:
            return True
        # `c/o ACME Portland, OR` may be anywhere; `Portland, OR` alone is there.
        return there.alone and not was.alone and labels[0] != self._was_at

    def _is_the_same_abroad(self, was: Finding) -> bool:
        """Whether the location still names what it named, or the offer's own place, which is in no table."""
        former = self.former.location if self.former and was.why is Why.ABROAD else ""
        own = self._was_at if self._was_at and places.find(self._was_at) is None else ""
        now = f" {' '.join(words(self.location))} "
        return any(f" {' '.join(words(text))} " in now for text in (former, own) if words(text))
