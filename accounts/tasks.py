from importlib import import_module

from django.conf import settings

from accounts import services
from offers_project.kernel.tasks import Task


def prune_browser_sessions() -> None:
    """Forget the cookies' sessions that have lapsed; Django leaves them lying."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


TASKS = [
    Task(name="accounts.prune_sessions", seconds=3600, run=services.prune_sessions),
    Task(name="accounts.prune_browser_sessions", seconds=3600, run=prune_browser_sessions),
]
