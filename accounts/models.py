"""People who sign in.

`users` belongs to an older PHP system that goes on writing it: it is mapped exactly as it is, no column is added, and
nothing in the database points at it with a constraint. Where we have made it, it has the defaults that the PHP system
leaves things to.
"""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from kernel.actors import DISPATCHER, Actor, ActorKey
from kernel.fields import ExactCharField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """An office person. What they may do follows from `role` (`accounts.permissions`)."""

    id = models.AutoField(primary_key=True)
    username = models.CharField(_("username"), max_length=50, unique=True)
    email = models.EmailField(_("e-mail"), max_length=100, unique=True)
    password = models.CharField(_("password"), max_length=255)
    full_name = models.CharField(_("full name"), max_length=100, null=True, blank=True)
    mobile_number = models.CharField(_("mobile number"), max_length=20, null=True, blank=True)
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.DISPATCHER, db_default=Role.DISPATCHER
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_default=Now())

    last_login: Any = None  # The table has no such column.

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        db_table = "users"
        verbose_name = _("office person")
        verbose_name_plural = _("office people")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.full_name or self.username

    @property
    def is_manager(self) -> bool:
        return self.role in (Role.MANAGER, Role.ADMIN)

    @property
    def is_staff(self) -> bool:
        """All of the office may open the admin; what they find there follows from their role."""
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    @property
    def actor(self) -> Actor:
        return Actor(type=DISPATCHER, id=self.pk, name=self.name, role=self.role)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.username

    def has_perm(self, perm: str, obj: object = None) -> bool:
        from accounts.permissions import role_has_perm

        return self.is_active and role_has_perm(self.role, perm)

    def has_perms(self, perms: Any, obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        from accounts.permissions import role_has_module

        return self.is_active and role_has_module(self.role, app_label)


class AuthSession(models.Model):
    """One sign-in of one person on one device: the family of refresh tokens that descend from it.

    A refresh token names its family and carries a secret; the family remembers only the hash of the latest one, so
    that an older one of the same family is known as reused and ends the family.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor_type = models.CharField(_("kind"), max_length=16)
    actor_id = models.BigIntegerField(_("id"))
    family_hash = models.CharField(max_length=64)
    refresh_hash = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    """Of the phone and mail at sign-in: when they change, another driver sits in the truck and this session ends."""
    way = models.CharField(_("signed in by"), max_length=16)
    user_agent = models.CharField(_("device"), max_length=200, blank=True)
    network = models.CharField(_("network"), max_length=50, null=True, blank=True)
    """Where the sign-in came from, cut (`kernel.addresses.network`); older ones have none."""
    created_at = models.DateTimeField(_("signed in"))
    used_at = models.DateTimeField(_("last used"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=32, blank=True)

    class Meta:
        db_table = "auth_sessions"
        verbose_name = _("sign-in session")
        verbose_name_plural = _("sign-in sessions")
        indexes = [models.Index(fields=["actor_type", "actor_id", "ended_at"], name="auth_session_of_actor")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}"

    @property
    def key(self) -> ActorKey:
        return ActorKey(self.actor_type, self.actor_id)


class Preferences(models.Model):
    """How a person wants the product to behave. No row means the defaults."""

    actor_type = models.CharField(max_length=16)
    actor_id = models.BigIntegerField()
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = ExactCharField(_("time zone"), max_length=64, blank=True)
    sounds = models.BooleanField(_("sounds"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    not_now = models.BooleanField(_("not now"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "preferences"
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["actor_type", "actor_id"], name="preferences_of_actor")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}"
