"""Redis away, gone, and back: nobody waits for it, and nothing durable is lost."""

import shutil
import subprocess
import time

import pytest

from tests.presence.factories import connect, make_user
from tests.servers import free_port


def test_without_redis_everything_durable_still_arrives(serve):
    server = serve(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", HEADS_SECONDS=600)
    olga = make_user()
    with connect(server, olga) as one, connect(server, olga) as two:
        for number in range(20, 40):
            one.ask("note", number=number)
        for device in (one, two):
            device.wait_until(lambda it: len(it.durable) == 20)
        one.ask("listen")
        with connect(server, make_user()) as other:
            other.ask("hum")
            one.wait_for("humming")


class OwnRedis:
    def __init__(self, directory) -> None:
        self.port = free_port()
        self.directory = directory
        self.process = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, cwd=self.directory, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path):
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server")
    own = OwnRedis(tmp_path)
    own.start()
    yield own
    own.stop()


@pytest.mark.services
def test_redis_restarted_under_two_processes(serve, redis):
    url = f"redis://127.0.0.1:{redis.port}/0"
    first, second = serve(REDIS_URL=url), serve(REDIS_URL=url)
    olga = make_user()
    with connect(first, olga) as one, connect(second, olga) as two:
        one.ask("note", number=20)
        two.wait_until(lambda it: len(it.durable) == 1)
        redis.stop()
        for number in range(21, 41):
            one.ask("note", number=number)
        one.wait_until(lambda it: len(it.durable) == 21)
        two.wait_until(lambda it: len(it.durable) == 21)
        redis.start()
        two.ask("listen")
        with connect(first, make_user()) as other:
            # Passing events are lost until both processes have found Redis again, and then not any more.
            deadline = time.monotonic() + 30
            while not any(frame["type"] == "humming" for frame in two.passing):
                assert time.monotonic() < deadline
                other.ask("hum")
                time.sleep(0.2)
        one.ask("note", number=41)
        two.wait_until(lambda it: len(it.durable) == 22)
        assert one.durable == two.durable


@pytest.mark.services
@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_idle_connection_outlives_the_time_outs_of_redis(serve, kind):
    server = serve(kind, HEADS_SECONDS=600)
    with connect(server, make_user()) as device:
        time.sleep(7)  # redis-py gives up a silent connection after 5 s, unless told otherwise.
        assert device.ask("note", number=5)
        device.wait_until(lambda it: it.durable)
