"""Scheduled jobs that delete sign-in sessions which are over."""

from importlib import import_module

from django.conf import settings
from django_tasks import task

from accounts import services
from jobs.schedules import Schedule


@task(tries=3)
def prune_sessions() -> None:
    services.prune_sessions()


@task(tries=3)
def prune_browser_sessions() -> None:
    """Forget the cookies' sessions that have lapsed; Django leaves them lying."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


SCHEDULES = [
    Schedule(name="accounts.prune_sessions", task=prune_sessions, every=3600),
    Schedule(name="accounts.prune_browser_sessions", task=prune_browser_sessions, every=3600),
]
