from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.values import told
from kernel.fields import ExactCharField


class StateField(models.JSONField):
    """Names and values of an object at a moment, read in today's spelling, however they were written."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return told(super().from_db_value(value, expression, connection))

    def deconstruct(self) -> Any:
        """To the database it is a JSON column like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


class Entry(models.Model):
    """One change: who did what to which object, and what it was before and after."""

    at = models.DateTimeField(_("at"))
    actor_type = models.CharField(_("kind of actor"), max_length=16)
    actor_id = models.BigIntegerField(_("actor id"), null=True)
    actor_name = models.CharField(_("actor"), max_length=150)
    verb = models.CharField(_("verb"), max_length=48)
    object_type = models.CharField(_("kind of object"), max_length=32)
    object_id = models.CharField(_("object id"), max_length=64)
    scope = models.CharField(_("about"), max_length=48, blank=True)
    """The larger thing it belongs to, `offer:12`: people who may see that may see this entry."""
    before = StateField(_("before"), default=dict)
    after = StateField(_("after"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        db_table = "journal"
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="journal_of_object"),
            models.Index(fields=["scope", "id"], name="journal_of_scope"),
            models.Index(fields=["actor_type", "actor_id", "id"], name="journal_of_actor"),
            models.Index(fields=["at"], name="journal_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.verb} {self.object_type} {self.object_id}"


class IdempotencyKey(models.Model):
    """The first answer to a POST, kept for a day. The body is encrypted: an answer may hold a token."""

    actor = models.CharField(_("actor"), max_length=32)
    key = ExactCharField(_("key"), max_length=255)
    path = models.CharField(_("path"), max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    """None while the first request is still being answered."""
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(_("created"), db_index=True)

    class Meta:
        db_table = "idempotency_keys"
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_key_of_actor")]

    def __str__(self) -> str:
        return f"{self.actor} {self.path}"
