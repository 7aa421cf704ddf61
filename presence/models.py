from django.db import models
from django.utils.translation import gettext_lazy as _


class StreamEpoch(models.Model):
    """The one row that says which history the streams count. A restored backup starts another."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=32)

    class Meta:
        db_table = "stream_epoch"
        verbose_name = _("stream epoch")
        verbose_name_plural = _("stream epoch")

    def __str__(self) -> str:
        return self.epoch


class StreamHead(models.Model):
    """How far one person's stream has come. Whoever appends locks this row, last of all locks."""

    actor_type = models.CharField(_("kind"), max_length=16)
    actor_id = models.BigIntegerField(_("id"))
    seq = models.BigIntegerField(_("head"), default=0)
    floor = models.BigIntegerField(_("pruned up to"), default=0)

    class Meta:
        db_table = "stream_heads"
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        constraints = [models.UniqueConstraint(fields=["actor_type", "actor_id"], name="stream_head_of_actor")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}: {self.seq}"


class StreamEvent(models.Model):
    """One durable event for one person, by reference: what is erased is erased here too, and replay shows what is."""

    actor_type = models.CharField(max_length=16)
    actor_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    kind = models.CharField(_("kind"), max_length=32)
    object_id = models.BigIntegerField()
    detail = models.BigIntegerField(default=0)
    """The object's version, or the number within the object (a receipt's seq) that the event was about."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "stream_events"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["actor_type", "actor_id", "seq"], name="stream_event_seq")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id} {self.seq} {self.kind}"


class SocketSession(models.Model):
    """A lease on being here: one open connection. It lapses by itself when its process no longer renews it."""

    id = models.CharField(primary_key=True, max_length=32)
    process = models.CharField(_("process"), max_length=32)
    actor_type = models.CharField(_("kind"), max_length=16)
    actor_id = models.BigIntegerField(_("id"))
    auth_session_id = models.UUIDField(null=True)
    connected_at = models.DateTimeField(_("connected"))
    expires_at = models.DateTimeField(_("lease ends"), db_index=True)

    class Meta:
        db_table = "socket_sessions"
        verbose_name = _("open connection")
        verbose_name_plural = _("open connections")
        indexes = [
            models.Index(fields=["actor_type", "actor_id", "expires_at"], name="socket_session_of_actor"),
            models.Index(fields=["process"], name="socket_session_of_process"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}"


class Attendance(models.Model):
    """Whether a person was last told to be online, and when they were last here: what makes an edge an edge."""

    actor_type = models.CharField(_("kind"), max_length=16)
    actor_id = models.BigIntegerField(_("id"))
    online = models.BooleanField(_("online"), default=False)
    last_seen = models.DateTimeField(_("last seen"), null=True)

    class Meta:
        db_table = "attendance"
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["actor_type", "actor_id"], name="attendance_of_actor")]
        indexes = [models.Index(fields=["online"], name="attendance_online")]

    def __str__(self) -> str:
        return f"{self.actor_type} {self.actor_id}"
