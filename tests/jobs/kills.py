"""`python -m tests.jobs.kills KILLS`: two workers on the database of the environment, killed at random moments.

New workers are forked, which takes a moment where starting Python takes seconds. Says what it has seen in the end, and
fails where a job was lost, a keyed one or a tick was done twice, or something was left running.
"""

import os
import random
import signal
import sys
import time
from collections import Counter
from typing import NoReturn

import django

QUEUES = {"clock": 1, "default": 2}
WORKERS = 2
LEASE_SECONDS = 2.0
A_ROUND = 4
"""So many jobs of each kind are enqueued for each kill."""
GIVE_UP_SECONDS = 180


def main(kills: int, seed: int) -> None:
    django.setup()

    from django.conf import settings
    from django.db import connections, transaction

    from jobs import schedules, worker
    from jobs.enums import State
    from jobs.models import Job
    from tests.jobs import examples

    settings.JOBS = settings.JOBS | {"LEASE_SECONDS": LEASE_SECONDS}
    worker.TAKE_BACK_SECONDS, worker.CLOCK_SECONDS, worker.LOOK_SECONDS = 0.5, 0.1, 0.1
    schedules._schedules.clear()
    schedules.register(schedules.Schedule(name="on time", task=examples.on_time, every=0.5))
    examples.make_table()

    def work() -> NoReturn:
        """In a process of its own."""
        ours = worker.Worker(QUEUES)
        signal.signal(signal.SIGTERM, lambda *_: ours.is_stopping.set())
        ours.start()
        ours.is_stopping.wait()
        ours.stop(seconds=20)
        os._exit(0)

    def forked() -> int:
        connections.close_all()  # Two processes cannot share one.
        pid = os.fork()
        if pid == 0:
            try:
                work()
            finally:
                os._exit(1)
        return pid

    def enqueue(number: int) -> None:
        for each in range(A_ROUND):
            examples.write_by_itself.enqueue(f"plain {number}.{each}")
            examples.write.enqueue(f"once {number}.{each}")
            with transaction.atomic():
                for _again in range(3):
                    examples.write_keyed.enqueue(f"keyed {number}.{each}")

    chance = random.Random(seed)
    workers = [forked() for _number in range(WORKERS)]
    try:
        for number in range(kills):
            enqueue(number)
            time.sleep(chance.uniform(0.0, 0.4))
            victim = chance.randrange(WORKERS)
            os.kill(workers[victim], signal.SIGKILL)
            os.waitpid(workers[victim], 0)
            workers[victim] = forked()
        unfinished = Job.objects.filter(schedule="", state__in=[State.WAITING, State.RUNNING])
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while unfinished.exists():
            if time.monotonic() > deadline:
                sys.exit(f"left after {GIVE_UP_SECONDS} s: {list(unfinished.values_list('id', 'state', 'tries'))}")
            time.sleep(0.2)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
        for pid in workers:
            os.waitpid(pid, 0)

    done = Counter(examples.written())
    names = [f"{kind} {number}.{each}" for kind in KINDS for number in range(kills) for each in range(A_ROUND)]
    ticks = Job.objects.filter(schedule="on time")
    wrong = [name for name in names if done[name] < 1 or (done[name] > 1 and not name.startswith("plain"))]
    ended = ticks.filter(state=State.DONE).count()
    wrong += [f"{done['tick']} ticks were done, {ended} have ended"] * (done["tick"] != ended)
    wrong += [f"running: {job}" for job in Job.objects.filter(state=State.RUNNING)]
    wrong += [f"failed: {job}" for job in Job.objects.filter(state=State.FAILED)]
    moments = list(ticks.values_list("tick_at", flat=True))
    wrong += ["a tick twice"] * (len(moments) != len(set(moments)))
    again = sum(done[name] > 1 for name in names)
    taken_back = Job.objects.filter(tries__gt=1).count()
    print(f"{kills} kills, {len(names)} jobs, {ended} ticks; {taken_back} taken back, {again} done again", flush=True)
    if wrong:
        sys.exit(f"{len(wrong)} wrong (seed {seed}): {wrong[:20]}")


KINDS = ("plain", "once", "keyed")

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6))
