from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.enums import State
from kernel.fields import ExactCharField

NAME_MAX, SPEC_MAX = 64, 100
"""Of a schedule, in letters."""


class Job(models.Model):
    """One call of a task, made once `due_at` has come. Arguments are ids: never a secret, never a phone number."""

    queue = models.CharField(_("queue"), max_length=32)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    due_at = models.DateTimeField(_("due"))
    """Of a running job the end of its lease: after that another worker takes it."""
    task = models.CharField(_("task"), max_length=200)
    arguments = models.JSONField(_("arguments"))
    unique_key = ExactCharField(_("key"), max_length=191, null=True, unique=True)
    """Kept until the job has ended; there is one unfinished job of a key. MySQL has no conditional constraint."""
    is_wanted_again = models.BooleanField(_("wanted again"), default=False)
    """Its key was enqueued while it ran: what it has read may be older than that, so it runs once more."""
    wanted_at = models.DateTimeField(_("wanted again at"), null=True)
    """When that is due; None: at once."""
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tries_max = models.PositiveSmallIntegerField(_("tries at most"))
    fence = models.PositiveIntegerField(default=0)
    """Counts who has taken it: what a worker reports with an older number is not believed."""
    worker = models.CharField(_("worker"), max_length=96, blank=True)
    schedule = models.CharField(_("schedule"), max_length=NAME_MAX, blank=True)
    tick_at = models.DateTimeField(_("tick of the clock"), null=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    """The kind of exception and the place, or the reason for giving up. Never what the exception said."""
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("enqueued"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True, db_index=True)

    class Meta:
        db_table = "jobs"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["queue", "state", "due_at", "id"], name="jobs_next")]
        constraints = [models.UniqueConstraint(fields=["schedule", "tick_at"], name="jobs_each_tick_once")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.task}"


class ScheduleState(models.Model):
    """When a schedule is due next. The schedules themselves are listed in `offers_project.wiring`."""

    name = models.CharField(_("schedule"), max_length=NAME_MAX, primary_key=True)
    spec = models.CharField(_("when"), max_length=SPEC_MAX)
    next_at = models.DateTimeField(_("next"))
    last_at = models.DateTimeField(_("last"), null=True)
    last_job_id = models.BigIntegerField(_("last job"), null=True)

    class Meta:
        db_table = "job_schedules"
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return self.name
