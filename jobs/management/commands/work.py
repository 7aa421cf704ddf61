"""`manage.py work`: does jobs until it is told to stop."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.worker import Worker
from kernel import database_timeouts, in_process

STOP_SECONDS = 20.0
"""Less than what systemd and docker wait before they kill: 90 and, as docs/operating.md sets it, 30 s."""


class Command(BaseCommand):
    help = "Does jobs until SIGTERM: the running ones are finished, or given back after 20 seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", action="append", choices=sorted(settings.JOBS["QUEUES"]), help="only this one")
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument("--metrics", metavar="PORT", type=int, help="serve /metrics on this port of 127.0.0.1")

    def handle(self, *, queue: list[str] | None, once: bool, metrics: int | None, **options: Any) -> None:
        # A worker that has stopped in the middle of a job's transaction has lost the job by then.
        database_timeouts.leave_nothing_lying(settings.JOBS["LEASE_SECONDS"])
        queues = {name: threads for name, threads in _threads().items() if not queue or name in queue}
        if once:
            done = Worker(queues).do_all()
            self.stdout.write(f"{done} done")
            return
        if metrics is not None:
            self._serve_metrics(metrics)
        told_to_stop = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            told_to_stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        worker = Worker(queues, beside=tuple(in_process.registered()))
        worker.start()
        self.stdout.write(f"working on {', '.join(queues)} as {worker.name}")
        told_to_stop.wait()
        worker.stop(seconds=STOP_SECONDS)

    def _serve_metrics(self, port: int) -> None:
        from prometheus_client import start_http_server

        try:
            start_http_server(port, addr="127.0.0.1")
        except OSError as error:
            raise CommandError(f"Port {port} cannot be had: {error}") from error


def _threads() -> dict[str, int]:
    """How many there are for each queue. One is enough for `clock`, which has few jobs."""
    queues: dict[str, int] = settings.JOBS["QUEUES"]
    most = max(1, settings.JOBS["WORKER_THREADS"])
    return {name: threads if name == "clock" else max(threads, most) for name, threads in queues.items()}
