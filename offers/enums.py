from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from journal.enums import Verb


class EventKind(StrEnum):
    """The durable events of this room; `offers.events` says what each shows."""

    OFFER_CREATED = "offer_created"
    OFFER_UPDATED = "offer_updated"
    OFFER_STATUS_CHANGED = "offer_status_changed"
    PROPOSAL_UPDATED = "proposal_updated"


class PassingKind(StrEnum):
    """The events of this room that are not kept."""

    ACTIVITY = "activity"
    STATS_UPDATED = "stats_updated"
    OFFER_TOUCHED = "offer_touched"


class OfferVerb(Verb):
    """What the journal says was done to an offer; of a proposal it says the `Action`.

    `offers.pages.activity_lines` has a sentence for each. ACTIVE, COMPLETED and CANCELLED are the status that was asked
    for.
    """

    CREATE = "create"
    COPY = "copy"
    UPDATE = "update"
    HANDOVER = "handover"
    FOLLOW = "follow"
    AWARD = "award"
    FALL_OFF = "fall_off"
    EXPIRE = "expire"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class InstallationVerb(Verb):
    ADOPT_LEGACY = "adopt_legacy"


class OfferStatus(models.TextChoices):
    """Its labels are the office's words for a state, the same on every page (`offers.words`)."""

    DRAFT = "draft", pgettext_lazy("offer", "Draft")
    ACTIVE = "active", pgettext_lazy("offer", "Active")
    ASSIGNED = "assigned", pgettext_lazy("offer", "Assigned")
    COMPLETED = "completed", pgettext_lazy("offer", "Completed")
    CANCELLED = "cancelled", pgettext_lazy("offer", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("offer", "Expired")


class AwardMode(models.TextChoices):
    DISPATCHER = "dispatcher", _("by the dispatcher")
    FIRST_ACCEPT = "first_accept", _("to the first who accepts")


class DistanceSource(models.TextChoices):
    ESTIMATED = "estimated", _("estimated")
    GIVEN = "given", _("given")


class ProposalStatus(models.TextChoices):
    """Its labels are the office's words for a state; those of the driver's phone are in `offers.words`."""

    SENT = "sent", pgettext_lazy("proposal", "Sent")
    VIEWED = "viewed", pgettext_lazy("proposal", "Seen")
    COUNTER_OFFERED = "counter_offered", pgettext_lazy("proposal", "Countered")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    AWARDED = "awarded", pgettext_lazy("proposal", "Awarded")
    REJECTED = "rejected", pgettext_lazy("proposal", "Declined")
    EXPIRED = "expired", pgettext_lazy("proposal", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
    LOST = "lost", pgettext_lazy("proposal", "Lost")
    FALLEN_OFF = "fallen_off", pgettext_lazy("proposal", "Fell off")


class Action(models.TextChoices):
    """What moves a proposal from one status to another; the table is in `offers.rules.transitions`."""

    SEND = "send", _("send")
    VIEW = "view", _("view")
    ACCEPT = "accept", _("accept")
    COUNTER = "counter", _("counter")
    REJECT = "reject", _("decline")
    RETRACT = "retract", _("take back")
    AMEND = "amend", _("amend")
    WITHDRAW = "withdraw", _("withdraw")
    AWARD = "award", _("award")
    FALL_OFF = "fall_off", _("fall off")
    EXPIRE = "expire", _("expire")
    LOSE = "lose", _("lose")


class RejectReason(models.TextChoices):
    RATE_TOO_LOW = "rate_too_low", _("the rate is too low")
    TOO_FAR = "too_far", _("too far away")
    HOURS = "hours", _("not enough hours")
    EQUIPMENT = "equipment", _("wrong equipment")
    CARGO_SIZE = "cargo_size", _("the cargo does not fit")
    HOME_TIME = "home_time", _("home time")
    ALREADY_LOADED = "already_loaded", _("already loaded")
    OTHER = "other", _("another reason")


class LostReason(models.TextChoices):
    COVERED = "covered", _("covered by another truck")
    BOOKED_ELSEWHERE = "booked_elsewhere", _("the driver took another load")
    OFFER_CLOSED = "offer_closed", _("the offer was closed")


class FallOffReason(models.TextChoices):
    BREAKDOWN = "breakdown", _("breakdown")
    HOURS = "hours", _("hours of service")
    ACCIDENT = "accident", _("accident")
    FAMILY = "family", _("family")
    RATE_DISPUTE = "rate_dispute", _("rate dispute")
    SHIPPER_CANCELLED = "shipper_cancelled", _("the shipper cancelled")
    OTHER = "other", _("another reason")


class SkipReason(models.TextChoices):
    """Why an offer was not put to a driver."""

    NOT_FOUND = "not_found", _("There is no such driver.")
    INACTIVE = "inactive", _("This truck is not active.")
    ALREADY_SENT = "already_sent", _("The driver already has this offer.")
    BOOKED_ELSEWHERE = "booked_elsewhere", _("The driver already has another load.")
    IN_TRANSIT = "in_transit", _("The truck is on its way with a load.")
    NOT_AVAILABLE = "not_available", _("The truck is not available.")
    DOES_NOT_FIT = "does_not_fit", _("The load does not fit into the truck.")
