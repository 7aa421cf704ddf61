"""How long a server process waits for the database: shorter than a management command, as people wait for it."""

from contextvars import ContextVar

from django.conf import settings
from django.db import connections

QUEUE_SECONDS = 25.0
"""How long a change may wait for a lock before it is refused. Forty people who answer one offer at the same moment
are served one after the other, and on a busy machine the last of them waits for longer than `DATABASE_LOCK_SECONDS`:
that is a queue, and no fault.
"""
FEW_THREADS_SECONDS = 10.0
"""The same in one of the few threads that serve live connections: others wait for it."""

queue_seconds: ContextVar[float] = ContextVar("queue_seconds", default=QUEUE_SECONDS)


def shorten_for_servers() -> None:
    """Let connections wait `DATABASE_ANSWER_SECONDS` for an answer and `DATABASE_LOCK_SECONDS` for a lock at most.

    To be called before a server's first connection.
    """
    database = connections.settings["default"]
    if not database["ENGINE"].endswith("mysql"):
        return
    options = database["OPTIONS"]
    for name in ("read_timeout", "write_timeout"):
        options[name] = min(options[name], settings.DATABASE_ANSWER_SECONDS)
    # MySQL waits 50 s for a lock.
    options["init_command"] += f", innodb_lock_wait_timeout = {settings.DATABASE_LOCK_SECONDS}"
    leave_nothing_lying(settings.DATABASE_IDLE_SECONDS)


def leave_nothing_lying(seconds: float) -> None:
    """To be called before a process's first connection. MariaDB ends a transaction in which nothing has been done for
    so long, since its process has stopped, and with it the locks that everybody else waits for. MySQL has no such
    limit.
    """
    database = connections.settings["default"]
    if database["ENGINE"].endswith("mysql"):
        database["OPTIONS"]["init_command"] += f" /*M!100300 , idle_transaction_timeout = {max(1, int(seconds))} */"
