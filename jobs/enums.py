from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Mode(models.TextChoices):
    """Where jobs are run: the setting TASKS."""

    EMBEDDED = "embedded"
    WORKER = "worker"
