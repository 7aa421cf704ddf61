"""People, signed in, and servers that know the tests' notes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from presence.doorbell import bus
from presence.doorbell.bus import Batch
from presence.engine import pool
from presence.here import acquaintances
from presence.live import commands
from presence.log import renderers
from tests.presence import notes
from tests.servers import Server, serving

QUICK = {"HEADS_SECONDS": "0.5", "WATCH_SECONDS": "0.5"}
"""What a server looks after by itself, more often than a real one: tests wait for it."""

Serve = Callable[..., Server]


@pytest.fixture(autouse=True)
def known_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notes are known for as long as the test: what the product has registered is looked through by others."""
    monkeypatch.setattr(commands, "_commands", dict(commands._commands))
    monkeypatch.setattr(renderers, "_renderers", dict(renderers._renderers))
    monkeypatch.setattr(renderers, "_passing", set(renderers._passing))
    notes.register()


@pytest.fixture(autouse=True)
def strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No one has met another: each test has hubs of its own, and a process has one."""
    monkeypatch.setattr(acquaintances, "_met", {})


@pytest.fixture(autouse=True)
def breaker(monkeypatch: pytest.MonkeyPatch) -> pool.CircuitBreaker:
    """Whether the database was there last time is no concern of the next test's."""
    breaker = pool.CircuitBreaker()
    monkeypatch.setattr(pool, "_breaker", breaker)
    return breaker


@pytest.fixture
def serve(transactional_db: None, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers on the test's database; they end with the test."""
    with ExitStack() as stack:

        def start(kind: str = "uvicorn", **environment: Any) -> Server:
            given = QUICK | {name: str(value) for name, value in environment.items()}
            started = stack.enter_context(
                serving(tmp_path, kind=kind, application="tests.presence.noting_server:application", **given)
            )
            stack.callback(lambda: print(started.log()))  # Shown where a test fails.
            return started

        yield start


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()


@pytest.fixture(params=["uvicorn", "uvicorn-plain", "daphne"])
def each_serve(request: pytest.FixtureRequest, serve: Serve) -> Serve:
    """Starts servers of either kind."""
    return partial(serve, request.param)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Batch]:
    """What was published, instead of publishing it."""
    batches: list[Batch] = []
    monkeypatch.setattr(bus, "_publisher", batches.append)
    return batches


@pytest.fixture(scope="module")
def module_servers(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Server]]:
    """One server of each kind for all tests of a module that ask for `shared_server` or `each_shared_server`."""
    directory = tmp_path_factory.mktemp("servers")
    with django_db_blocker.unblock(), ExitStack() as stack:

        @cache
        def of(kind: str) -> Server:
            return stack.enter_context(
                serving(directory, kind=kind, application="tests.presence.noting_server:application", **QUICK)
            )

        yield of


@pytest.fixture
def shared_server(transactional_db: None, module_servers: Callable[[str], Server]) -> Server:
    """A server that other tests of the module use as well: for what neither changes it nor needs it fresh.

    It takes a second of CPU to start one.
    """
    return module_servers("uvicorn")


@pytest.fixture(params=["uvicorn", "uvicorn-plain", "daphne"])
def each_shared_server(
    request: pytest.FixtureRequest, transactional_db: None, module_servers: Callable[[str], Server]
) -> Server:
    """The same under both servers."""
    return module_servers(request.param)
