"""A MariaDB and a Redis that tests may stop, freeze, restart and starve: throw-away ones, not those of the machine."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import MySQLdb
import pytest
import redis
from MySQLdb.cursors import DictCursor

from tests.servers import free_port
from tools.with_services import mariadb_answers, program, redis_answers

START_SECONDS = 60
MAX_CONNECTIONS = 200
DATABASE = "driver_offers"
FEWEST_CONNECTIONS = 10
"""Less than that MariaDB does not take."""
STRANGER = "stranger"
PERSON = "offers"
"""Whom the product signs in as: somebody without the privileges that `read_only` and `max_connections` do not bind."""


class Process:
    """Something that answers on a port, and can be made not to."""

    def __init__(self, directory: Path, command: list[str], port: int, answers: Callable[[int], bool]) -> None:
        self.port = port
        self._directory = directory
        self._command = command
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin, or begin again with the same data, and wait until it answers."""
        log = self._directory / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=self._directory, stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self._command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Gone at once, as when a machine loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def gone(self) -> Iterator[None]:
        self.kill()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and says nothing, as when a disk hangs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


class OwnRedis(Process):
    def __init__(self, directory: Path) -> None:
        port = free_port()
        command = [_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
        super().__init__(directory, [*command, "--save", "", "--appendonly", "no"], port, redis_answers)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def do(self, *command: Any) -> Any:
        with redis.Redis(port=self.port) as client:
            return client.execute_command(*command)


class OwnMariaDB(Process):
    """What is committed outlives `kill`: it is with the operating system by then."""

    def __init__(self, directory: Path) -> None:
        port, data = free_port(), directory / "data"
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            [_program("mariadb-install-db", "mysql_install_db"), "--no-defaults", *as_root, f"--datadir={data}",
             "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"],
            check=True, capture_output=True,
        )  # fmt: skip
        command = [
            _program("mariadbd", "mysqld"), "--no-defaults", *as_root, f"--datadir={data}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={directory / 'socket'}", f"--pid-file={directory / 'pid'}",
            f"--max-connections={MAX_CONNECTIONS}", "--skip-name-resolve", "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=32M",
            "--innodb-flush-log-at-trx-commit=2", "--skip-log-bin",
        ]  # fmt: skip
        super().__init__(directory, command, port, mariadb_answers)

    def url(self, database: str = DATABASE) -> str:
        return f"mysql://{PERSON}@127.0.0.1:{self.port}/{database}"

    def make_database(self) -> None:
        with self.session(database=None) as session:
            session.do(f"CREATE DATABASE {DATABASE}")
            session.do(f"CREATE USER {PERSON}@'127.0.0.1', {STRANGER}@'127.0.0.1'")
            session.do(f"GRANT ALL ON `{DATABASE}%`.* TO {PERSON}@'127.0.0.1'")

    def copy_database(self, name: str) -> None:
        """Another database with the same rows, for a server that may spoil them. Constraints are not copied."""
        with self.session() as session:
            session.do(f"CREATE DATABASE {name}")
            for row in session.do("SELECT table_name AS it FROM information_schema.tables WHERE table_schema = %s",
                                  DATABASE):  # fmt: skip
                session.do(f"CREATE TABLE {name}.`{row['it']}` LIKE {DATABASE}.`{row['it']}`")
                session.do(f"INSERT INTO {name}.`{row['it']}` SELECT * FROM {DATABASE}.`{row['it']}`")

    @contextmanager
    def session(self, database: str | None = DATABASE) -> Iterator["Session"]:
        """A connection of the one who may do everything."""
        connection = MySQLdb.connect(
            host="127.0.0.1", port=self.port, user="root", cursorclass=DictCursor, charset="utf8mb4", autocommit=True,
            **({"database": database} if database else {}),
        )  # fmt: skip
        try:
            yield Session(connection)
        finally:
            with suppress(MySQLdb.Error):
                connection.close()

    def rows(self, statement: str, *values: Any, database: str = DATABASE) -> list[dict[str, Any]]:
        with self.session(database) as session:
            return session.do(statement, *values)

    @contextmanager
    def set_to(self, **variables: Any) -> Iterator[None]:
        """Global variables, and what they were again."""
        before = {name: self.rows(f"SELECT @@GLOBAL.{name} AS it")[0]["it"] for name in variables}
        with self.session() as session:
            for name, value in variables.items():
                session.do(f"SET GLOBAL {name} = %s", value)
        try:
            yield
        finally:
            with self.session() as session:
                for name, value in before.items():
                    session.do(f"SET GLOBAL {name} = %s", value)

    @contextmanager
    def locked(self, statement: str, *values: Any, database: str = DATABASE) -> Iterator[None]:
        """A transaction of somebody else's that has done something, and does not come to an end."""
        with self.session(database) as session:
            session.do("BEGIN")
            session.do(statement, *values)
            try:
                yield
            finally:
                session.do("ROLLBACK")

    @contextmanager
    def out_of_connections(self) -> Iterator[None]:
        """Somebody else takes every connection that there is; the product's own are ended."""
        taken: list[Any] = []
        with self.session() as session:  # There is one more for whoever may do everything, and no second one.
            (before,) = session.do("SELECT @@GLOBAL.max_connections AS it")
            session.do("SET GLOBAL max_connections = %s", FEWEST_CONNECTIONS)
            try:
                while len(taken) < FEWEST_CONNECTIONS - 1:
                    self._end_connections(session)
                    with suppress(MySQLdb.OperationalError):
                        taken.append(MySQLdb.connect(host="127.0.0.1", port=self.port, user=STRANGER))
                self._end_connections(session)
                yield
            finally:
                session.do("SET GLOBAL max_connections = %s", before["it"])
                for connection in taken:
                    connection.close()

    def end_connections(self) -> int:
        """End every connection of the product. Gives how many."""
        with self.session() as session:
            return self._end_connections(session)

    @staticmethod
    def _end_connections(session: "Session") -> int:
        ended = 0
        for row in session.do("SELECT id FROM information_schema.processlist WHERE user = %s", PERSON):
            with suppress(MySQLdb.Error):  # It has gone by itself.
                session.do(f"KILL {row['id']}")
                ended += 1
        return ended

    def deadlocks(self) -> int:
        (row,) = self.rows("SELECT variable_value AS it FROM information_schema.global_status "
                           "WHERE variable_name = 'innodb_deadlocks'")  # fmt: skip
        return int(row["it"])


class Session:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def do(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        cursor = self._connection.cursor()
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def _program(*names: str) -> str:
    path = program(*names)
    if path is None:
        pytest.skip(f"no {names[0]}")
    return path
