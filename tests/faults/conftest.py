"""The stage of the fault tests: a MariaDB and a Redis of their own, people, two servers, and a crowd on them."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.faults import checks
from tests.faults.crowd import PATIENCE, Crowd
from tests.faults.services import DATABASE, OwnMariaDB, OwnRedis
from tests.servers import ROOT, Server, serving

HERE = Path(__file__).parent
FAULTY = "tests.faults.faulty:application"
PAIRS = int(os.environ.get("FAULTS_PAIRS", "20"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
SAMPLE = os.environ.get("FAULTS_SAMPLE", "")
"""How many of the faults are tried, chosen by the seed; all unless set."""

QUICK = {
    "ACCESS_TOKEN_SECONDS": "86400",
    "HEADS_SECONDS": "0.5",
    "WATCH_SECONDS": "1",
    "DATABASE_CONNECT_TIMEOUT": "2",
    "DATABASE_ANSWER_SECONDS": "4",
    "DATABASE_LOCK_SECONDS": "2",
}
"""What servers look after, and how long they wait, in less time than real ones: tests wait for it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mine = [item for item in items if HERE in Path(item.path).parents]
    for item in mine:
        item.add_marker(pytest.mark.faults)
    if not mine or not SAMPLE:
        return
    chosen = set(random.Random(SEED).sample(sorted(item.nodeid for item in mine), min(int(SAMPLE), len(mine))))
    left_out = [item for item in mine if item.nodeid not in chosen]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@dataclass
class Stage:
    """Where it plays: `people` as `stage.py` has printed them, and what they all work on."""

    mariadb: OwnMariaDB
    redis: OwnRedis
    people: list[dict[str, Any]]
    directory: Path

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        return QUICK | {"DATABASE_URL": self.mariadb.url(database), "REDIS_URL": self.redis.url}

    @contextmanager
    def serve(self, kind: str = "uvicorn", database: str = DATABASE, **environment: Any) -> Iterator[Server]:
        given = self.environment(database) | {name: str(value) for name, value in environment.items()}
        with serving(self.directory, kind=kind, application=FAULTY, **given) as server:
            yield server

    @contextmanager
    def crowd(self, servers: Sequence[Server], database: str = DATABASE, **options: Any) -> Iterator[Crowd]:
        """Everybody, connected and talking, from where their streams are now."""
        rows = partial(self.mariadb.rows, database=database)
        heads = {(row["actor_type"], row["actor_id"]): row["seq"] for row in rows("SELECT * FROM stream_heads")}
        people = [person | {"head": heads[tuple(person["key"])]} for person in self.people]
        (epoch,) = rows("SELECT epoch FROM stream_epoch")
        addresses = [server.socket_url for server in servers]
        with Crowd(people, addresses, epoch=epoch["epoch"], seed=SEED, **options) as crowd:
            crowd.everybody_is_here()
            yield crowd


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("faults")
    for name in ("mariadb", "redis"):
        (directory / name).mkdir()
    mariadb, redis = OwnMariaDB(directory / "mariadb"), OwnRedis(directory / "redis")
    with ExitStack() as stack:
        for service in (mariadb, redis):
            stack.callback(service.kill)
            service.start()
        mariadb.make_database()
        it = Stage(mariadb, redis, [], directory)
        made = subprocess.run(
            [sys.executable, "-m", "tests.faults.stage", str(PAIRS)],
            cwd=ROOT, env=os.environ | it.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        it.people = json.loads(made.stdout)
        yield it


@pytest.fixture(scope="session")
def triggers(stage: Stage) -> Path:
    directory = stage.directory / "triggers"
    directory.mkdir()
    return directory


@pytest.fixture(scope="session")
def pair(stage: Stage, triggers: Path) -> Iterator[list[Server]]:
    """Two servers, one of each kind, for every test that neither kills nor changes them: they must recover by
    themselves.
    """
    with stage.serve("uvicorn", TRIGGERS=triggers) as one, stage.serve("daphne", TRIGGERS=triggers) as other:
        yield [one, other]


Servers = Callable[..., list[Server]]


@pytest.fixture
def servers(stage: Stage, tmp_path: Path) -> Iterator[Servers]:
    """Starts servers of a test's own; they end with the test."""
    with ExitStack() as stack:

        def start(*kinds: str, **environment: Any) -> list[Server]:
            given = {"TRIGGERS": tmp_path} | environment
            started = [stack.enter_context(stage.serve(kind, **given)) for kind in kinds]
            for server in started:
                stack.callback(lambda server=server: print(server.log()[-20000:]))  # Shown where a test fails.
            return started

        yield start


@pytest.fixture
def idle_seconds() -> float:
    """Longer than the 5 s after which redis-py gives up a silent connection; more by hand."""
    return float(os.environ.get("FAULTS_IDLE_SECONDS", "7"))


@pytest.fixture
def crowd(stage: Stage, pair: list[Server]) -> Iterator[Crowd]:
    """The crowd on the two servers."""
    with stage.crowd(pair) as crowd:
        yield crowd
        print({"refused": dict(crowd.refusals), "acked": len(crowd.acked), "slowest": crowd.slowest})
    for server in pair:
        print(server.log()[-20000:])


@pytest.fixture
def nobody(stage: Stage) -> None:
    """Whom earlier tests have left behind, in servers that were killed, has gone."""
    for statement in ("DELETE FROM socket_sessions", "UPDATE attendance SET online = 0"):
        stage.mariadb.rows(statement)


_copies = count(1)


@pytest.fixture
def spoiled(stage: Stage) -> str:
    """The name of a database that may be spoiled."""
    name = f"{DATABASE}_{next(_copies)}"
    stage.mariadb.copy_database(name)
    return name


def everything_is_right(stage: Stage, crowd: Crowd, patience: float = PATIENCE) -> None:
    """The load ends, everybody settles, and nothing is wrong."""
    assert checks.violations(crowd, stage.mariadb.rows, patience) == []
