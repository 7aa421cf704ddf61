"""Real servers for tests that need one: sockets that are cut, several processes, a browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from tests import forks
from tests.forks import ROOT as ROOT

START_SECONDS = 60
APPLICATION = "offers_project.asgi:application"


@dataclass(frozen=True)
class Server:
    """A server process. `url` is its address, `socket_url` that of the live connection, `log` reads what it said."""

    url: str
    process: forks.Process | subprocess.Popen[bytes]
    log: Callable[[], str]

    @property
    def socket_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}/ws/"


@contextmanager
def serving(
    directory: Path, *, kind: str = "uvicorn", application: str = APPLICATION, **environment: str
) -> Iterator[Server]:
    """A server of this `kind` on the database of the test that asks, until the block ends.

    `kind` is `uvicorn` as the product starts it, `uvicorn-plain` with uvicorn's own protocols, or `daphne`. The
    test must commit what it writes (`django_db(transaction=True)`). `environment` goes before the test's own.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"DATABASE_URL": database_url(), "PUBLIC_URL": url} | environment
    path = directory / f"server-{port}.log"
    process = forks.start(command(kind, port, application), os.environ | environment, path)
    server = Server(url=url, process=process, log=lambda: path.read_text(errors="replace"))
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def command(kind: str, port: int, application: str = APPLICATION) -> list[str]:
    match kind:
        case "uvicorn" | "uvicorn-plain":
            options = ["--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "10"]
            if kind == "uvicorn":
                options += ["--ws", "presence.engine.framing:Protocol", "--http", "kernel.request_time:Protocol"]
        case "daphne":
            options = ["--bind", "127.0.0.1", "--port", str(port)]
        case _:
            raise ValueError(kind)
    return [sys.executable, "-m", kind.removesuffix("-plain"), application, *options]


def wait_until_ready(server: Server, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if is_healthy(server):
                return
        except (OSError, HTTPException):
            pass
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"The server did not start:\n{server.log()}")
        time.sleep(0.05)


def is_healthy(server: Server) -> bool:
    """Asked often and by every test that has a server: httpx would read all certificates of the system each time."""
    http = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    try:
        http.request("GET", "/healthz")
        return http.getresponse().status == 200
    finally:
        http.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def database_url() -> str:
    """The test's own database, as `DATABASE_URL` names one."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = f":{quote(at['PASSWORD'], safe='')}" if at["PASSWORD"] else ""
    return f"mysql://{quote(at['USER'], safe='')}{password}@{at['HOST']}:{at['PORT'] or 3306}/{at['NAME']}"
