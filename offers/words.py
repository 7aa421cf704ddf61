"""One word for one state: a table for the office and one for the driver's phone.

Pages, scripts and the administration take a state's word from here (`offers.templatetags.states` hands the tables on).
A key is a status, or a status and why, `lost:covered`; what has no word of its own has that of its status.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from offers.enums import FallOffReason, LostReason, ProposalStatus, RejectReason

DELIVERED = "delivered"
"""Sent, and a device of the driver has it: told by receipts, kept in no row."""
TYPING = "typing"

REASONS: dict[str, dict[str, Any]] = {
    ProposalStatus.REJECTED: dict(RejectReason.choices),
    ProposalStatus.LOST: dict(LostReason.choices),
    ProposalStatus.FALLEN_OFF: dict(FallOffReason.choices),
}
OFFICE: dict[str, Any] = {
    **{str(status): words for status, words in ProposalStatus.choices},
    DELIVERED: pgettext_lazy("proposal", "Delivered"),
    TYPING: _("Typing"),
    **{f"{status}:{reason}": words for status, reasons in REASONS.items() for reason, words in reasons.items()},
}
"""A reason says more than *Declined* or *Lost* do, and stands in their place."""
DRIVER: dict[str, Any] = {
    ProposalStatus.SENT: pgettext_lazy("an offer", "New"),
    "sent:again": _("New rate"),
    ProposalStatus.VIEWED: pgettext_lazy("proposal", "Seen"),
    ProposalStatus.COUNTER_OFFERED: _("You asked"),
    ProposalStatus.ACCEPTED: _("You said yes"),
    "accepted:office": _("They said yes"),
    ProposalStatus.AWARDED: _("Yours"),
    "awarded:completed": pgettext_lazy("offer", "Completed"),
    ProposalStatus.REJECTED: _("You said no"),
    ProposalStatus.EXPIRED: _("The time for an answer is over"),
    ProposalStatus.WITHDRAWN: _("Withdrawn by the office"),
    ProposalStatus.LOST: _("The office closed this offer"),
    "lost:covered": _("Covered by another truck"),
    "lost:booked_elsewhere": _("You took another load"),
    ProposalStatus.FALLEN_OFF: _("You are off this load"),
}

MARKS: dict[str, Any] = {
    "offer": pgettext_lazy("on the gauge", "offer"),
    "standing": pgettext_lazy("on the gauge", "you"),
    "ask": pgettext_lazy("on the gauge", "asks"),
    "ceiling": pgettext_lazy("on the gauge", "ceiling"),
}
"""The amounts of a negotiation (`offers.pages.desk_presenter.gauge_of`)."""


def office_word(status: str, reason: str = "") -> str:
    """What the office calls a state, also `delivered` and `typing`; `reason` as the proposal has it."""
    return _word(OFFICE, status, reason)


def driver_word(status: str, reason: str = "") -> str:
    """What the driver's phone calls a state. `reason` is the proposal's, or `again`, `office` or `completed`."""
    return _word(DRIVER, status, reason)


def mark_word(kind: str) -> str:
    """What the gauge calls an amount."""
    return str(MARKS[kind])


def how_far(counts: Mapping[str, int]) -> str:
    """How far an offer is, in a word or two: who waits for the office, else how many were asked.

    `counts` has how many drivers are in each state.
    """
    waiting = []
    if number := counts.get("counter_offered"):
        waiting.append(ngettext("%(number)s countered", "%(number)s countered", number) % {"number": number})
    if number := counts.get("accepted"):
        waiting.append(ngettext("%(number)s accepted", "%(number)s accepted", number) % {"number": number})
    if waiting:
        return ", ".join(waiting)
    if number := counts.get("viewed"):
        return ngettext("%(number)s has seen it", "%(number)s have seen it", number) % {"number": number}
    if number := counts.get("sent"):
        return ngettext("sent to %(number)s", "sent to %(number)s", number) % {"number": number}
    if any(counts.get(status) for status in ("rejected", "expired", "lost")):
        return gettext("nobody left")
    return gettext("sent to nobody")


def office_words() -> dict[str, str]:
    """The office's table in the language of now, for scripts."""
    return {key: capfirst(str(words)) for key, words in OFFICE.items()}


def driver_words() -> dict[str, str]:
    """The phone's table in the language of now, for scripts."""
    return {str(key): str(words) for key, words in DRIVER.items()}


def _word(table: Mapping[str, Any], status: str, reason: str) -> str:
    return capfirst(str(table.get(f"{status}:{reason}") or table.get(status, status)))
