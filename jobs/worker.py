"""A worker: threads that do jobs, some for each queue, and one that renews their leases and minds the clock."""

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import takewhile

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from jobs import claiming, metrics, running, schedules, waking
from jobs.models import Job
from kernel.in_process import InProcess

logger = logging.getLogger(__name__)

CLOCK_SECONDS = 1.0
"""How often one thread looks what is due by the clock, and whether other processes have enqueued something."""
LOOK_SECONDS = 30.0
"""How often an idle thread looks by itself: it is woken when its process enqueues, and by the thread of the clock."""
TAKE_BACK_SECONDS = 5.0
COUNT_SECONDS = 10.0
TRY_AGAIN_SECONDS = 2.0
"""After the database was away."""
AT_ONCE_SECONDS, POLITE_SECONDS = 0.25, 0.05
"""A thread claims about as many jobs as it did in that time: one trip for many small jobs, one by one where they take
long, since those behind would wait while other workers have nothing to do.
"""
AT_ONCE_MAX = 50
TRUSTED_SECONDS = 5.0
"""A connection idle for longer is asked whether it still works before it is used."""


class Worker:
    """Does the jobs of `queues`, each with so many threads, until it is told to stop.

    `is_polite`: beside something else in the same process, it rests after each job for as long as that has taken, up to
    `REST_MAX`, so that the interpreter is free for the rest. `beside` is what this process has to do again and again
    where no server does it.
    """

    REST_MAX = 0.05

    def __init__(
        self, queues: Mapping[str, int], *, is_polite: bool = False, beside: tuple[InProcess, ...] = ()
    ) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.queues = queues
        self.is_polite = is_polite
        self.beside = beside
        self.is_stopping = threading.Event()
        self._seconds = POLITE_SECONDS if is_polite else AT_ONCE_SECONDS
        # By fence as well: a thread may be given again what another one of this worker has lost and still works on.
        self._held: dict[tuple[int, int], Job] = {}
        self._threads: list[threading.Thread] = []

    # --- from outside -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, in threads that do not keep the process from ending."""
        for queue, threads in self.queues.items():
            for _number in range(threads):
                self._thread(f"jobs-{queue}", partial(self._work, queue))
        self._thread("jobs-clock", self._keep)
        for each in self.beside:
            self._thread("jobs-beside", partial(self._again_and_again, each.seconds, each.run))

    def stop(self, *, seconds: float) -> None:
        """Take nothing new, wait so long for what is being done, and give back what is not done by then."""
        self.is_stopping.set()
        for queue in self.queues:
            waking.wake(queue)
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        try:
            if held := list(self._held.values()):
                given = claiming.give_back(held, worker=self.name)
                logger.warning("gave back %d jobs in the middle of them", given)
        except (DatabaseError, InterfaceError):
            logger.warning("could not give back %d jobs: their leases run out", len(self._held))
        finally:
            connection.close()

    def do_all(self) -> int:
        """In this thread: do everything that is due now, what it enqueues included. Gives how many were done."""
        done = 0
        schedules.tick()
        while not self.is_stopping.is_set():
            jobs = [job for queue in self.queues for job in claiming.claim(queue, worker=self.name, most=1)]
            if not jobs:
                break
            done += sum(running.run(job) for job in jobs)
        return done

    # --- threads ----------------------------------------------------------------------------------------------------

    def _thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, queue: str) -> None:
        wake = waking.listen(queue)
        most = 1
        try:
            while not self.is_stopping.is_set():
                wake.clear()
                began = time.monotonic()
                done = self._guarded(partial(self._do_some, queue, most))
                if done is None:
                    self.is_stopping.wait(TRY_AGAIN_SECONDS)
                elif done == 0:
                    rested = time.monotonic()
                    wake.wait(LOOK_SECONDS * random.uniform(0.75, 1.25))  # noqa: S311
                    self._drop_unusable(idle=time.monotonic() - rested)
                else:
                    each = (time.monotonic() - began) / done
                    most = max(1, min(AT_ONCE_MAX, 2 * most, int(self._seconds / each)))
        finally:
            waking.forget(queue, wake)
            connection.close()

    def _do_some(self, queue: str, most: int) -> int:
        jobs = self._claim(queue, most)
        left = list(jobs)
        try:
            while left and not self.is_stopping.is_set():
                began = time.monotonic()
                del left[: self._do_first(left)]
                if self.is_polite:
                    time.sleep(min(self.REST_MAX, time.monotonic() - began))
            if left:
                claiming.give_back(left, worker=self.name)
        finally:
            for job in jobs:
                self._held.pop((job.pk, job.fence), None)
        return len(jobs)

    def _do_first(self, jobs: list[Job]) -> int:
        """Do the first of these, and those after it that can be done along with it. Gives how many."""
        together = list(takewhile(running.can_be_done_together, jobs))
        if len(together) < 2:
            running.run(jobs[0])
            number = 1
        else:
            number = running.run_together(together, seconds=self._seconds, is_stopping=self.is_stopping.is_set)
        for job in jobs[:number]:
            self._held.pop((job.pk, job.fence), None)
        return number

    def _claim(self, queue: str, most: int) -> list[Job]:
        jobs = claiming.claim(queue, worker=self.name, most=most)
        self._held.update({(job.pk, job.fence): job for job in jobs})
        return jobs

    def _keep(self) -> None:
        """Renew the leases of what is held, take back what others have lost, count, and mind the clock."""
        renewed = taken_back = counted = time.monotonic()
        try:
            while not self.is_stopping.wait(CLOCK_SECONDS * random.uniform(0.75, 1.25)):  # noqa: S311
                now = time.monotonic()
                if now - renewed > settings.JOBS["LEASE_SECONDS"] / 4:
                    renewed = now
                    self._guarded(lambda: claiming.renew({pk for pk, _fence in list(self._held)}, worker=self.name))
                if now - taken_back > TAKE_BACK_SECONDS:
                    taken_back = now
                    self._guarded(lambda: sum(claiming.take_back(queue) for queue in self.queues))
                if now - counted > COUNT_SECONDS:
                    counted = now
                    self._guarded(partial(_done, metrics.look))
                if None in (self._guarded(schedules.tick), self._guarded(self._wake)):
                    self.is_stopping.wait(TRY_AGAIN_SECONDS)
        finally:
            connection.close()

    def _wake(self) -> int:
        """Wake the threads of the queues in which something is due: many idle threads cost one look a queue."""
        due = [queue for queue in self.queues if claiming.is_due(queue)]
        for queue in due:
            waking.wake(queue)
        return len(due)

    def _again_and_again(self, seconds: float, run: Callable[[], object]) -> None:
        try:
            while not self.is_stopping.wait(seconds):
                self._guarded(partial(_done, run))
            self._guarded(partial(_done, run))  # What the last jobs have left to be told.
        finally:
            connection.close()

    def _guarded(self, look: Callable[[], int]) -> int | None:
        """What `look` gives; None when it has failed. A thread goes on whatever happens to it."""
        try:
            return look()
        except BaseException as error:  # `sys.exit()` would end the thread without a word.
            metrics.LOOK_FAILURES.inc()
            logger.warning("jobs: %s: %s", type(error).__name__, error)
            connection.close()
            return None

    def _drop_unusable(self, *, idle: float) -> None:
        """Close a connection that the database has closed by itself."""
        if connection.connection is not None and idle >= TRUSTED_SECONDS and not connection.is_usable():
            connection.close()


def _done(run: Callable[[], object]) -> int:
    run()
    return 1
