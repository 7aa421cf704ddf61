"""TASKS=embedded: jobs are run inside the server process, in threads beside its event loop."""

import atexit
import threading

from django.conf import settings

from jobs.enums import Mode
from jobs.worker import Worker

STOP_SECONDS = 5.0

_lock = threading.Lock()
_worker: Worker | None = None


def start() -> None:
    """Begin, once for the process, when the settings say so. Costs nothing when it has begun."""
    global _worker
    if _worker is not None or settings.JOBS["MODE"] != Mode.EMBEDDED:
        return
    with _lock:
        if _worker is None:
            _worker = Worker(settings.JOBS["QUEUES"], is_polite=True)
            _worker.start()
            # Daphne has no lifespan; the threads go on until this has been called.
            atexit.register(stop)


def stop() -> None:
    """Finish what is being done, or give it back."""
    global _worker
    with _lock:
        worker, _worker = _worker, None
    if worker is not None:
        worker.stop(seconds=STOP_SECONDS)
