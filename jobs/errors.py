"""What a job may raise beside faults, and refusals of what is asked about jobs."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict


class GiveUp(Exception):
    """Trying again would not help. The reason is kept, and shown in the administration: no secrets in it."""


class UnknownTask(GiveUp):
    """A row names no task of this version; another version may know it."""


class LeaseLost(Exception):
    """Another worker has this job by now: what was done here must not count."""


class LeftOpen(Exception):
    """A job has begun a transaction and not ended it. It was undone."""


class StillAtWork(Conflict):
    """A running job cannot be run again."""

    default_message = _("This job is running right now.")


class AnotherIsToCome(Conflict):
    """A job that has ended cannot be run again while another one of the same key is to be run."""

    default_message = _("Another job for the same is waiting or running.")
