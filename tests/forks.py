"""Processes that begin with the libraries loaded: forked by one that has loaded them and nothing else.

    process = forks.start([sys.executable, "-m", "uvicorn", …], environment, output)

To load Django, uvicorn and what they stand on takes half a second of CPU, and tests start many servers. The settings
and everything else of the product are read anew by each, from the environment that it was given.

`python -m tests.forks` is the process that forks. It reads orders from its input, a line of JSON each, answers each
with a line, and ends with its input, as do those that it has forked.
"""

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = """
    autobahn.twisted.websocket channels.db channels.routing channels_redis.pubsub corsheaders.middleware cronsim
    csp.middleware django.contrib.admin.apps django.contrib.admin.views.main django.contrib.admindocs.views
    django.contrib.auth.apps django.contrib.auth.password_validation django.contrib.messages.middleware
    django.contrib.sessions.backends.db django.contrib.staticfiles.storage django.core.asgi
    django.db.backends.sqlite3.base django.db.migrations.executor django.middleware.locale django.test
    django.views.defaults django_filters django_htmx.middleware django_migration_linter django_stubs_ext
    django_tasks.checks drf_spectacular.utils environ jwt orjson phonenumbers prometheus_client redis.asyncio
    rest_framework.authentication rest_framework.metadata rest_framework.mixins rest_framework.serializers
    unittest.mock uvicorn.lifespan.on uvicorn.loops.uvloop uvicorn.main uvicorn.protocols.http.httptools_impl
    uvicorn.protocols.websockets.websockets_sansio_impl whitenoise.middleware
"""
"""What needs no settings to be loaded. Nothing here makes an event loop: Daphne's own modules would, and two processes
cannot share one."""
Order = dict[str, Any]


class Process:
    """A process that was forked, with what tests use of `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """What it has ended with, minus the signal's number where one has killed it; None as long as it runs."""
        if self.returncode is None:
            self.returncode = _forker().order(ended=self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The same once it has ended; `subprocess.TimeoutExpired` after so many seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if timeout is not None and deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(command: list[str], environment: dict[str, str], output: Path) -> "Process | subprocess.Popen[bytes]":
    """`python -m MODULE …` or `python FILE …`, in the project's directory; what it says goes to the end of `output`.

    Where coverage is measured Python starts it: what is loaded before the fork would not count.
    """
    if any(name.startswith("COVERAGE_PROCESS") for name in os.environ):
        with output.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    python, *arguments = command
    assert python == sys.executable
    return Process(_forker().order(run=arguments, environment=environment, output=str(output)))


class _Forker:
    """The process that forks, one for all tests of a worker."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._turn = threading.Lock()

    def order(self, **order: Any) -> Any:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        with self._turn:
            to.write(json.dumps(order).encode() + b"\n")
            to.flush()
            return json.loads(back.readline())

    def end(self) -> None:
        self._process.communicate()


@cache
def _forker() -> _Forker:
    return _Forker()


def end() -> None:
    """End the process that forks, where there is one, and all that it has forked."""
    if _forker.cache_info().currsize:
        _forker().end()
        _forker.cache_clear()


# --- in the process that forks ----------------------------------------------------------------------------------------


def _take_orders() -> Order:
    """Forks until its input ends, which ends it. Returns only in what was forked, with what that one has to do."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    running: set[int] = set()
    for line in orders:
        order = json.loads(line)
        if "run" in order:
            answer = os.fork()
            if answer == 0:
                orders.close()
                answers.close()
                return order
            running.add(answer)
        else:
            pid, status = os.waitpid(order["ended"], os.WNOHANG)
            running.discard(pid)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    raise SystemExit


def _begin(order: Order) -> Callable[[], object]:
    """Become what was ordered; gives what is to be done."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for given, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, number)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = order["run"]
    if sys.argv[0] == "-m":
        _minus_m, module, *sys.argv[1:] = order["run"]
        return lambda: runpy.run_module(module, run_name="__main__", alter_sys=True)
    return lambda: runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # It ends with its input; those that it has forked mind it.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    for name in LIBRARIES.split():
        import_module(name)
    gc.collect()
    gc.freeze()
    _begin(_take_orders())()
