"""Who drives what.

`Trucks` belongs to an older PHP system that goes on writing it: mapped exactly as it is, no column added, nothing in
the database points at it with a constraint. Where we have made it, it has the defaults that the PHP system leaves
things to.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.actors import DRIVER, Actor, ActorKey
from kernel.fields import ExactCharField


class Driver(models.Model):
    """A truck and who drives it: to the older system one row, and to us one person."""

    id = models.AutoField(primary_key=True, db_column="ID")
    truck_number = models.CharField(_("truck number"), max_length=50, null=True, blank=True, db_column="TruckNumber")
    status = models.CharField(_("status"), max_length=50, null=True, blank=True, db_column="Status")
    driver_name = models.CharField(_("driver's name"), max_length=100, null=True, blank=True, db_column="DriverName")
    cell_phone = models.CharField(_("cell phone"), max_length=50, null=True, blank=True, db_column="CellPhone")
    city_state_zip = models.CharField(_("place"), max_length=150, null=True, blank=True, db_column="CityStateZip")
    dimensions = models.CharField(_("dimensions"), max_length=150, null=True, blank=True, db_column="Dimensions")
    rate = models.CharField(_("rate"), max_length=50, null=True, blank=True, db_column="rate")
    email = models.CharField(_("e-mail"), max_length=100, null=True, blank=True, db_column="mail")
    latitude = models.DecimalField(_("latitude"), max_digits=10, decimal_places=8, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=11, decimal_places=8, null=True, blank=True)
    assigned_dispatcher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dispatcher"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="trucks",
        db_column="assigned_dispatcher_id",
        db_constraint=False,
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True, db_column="isActive")
    updated_at = models.DateTimeField(_("updated"), auto_now=True, db_default=Now())

    AVAILABLE = "Available"

    class Meta:
        db_table = "Trucks"
        verbose_name = _("driver")
        verbose_name_plural = _("drivers")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.driver_name or self.truck_number or f"#{self.pk}"

    @property
    def position_at(self) -> datetime | None:
        """When the truck was there. The table keeps no time of its own for that: it was there no later than this."""
        return None if self.latitude is None or self.longitude is None else self.updated_at

    @property
    def actor(self) -> Actor:
        return Actor(type=DRIVER, id=self.pk, name=self.name, role=DRIVER)

    @property
    def key(self) -> ActorKey:
        return ActorKey(DRIVER, self.pk)


class SignInCode(models.Model):
    """A six-digit code sent to a phone or a mail address; only its hash is kept."""

    address = ExactCharField(_("address"), max_length=100)
    """The phone as `+` and digits, or the mail in lower case."""
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    """Wrong ones without a challenge."""
    challenge_hash = models.CharField(max_length=64, null=True)
    """Empty where a server from before challenges has written the row."""
    challenge_tries = models.PositiveSmallIntegerField(_("tries by the one who asked"), null=True)
    """Wrong ones with the challenge that was given out with this code."""
    sealed = models.TextField(null=True, editable=False)
    """The code, encrypted, until it has been sent."""
    created_at = models.DateTimeField(_("sent"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        db_table = "sign_in_codes"
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        indexes = [models.Index(fields=["address", "created_at"], name="sign_in_code_of_address")]

    def __str__(self) -> str:
        return f"{self.address} {self.created_at:%F %T}"


class SignInLink(models.Model):
    """A link that signs one driver in; only the hash of its token is kept."""

    driver_id = models.BigIntegerField(_("driver"), db_index=True)
    token_hash = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    """Of the driver's phone and mail when it was made: it dies when they change."""
    sealed = models.TextField(null=True, editable=False)
    """The token of a link that is to be sent, encrypted, until it has been."""
    created_by = models.CharField(_("made by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        db_table = "sign_in_links"
        verbose_name = _("sign-in link")
        verbose_name_plural = _("sign-in links")

    def __str__(self) -> str:
        return f"#{self.driver_id} {self.created_at:%F %T}"


class Place(models.Model):
    """A city, or a ZIP code within one. Rows come with the migrations."""

    zip_code = models.CharField(_("ZIP code"), max_length=5, blank=True)
    """Empty for a city as a whole."""
    city = models.CharField(_("city"), max_length=64)
    state = models.CharField(_("state"), max_length=2)
    city_key = ExactCharField(max_length=64)
    """The city in lower case without punctuation: what is searched."""
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    time_zone = models.CharField(_("time zone"), max_length=64)
    weight = models.PositiveIntegerField(default=1)
    """How many ZIP codes a city has, the nearest thing to its size: larger ones are found first."""

    class Meta:
        db_table = "places"
        verbose_name = _("place")
        verbose_name_plural = _("places")
        indexes = [
            models.Index(fields=["zip_code"], name="place_zip"),
            models.Index(fields=["city_key", "state"], name="place_city"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """`Dallas, TX` or `Dallas, TX 75201`."""
        return f"{self.city}, {self.state} {self.zip_code}".rstrip()
