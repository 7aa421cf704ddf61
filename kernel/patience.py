"""How long whoever serves waits for the database: not long, since somebody waits for the answer.

A management command may take its time; a server that waits as long would keep everybody else waiting too.
"""

from contextvars import ContextVar

from django.conf import settings
from django.db import connections

QUEUE_SECONDS = 25.0
"""So long a change stands in line for a lock before the answer is that it cannot be had. Forty people who answer one
offer at the same moment are done one after the other, and on a busy machine the last of them waits for longer than
`DATABASE_LOCK_SECONDS`: that is a queue, and no fault.
"""
FEW_THREADS_SECONDS = 10.0
"""The same in a thread that others wait for."""

queue_seconds: ContextVar[float] = ContextVar("queue_seconds", default=QUEUE_SECONDS)


def answer_soon() -> None:
    """To be called before a server's first connection; they all wait no longer than `DATABASE_ANSWER_SECONDS`."""
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
