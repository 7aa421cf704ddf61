"""What both products stand on: a MariaDB that writes each commit to the disk, a Redis, a database for each."""

import os
import pickle
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import jwt
import psutil

from benchmarks.data import Wanted
from benchmarks.people import Pair, People
from tools import with_services

if TYPE_CHECKING:
    from MySQLdb.cursors import Cursor

ROOT = Path(__file__).resolve().parent.parent
OURS, REFERENCE = "benchmark_ours", "benchmark_reference"


@dataclass(frozen=True)
class Ground:
    database: str
    """The address without the name of a database."""
    redis_url: str
    keys: str
    """Signs the tokens of both products."""
    directory: Path
    pids: Mapping[str, Sequence[int]]
    """MariaDB's and Redis's, where they run here."""

    @property
    def our_environment(self) -> dict[str, str]:
        """The settings of a real installation; only the limit on what one person may send is out of reach."""
        return {
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(self.directory),
            "DATABASE_URL": f"{self.database}/{OURS}",
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.keys,
            "JWT_SIGNING_KEY": self.keys,
            "ACCESS_TOKEN_SECONDS": "7200",
            "MESSAGES_BURST": "1000000",
            "MESSAGES_PER_SECOND": "1000000",
            "LOG_LEVEL": "WARNING",
        }

    @property
    def reference_environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": f"{self.database}/{REFERENCE}",
            "REDIS_URL": self.redis_url,
            "JWT_KEY": self.keys,
            "NODE_ENV": "production",
        }


@contextmanager
def standing(directory: Path) -> Iterator[Ground]:
    """Throw-away ones, unless `DATABASE_URL` and `REDIS_URL` name others; databases of these names are made anew."""
    with ExitStack() as stack:
        database = with_services.database_url(stack, durable=True).rpartition("/")[0]
        redis_url = with_services.redis_url(stack)
        pids: dict[str, list[int]] = {"mariadb": [], "redis": []}
        for child in psutil.Process().children():
            for name in pids:
                if child.name().startswith(name):
                    pids[name].append(child.pid)
        yield Ground(database, redis_url, secrets.token_urlsafe(48), directory, pids)


def make_ours(ground: Ground, wanted: Wanted) -> People:
    """An empty database, its tables, and whoever takes part."""
    _anew(ground, OURS)
    environment = os.environ | ground.our_environment
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"], check=True, cwd=ROOT, env=environment
    )
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.data"],
        check=True,
        cwd=ROOT,
        env=environment,
        input=pickle.dumps(wanted),
        stdout=subprocess.PIPE,
    )
    people: People = pickle.loads(made.stdout)  # noqa: S301 -- from the process that was started here
    return people


def make_reference(ground: Ground, people: People) -> People:
    """The same pairs in the reference's tables, with tokens of its own."""
    _anew(ground, REFERENCE)
    with _connected(ground, REFERENCE) as cursor:
        for statement in (Path(__file__).parent / "reference" / "schema.sql").read_text().split(";"):
            if statement.strip():
                cursor.execute(statement)
        cursor.executemany(
            "INSERT INTO chats (offer_id, driver_id, dispatcher_id) VALUES (%s, %s, %s)",
            [(pair.offer_id, pair.driver_id, pair.dispatcher_id) for pair in people.pairs],
        )

    def token(kind: str, id_: int, role: str) -> str:
        claims = {"user_type": kind, "user_id": id_, "name": f"{role.title()} {id_}", "role": role}
        return jwt.encode(claims, ground.keys, algorithm="HS256")

    pairs = [
        Pair(
            pair.offer_id,
            pair.dispatcher_id,
            pair.driver_id,
            token("dispatcher", pair.dispatcher_id, "dispatcher"),
            token("driver", pair.driver_id, "driver"),
        )
        for pair in people.pairs
    ]
    desks = [token("dispatcher", 10**6 + number, "manager") for number in range(len(people.desks))]
    idle = [token("driver", number, "driver") for number in range(1, len(people.idle) + 1)]
    return People(pairs=pairs, desks=desks, idle=idle, returning=(), crowd=people.crowd)


def versions(ground: Ground) -> dict[str, str]:
    with _connected(ground, "") as cursor:
        cursor.execute("SELECT VERSION(), @@innodb_flush_log_at_trx_commit")
        version, flush = cursor.fetchone()
    return {"MariaDB": f"{version}, innodb_flush_log_at_trx_commit={flush}"}


def _anew(ground: Ground, name: str) -> None:
    with _connected(ground, "") as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")


@contextmanager
def _connected(ground: Ground, name: str) -> "Iterator[Cursor]":
    import MySQLdb  # Only who measures needs it: what tables and figures look like is tried without.

    at = urlsplit(ground.database)
    connection = MySQLdb.connect(
        host=at.hostname or "127.0.0.1",
        port=at.port or 3306,
        user=unquote(at.username or "root"),
        password=unquote(at.password or ""),
        database=name,
        autocommit=True,
        charset="utf8mb4",
    )
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
