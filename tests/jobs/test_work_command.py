"""`manage.py work`, as a process that is told to end."""

import os
import signal
import sys
import time
from contextlib import contextmanager
from io import StringIO

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_tasks import task

from jobs.enums import State
from jobs.models import Job
from jobs.worker import Worker
from tests import forks
from tests.jobs.examples import hear, heard, take_long, tick, write
from tests.jobs.test_worker import wait_until
from tests.servers import database_url, free_port

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def process(tmp_path, *options):
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    started = forks.start([sys.executable, "manage.py", "work", *options], environment, tmp_path / "log")
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        print((tmp_path / "log").read_text())


def test_once_does_what_is_due_and_ends(effects, capsys):
    write.enqueue("x")
    tick.enqueue()
    call_command("work", "--once", "--queue", "default")
    assert effects() == ["x"]
    assert Job.objects.get(state=State.WAITING).queue == "clock"
    with pytest.raises(CommandError):
        call_command("work", "--once", "--queue", "elsewhere")


def test_sigterm_lets_a_running_job_end(effects, tmp_path):
    take_long.enqueue(2.0, "long")
    with process(tmp_path) as started:
        wait_until(lambda: effects() == ["long begins"], seconds=60)
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=20) == 0
    assert effects() == ["long begins", "long ends"]
    assert Job.objects.filter(task__contains="take_long").get().state == State.DONE


def test_a_worker_serves_what_it_has_counted(effects, tmp_path):
    port = free_port()
    with process(tmp_path, "--queue", "default", "--metrics", str(port)):
        hear.enqueue()
        wait_until(lambda: Job.objects.filter(task__endswith=".hear").get().state == State.DONE, seconds=60)
        time.sleep(0.1)
        said = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert 'job_seconds_count{task="tests.jobs.examples.hear"} 1.0' in said


@pytest.mark.parametrize(("threads", "expected"), [(1, (1, 1, 2)), (4, (1, 4, 4)), (0, (1, 1, 2))])
def test_a_process_of_its_own_has_as_many_threads_as_the_settings_say(monkeypatch, settings, threads, expected):
    settings.JOBS = settings.JOBS | {"WORKER_THREADS": threads}
    seen = []
    monkeypatch.setattr(Worker, "do_all", lambda self: seen.append(self.queues) or 0)
    call_command("work", "--once", stdout=StringIO())
    call_command("work", "--once", "--queue", "default", stdout=StringIO())
    whole = dict(zip(("clock", "default", "outside"), expected, strict=True))
    assert seen == [whole, {"default": whole["default"]}]


@task(in_transaction=True, tries=1)
def tell_patience():
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@idle_transaction_timeout")
        heard.extend(cursor.fetchone())


@pytest.mark.services
def test_a_worker_that_stops_in_a_transaction_leaves_no_lock_for_longer_than_a_lease(monkeypatch):
    if connection.vendor != "mysql":
        pytest.skip("This is about MariaDB.")
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "init_command", options["init_command"])
    connection.close()
    tell_patience.enqueue()
    connection.close()
    call_command("work", "--once", stdout=StringIO())
    connection.close()
    assert heard == [60]
