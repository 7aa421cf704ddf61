"""TASKS=embedded under both servers, and TASKS=worker, where a server leaves jobs alone."""

import time

import httpx
import pytest

from jobs.enums import State
from jobs.models import Job
from tests.jobs.examples import take_long, write
from tests.jobs.test_worker import wait_until
from tests.servers import serving

pytestmark = pytest.mark.django_db(transaction=True)


def jobs_of_the_test():
    return Job.objects.filter(schedule="")


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_a_server_does_jobs_answers_beside_and_ends_in_order(effects, tmp_path, kind):
    with serving(tmp_path, kind=kind, TASKS="embedded") as server:
        write.enqueue("x")
        wait_until(lambda: effects() == ["x"])
        take_long.enqueue(3.0, "long")
        wait_until(lambda: "long begins" in effects())
        began = time.monotonic()
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        assert time.monotonic() - began < 2
        server.process.terminate()
        server.process.wait(timeout=30)
    assert effects() == ["x", "long begins", "long ends"]
    assert {job.state for job in jobs_of_the_test()} == {State.DONE}


def test_servers_of_one_installation_share_the_jobs(effects, tmp_path):
    with serving(tmp_path, TASKS="embedded"), serving(tmp_path, TASKS="embedded"):
        for number in range(60):
            write.enqueue(str(number))
        wait_until(lambda: not jobs_of_the_test().exclude(state=State.DONE).exists())
    assert sorted(effects(), key=int) == [str(number) for number in range(60)]


def test_a_server_leaves_jobs_to_the_worker(effects, tmp_path):
    with serving(tmp_path, TASKS="worker"):
        write.enqueue("x")
        time.sleep(3)
        assert effects() == []
