"""Runs a command with a MariaDB and a Redis: `python tools/with_services.py COMMAND ...`.

`DATABASE_URL` and `REDIS_URL` name running ones. What they do not name is started for this command alone, on a free
port and in a temporary directory, and is gone afterwards. Where the programs for that are missing, the usual ports of
this machine are tried last. Answers the command's own exit code, or 1 with a sentence when there is nothing to run on.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

START_SECONDS = 60
# Debian keeps servers out of an ordinary user's PATH.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(*names: str) -> str | None:
    return next((path for name in names if (path := shutil.which(name, path=SEARCH_PATH))), None)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def mariadb_answers(port: int) -> bool:
    """MariaDB speaks first, as soon as it takes connections."""
    return _says(port, b"") != b""


def redis_answers(port: int) -> bool:
    return _says(port, b"PING\r\n").startswith(b"+PONG")


def _says(port: int, greeting: bytes) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(greeting)
            return connection.recv(64)
    except OSError:
        return b""


@contextmanager
def server(command: list[str], directory: Path, ready: Callable[[int], bool], port: int) -> Iterator[None]:
    """A process that answers on `port`, from when it does until the block ends."""
    log = directory / "log"
    with log.open("wb") as output:
        # A session of its own: Ctrl-C ends the tests first, and only then what they stand on.
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=directory, start_new_session=True)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready(port):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.kill()  # Nothing of it is kept, so nothing has to be put in order.
        process.wait()


def in_memory() -> str | None:
    """A directory whose files cost no disk, where there is one with room for the databases of all workers."""
    at = "/dev/shm"  # noqa: S108 -- what is made there has a name of its own and a mode of 700
    return at if os.access(at, os.W_OK) and shutil.disk_usage(at).free > 2 << 30 else None


@contextmanager
def own_mariadb(install: str, daemon: str, *, durable: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="offers-mariadb-", dir=None if durable else in_memory()) as name:
        directory, port = Path(name), free_port()
        data = directory / "data"
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        made = subprocess.run(
            [install, "--no-defaults", *as_root, f"--datadir={data}", "--auth-root-authentication-method=normal",
             "--skip-test-db", "--skip-name-resolve"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            sys.exit(f"{install} failed:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
        command = [
            daemon, "--no-defaults", *as_root, f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
            f"--socket={directory / 'socket'}", f"--pid-file={directory / 'pid'}", "--max-connections=500",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
            "--innodb-buffer-pool-size=256M", f"--innodb-flush-log-at-trx-commit={int(durable)}",
            f"--innodb-doublewrite={int(durable)}", "--skip-log-bin",
        ]  # fmt: skip
        with server(command, directory, mariadb_answers, port):
            yield f"mysql://root@127.0.0.1:{port}/driver_offers"


@contextmanager
def own_redis(daemon: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="offers-redis-") as name:
        port = free_port()
        command = [daemon, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with server(command, Path(name), redis_answers, port):
            yield f"redis://127.0.0.1:{port}/0"


def database_url(stack: ExitStack, *, durable: bool = False) -> str:
    """A throw-away one writes each commit to the disk when it is to be `durable`; tests need not wait for that."""
    if given := os.environ.get("DATABASE_URL", ""):
        if not given.startswith("mysql:"):
            sys.exit(f"DATABASE_URL={given} is no MariaDB or MySQL; unset it, or name one with mysql://…")
        return given
    install, daemon = program("mariadb-install-db", "mysql_install_db"), program("mariadbd", "mysqld")
    if install and daemon:
        return stack.enter_context(own_mariadb(install, daemon, durable=durable))
    if mariadb_answers(3306):
        return "mysql://root@127.0.0.1:3306/driver_offers"
    sys.exit("There is no MariaDB: name one in DATABASE_URL, or install mariadb-server for a throw-away one.")


def redis_url(stack: ExitStack) -> str:
    if given := os.environ.get("REDIS_URL", ""):
        return given
    if daemon := program("redis-server"):
        return stack.enter_context(own_redis(daemon))
    if redis_answers(6379):
        return "redis://127.0.0.1:6379/0"
    sys.exit("There is no Redis: name one in REDIS_URL, or install redis-server for a throw-away one.")


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the throw-away ones end with us.
    with ExitStack() as stack:
        services = {"DATABASE_URL": database_url(stack), "REDIS_URL": redis_url(stack)}
        print("Running on", *(url.rpartition("@")[2] for url in services.values()), flush=True)
        process = subprocess.Popen(command, env=os.environ | services)
        stack.callback(process.terminate)
        try:
            return process.wait()
        except KeyboardInterrupt:
            return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
