"""The servers that are compared, each one process."""

import os
import resource
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clients.websocket import Address
from benchmarks.ground import ROOT, Ground
from tools import with_services

START_SECONDS = 60
REFERENCE = Path(__file__).resolve().parent / "reference"
OURS = "offers_project.asgi:application"


@dataclass(frozen=True)
class Kind:
    """A way to serve one of the two products."""

    name: str
    product: str
    """`ours` or `reference`."""
    arguments: Sequence[str]
    """`{port}` stands for the port."""


def uvicorn(implementation: str = "presence.engine.framing:Protocol") -> Kind:
    """As README.md runs it for real."""
    options = ["--no-access-log", "--no-server-header", "--ws-max-size", "1048576", "--ws-per-message-deflate", "false"]
    options += ["--ws", implementation, "--timeout-graceful-shutdown", "2"]
    options += ["--http", "kernel.request_time:Protocol"]
    command = [sys.executable, "-m", "uvicorn", OURS, "--host", "127.0.0.1", "--port", "{port}", *options]
    return Kind(f"uvicorn, {implementation}", "ours", command)


def daphne() -> Kind:
    command = [sys.executable, "-m", "daphne", "--bind", "127.0.0.1", "--port", "{port}", "--verbosity", "0", OURS]
    return Kind("Daphne", "ours", command)


def node() -> Kind:
    return Kind("Socket.IO on Node", "reference", [node_program(), "server.js"])


def node_program() -> str:
    found = shutil.which("node")
    if found is None:
        sys.exit("There is no Node: the reference needs version 20 or newer.")
    return found


@dataclass(frozen=True)
class Server:
    kind: Kind
    address: Address
    pid: int

    @property
    def product(self) -> str:
        return self.kind.product


@contextmanager
def serving(kind: Kind, ground: Ground) -> Iterator[Server]:
    """A server of this kind, from when it answers until the block ends."""
    port = with_services.free_port()
    arguments = [each.format(port=port) for each in kind.arguments]
    log = ground.directory / f"{kind.product}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            arguments,
            cwd=ROOT if kind.product == "ours" else REFERENCE,
            env=os.environ | _environment(kind, ground, port),
            stdout=output,
            stderr=output,
            preexec_fn=_many_files,
        )
    try:
        _wait_until_ready(process, port, log)
        yield Server(kind, Address("127.0.0.1", port), process.pid)
    except BaseException:
        print(f"{kind.name} has said last:\n{_end_of(log)}", file=sys.stderr)
        raise
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(kind: Kind, ground: Ground, port: int) -> Mapping[str, str]:
    if kind.product == "ours":
        return ground.our_environment | {"PUBLIC_URL": f"http://127.0.0.1:{port}", "DRAIN_SECONDS": "0.2"}
    return ground.reference_environment | {"PORT": str(port)}


def _many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The server did not start:\n{_end_of(log)}")
        time.sleep(0.05)


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]
