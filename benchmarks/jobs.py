"""`python -m benchmarks.jobs`: how many small jobs a worker does in a second, on MariaDB and on SQLite.

The worker is `manage.py work` in a process of its own. The time runs from the start of the first job to the end of the
last one, by the database's clock.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.database import new_database, settings_on

ROOT = Path(__file__).resolve().parent.parent
GIVE_UP_SECONDS = 600
BATCH = 1000
KINDS = ("small", "small_by_itself")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.jobs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--on", choices=["mariadb", "sqlite"], action="append")
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--here", metavar="KIND", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        print(measured(chosen.here, chosen.jobs, chosen.workers), flush=True)
        return
    for database in chosen.on or ["mariadb", "sqlite"]:
        for kind in chosen.kind or KINDS:
            with ExitStack() as stack:
                url = new_database(stack, "benchmark_jobs") if database == "mariadb" else _sqlite(stack)
                environment = settings_on(stack, url)
                command = [sys.executable, "-m", "benchmarks.jobs", "--here", kind]
                command += ["--jobs", str(chosen.jobs), "--workers", str(chosen.workers)]
                said = subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
                print(f"{database:8} {chosen.workers} worker(s), {kind:16} {said.stdout.strip()}", flush=True)


def measured(kind: str, number: int, workers: int) -> str:
    """Do so many jobs on the database of the settings. Says how fast that was."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db.models import Max, Min

    from benchmarks import job_tasks
    from jobs.backend import new_job
    from jobs.enums import State
    from jobs.models import Job

    call_command("migrate", interactive=False, verbosity=0)
    job_tasks.make_table()
    task = getattr(job_tasks, kind)
    began = time.monotonic()
    for start in range(0, number, BATCH):
        Job.objects.bulk_create([new_job(task, [each]) for each in range(start, min(start + BATCH, number))])
    written = time.monotonic() - began
    ours = Job.objects.filter(task=task.module_path)
    with _working(workers):
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while ours.filter(state__in=[State.WAITING, State.RUNNING]).exists():
            if time.monotonic() > deadline:
                sys.exit(f"{ours.exclude(state=State.DONE).count()} are left")
            time.sleep(0.25)
    if job_tasks.written() != number or ours.exclude(state=State.DONE).exists():
        sys.exit("not every job was done once")
    span = ours.aggregate(began=Min("started_at"), ended=Max("finished_at"))
    seconds = (span["ended"] - span["began"]).total_seconds()
    return f"{number} jobs in {seconds:.1f} s: {number / seconds:.0f} a second (written in {written:.1f} s)"


def _sqlite(stack: ExitStack) -> str:
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="offers-jobs-"))
    return f"sqlite:///{directory}/jobs.sqlite3"


@contextmanager
def _working(workers: int) -> Iterator[None]:
    command = [sys.executable, "manage.py", "work", "--queue", "default"]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _number in range(workers)]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


if __name__ == "__main__":
    main()
