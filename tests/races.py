"""Many at once, with real threads, each with a database connection of its own."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

from kernel.errors import Refusal

THREADS = int(os.environ.get("RACE_THREADS", "40"))
"""How many run side by side: a database server has only so many connections. The rest follows as places get free."""


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of the calls at the same moment. Gives what each has given, or the refusal it has met."""
    start = threading.Barrier(min(len(calls), THREADS))
    began = threading.local()

    def run(call: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        if not getattr(began, "here", False):
            began.here = True
            start.wait(timeout=60)
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(start.parties) as pool:
        futures = [pool.submit(run, call) for call in calls]
        try:
            return [future.result(timeout=120) for future in futures]
        finally:
            goodbye = threading.Barrier(start.parties)
            list(pool.map(lambda _: (goodbye.wait(timeout=60), connections.close_all()), range(start.parties)))
