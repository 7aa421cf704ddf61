"""The lines of activity on the page Now: who did what with which offer. Each sentence is whole, to be translated."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from drivers import selectors as drivers
from kernel.bidi import isolated
from kernel.money import in_words as money
from offers.enums import Action, OfferVerb
from offers.models import Proposal
from offers.rules.access import SIDES
from offers.rules.transitions import Side

SHOWN = 8

OFFERS = {
    OfferVerb.CREATE: _("{who} made #{offer}"),
    OfferVerb.COPY: _("{who} copied #{offer} from another"),
    OfferVerb.UPDATE: _("{who} changed #{offer}"),
    OfferVerb.HANDOVER: _("{who} handed #{offer} over"),
    OfferVerb.FOLLOW: _("{who} changed who follows #{offer}"),
    OfferVerb.AWARD: _("{who} awarded #{offer} to {driver} for {amount}"),
    OfferVerb.FALL_OFF: _("{driver} fell off #{offer}"),
    OfferVerb.EXPIRE: _("#{offer} expired"),
    OfferVerb.ACTIVE: _("{who} made #{offer} active again"),
    OfferVerb.COMPLETED: _("{who} completed #{offer}"),
    OfferVerb.CANCELLED: _("{who} cancelled #{offer}"),
}
BY_DRIVERS = {
    Action.ACCEPT: _("{driver} accepted #{offer}"),
    Action.COUNTER: _("{driver} asked {amount} for #{offer}"),
    Action.REJECT: _("{driver} declined #{offer}"),
    Action.RETRACT: _("{driver} took back the acceptance of #{offer}"),
}
BY_OFFICE = {
    Action.SEND: ngettext_lazy("{who} sent #{offer} to {driver}", "{who} sent #{offer} to {number} drivers", "number"),
    Action.ACCEPT: _("{who} accepted what {driver} asked for #{offer}"),
    Action.COUNTER: _("{who} offered {driver} {amount} for #{offer}"),
    Action.REJECT: _("{who} declined what {driver} asked for #{offer}"),
    Action.WITHDRAW: ngettext_lazy(
        "{who} withdrew #{offer} from {driver}", "{who} withdrew #{offer} from {number} drivers", "number"
    ),
}
PROPOSALS: Mapping[Side | None, Mapping[Any, Any]] = {Side.DRIVER: BY_DRIVERS, Side.OFFICE: BY_OFFICE}
UNTOLD = frozenset({Action.VIEW, Action.AMEND, Action.AWARD, Action.FALL_OFF, Action.EXPIRE, Action.LOSE})
"""What goes without saying: that the driver looked, and what became of each proposal by a change of the whole offer."""


def activity_lines(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The latest of the journal's entries (`activity_for`) as `[{words, at, offer_id, driver_id}]`, newest first.

    What one person did with one offer for several drivers at once is one line.
    """
    worded = [entry for entry in entries if _form(entry)]
    offers = _offers_of(worded)
    steps = [_Step(entry, offers) for entry in worded]
    together = groupby((step for step in steps if step.offer_id), key=lambda step: step.together)
    groups = [list(group) for _key, group in islice(together, SHOWN)]
    names = drivers.by_ids({group[0].driver_id for group in groups if group[0].driver_id})
    return [_line(group, {pk: driver.name for pk, driver in names.items()}) for group in groups]


class _Step:
    """One entry, with the offer and the driver that it is about."""

    def __init__(self, entry: Mapping[str, Any], offers: Mapping[int, int]) -> None:
        self.entry = entry
        number = int(entry["object_id"])
        self.offer_id = number if entry["object_type"] == "offer" else offers.get(number)
        self.driver_id = entry["after"].get("driver_id")

    @property
    def together(self) -> tuple[Any, ...]:
        entry = self.entry
        alike = entry["id"] if entry["object_type"] == "offer" else entry["at"]
        return entry["actor"]["type"], entry["actor"]["id"], entry["verb"], self.offer_id, alike


def _form(entry: Mapping[str, Any]) -> Any:
    if entry["object_type"] == "offer":
        return OFFERS.get(entry["verb"])
    if entry["object_type"] == "proposal":
        return PROPOSALS.get(SIDES.get(entry["actor"]["type"]), {}).get(entry["verb"])
    return None


def _offers_of(entries: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """`{proposal id: offer id}`."""
    ids = [int(entry["object_id"]) for entry in entries if entry["object_type"] == "proposal"]
    return dict(Proposal.objects.filter(pk__in=ids).values_list("pk", "offer_id"))


def _line(group: Sequence[_Step], names: Mapping[int, str]) -> dict[str, Any]:
    step = group[0]
    words = _form(step.entry).format(
        who=isolated(step.entry["actor"]["name"]),
        offer=step.offer_id,
        driver=isolated(names.get(step.driver_id) or f"#{step.driver_id}"),
        amount=money(step.entry["after"].get("rate")),
        number=len(group),
    )
    return {
        "words": words,
        "at": datetime.fromisoformat(step.entry["at"]),
        "offer_id": step.offer_id,
        "driver_id": step.driver_id if len(group) == 1 else None,
    }
