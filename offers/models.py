from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation
from drivers.models import Driver
from kernel.actors import DISPATCHER, DRIVER, Actor, ActorKey
from offers.enums import AwardMode, DistanceSource, OfferStatus, ProposalStatus

SCOPE = "offer:"
"""What the journal's scope of an offer begins with."""
NOTES_LENGTH = 5000
"""What an offer's notes may have; their column would take more."""


def money(label: Any, **options: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


def person(label: Any, related_name: str, **options: Any) -> models.ForeignKey:
    """A reference to an office person, without a constraint on the older system's table."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.DO_NOTHING,
        related_name=related_name,
        db_constraint=False,
        **options,
    )


class Offer(models.Model):
    """A load that is offered to drivers."""

    reference = models.CharField(_("reference"), max_length=64, blank=True)
    customer_name = models.CharField(_("customer"), max_length=150, blank=True)
    customer_rate = money(_("customer's rate"), null=True, blank=True)
    created_by = person(_("made by"), "offers_made")
    owner = person(_("owner"), "offers_owned")

    pickup_location = models.CharField(_("pickup"), max_length=500)
    pickup_place = models.CharField(_("pickup place"), max_length=150)
    pickup_lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    pickup_lon = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    pickup_from = models.DateTimeField(_("pickup from"), null=True, blank=True)
    pickup_until = models.DateTimeField(_("pickup until"), null=True, blank=True)
    pickup_zone = models.CharField(_("pickup zone"), max_length=64, blank=True)
    delivery_location = models.CharField(_("delivery"), max_length=500)
    delivery_place = models.CharField(_("delivery place"), max_length=150)
    delivery_lat = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    delivery_lon = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    delivery_from = models.DateTimeField(_("delivery from"), null=True, blank=True)
    delivery_until = models.DateTimeField(_("delivery until"), null=True, blank=True)
    delivery_zone = models.CharField(_("delivery zone"), max_length=64, blank=True)
    stops = models.JSONField(_("stops"), default=list, blank=True)

    weight_lbs = models.DecimalField(_("weight, lb"), max_digits=10, decimal_places=2, null=True, blank=True)
    dimensions = models.CharField(_("dimensions"), max_length=100, blank=True)
    pieces = models.PositiveIntegerField(_("pieces"), null=True, blank=True)
    distance_miles = models.DecimalField(_("miles"), max_digits=10, decimal_places=2, null=True, blank=True)
    distance_source = models.CharField(
        _("distance by"), max_length=16, choices=DistanceSource.choices, default=DistanceSource.ESTIMATED
    )
    proposed_rate = money(_("rate"))
    rate_ceiling = money(_("ceiling"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    award_mode = models.CharField(_("award"), max_length=16, choices=AwardMode.choices, default=AwardMode.DISPATCHER)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=OfferStatus.choices, default=OfferStatus.ACTIVE)
    notes = models.TextField(_("notes"), blank=True)
    invited_driver_ids = models.JSONField(_("invited drivers"), default=list, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("made"))
    updated_at = models.DateTimeField(_("changed"))

    # The funnel: kept from the first day, since it cannot be had afterwards.
    first_sent_at = models.DateTimeField(_("first sent"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answer"), null=True, blank=True)
    covered_at = models.DateTimeField(_("covered"), null=True, blank=True)

    followers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Follower", through_fields=("offer", "user"), related_name="offers_followed"
    )

    class Meta:
        db_table = "offers"
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = [
            models.Index(fields=["owner", "status", "-id"], name="offer_of_owner"),
            models.Index(fields=["status", "-id"], name="offer_by_status"),
            models.Index(fields=["status", "expires_at"], name="offer_expiring"),
            models.Index(fields=["pickup_from"], name="offer_by_pickup"),
            models.Index(fields=["first_sent_at"], name="offer_by_first_sent"),
        ]

    def __str__(self) -> str:
        return self.route

    @property
    def route(self) -> str:
        return f"{self.pickup_place} → {self.delivery_place}"

    @property
    def scope(self) -> str:
        """What the journal's entries about this offer are found by."""
        return f"{SCOPE}{self.pk}"

    @staticmethod
    def id_of_scope(scope: str) -> int | None:
        """The offer that such entries are about; None for those that are about something else."""
        id_ = scope.removeprefix(SCOPE)
        return int(id_) if scope.startswith(SCOPE) and id_.isdigit() else None

    @cached_property
    def follower_ids(self) -> frozenset[int]:
        return frozenset(each.user_id for each in self.following.all())

    @property
    def team(self) -> list[ActorKey]:
        """The owner and the followers: everything about this offer is told to them."""
        return [ActorKey(DISPATCHER, id_) for id_ in sorted({self.owner_id, *self.follower_ids})]

    @property
    def owner_key(self) -> ActorKey:
        return ActorKey(DISPATCHER, self.owner_id)


class Follower(models.Model):
    """An office person who works on an offer beside its owner."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="following")
    user = person(_("follower"), "following")
    created_at = models.DateTimeField(_("since"))

    class Meta:
        db_table = "offer_followers"
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["offer", "user"], name="follower_of_offer")]

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.user_id}"


class Proposal(models.Model):
    """One offer put to one driver, and what has become of it."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="proposals")
    driver = models.ForeignKey(
        Driver, on_delete=models.DO_NOTHING, related_name="proposals", db_constraint=False, verbose_name=_("driver")
    )
    conversation = models.OneToOneField(Conversation, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=16, choices=ProposalStatus.choices, default=ProposalStatus.SENT)
    offered_rate = money(_("offered rate"))
    driver_proposed_rate = money(_("driver's rate"), null=True, blank=True)
    agreed_rate = money(_("agreed rate"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=24, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"))
    viewed_at = models.DateTimeField(_("viewed"), null=True, blank=True)
    first_answered_at = models.DateTimeField(_("first answer"), null=True, blank=True)
    countered_at = models.DateTimeField(_("first countered"), null=True, blank=True)
    responded_at = models.DateTimeField(_("answered"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    awarded_at = models.DateTimeField(_("awarded"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    last_seen_offer = models.JSONField(null=True, blank=True)
    """The offer as the driver saw it when the proposal closed: what they go on seeing from then on."""
    won_offer = models.OneToOneField(
        Offer, on_delete=models.CASCADE, related_name="winner", null=True, blank=True, editable=False
    )
    """The offer itself while this proposal holds the award, else nothing: unique, so that two can never hold it."""
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        db_table = "offer_proposals"
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [models.UniqueConstraint(fields=["offer", "driver"], name="proposal_of_pair")]
        indexes = [
            models.Index(fields=["driver", "status"], name="proposal_of_driver"),
            models.Index(fields=["status", "expires_at"], name="proposal_expiring"),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}:{self.driver_id}"

    @property
    def is_awarded(self) -> bool:
        return self.status == ProposalStatus.AWARDED

    @property
    def driver_key(self) -> ActorKey:
        return ActorKey(DRIVER, self.driver_id)


class Round(models.Model):
    """One step of a negotiation, kept for ever."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="rounds")
    at = models.DateTimeField(_("at"))
    actor_type = models.CharField(max_length=16)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("by"), max_length=150)
    actor_role = models.CharField(max_length=16)
    action = models.CharField(_("action"), max_length=16)
    rate = money(_("rate"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    pressed_at = models.DateTimeField(_("pressed"), null=True)
    """When the person's device says it happened: counts for fairness, never for the award."""
    version = models.PositiveIntegerField(_("version"))

    class Meta:
        db_table = "offer_rounds"
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.action}"

    @property
    def by(self) -> Actor:
        return Actor(type=self.actor_type, id=self.actor_id, name=self.actor_name, role=self.actor_role)


class Booking(models.Model):
    """A driver's one place to be: the row that is locked to book them, and the offer that holds them."""

    driver_id = models.BigIntegerField(primary_key=True)
    offer = models.ForeignKey(Offer, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(null=True)

    class Meta:
        db_table = "bookings"
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")

    def __str__(self) -> str:
        return f"{self.driver_id}: {self.offer_id}"
