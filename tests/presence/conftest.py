"""People, signed in, and servers that know the tests' notes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.presence import notes
from tests.servers import Server, serving

QUICK = {"HEADS_SECONDS": "0.5", "WATCH_SECONDS": "0.5"}
"""What a server looks after by itself, more often than a real one: tests wait for it."""

Serve = Callable[..., Server]


@pytest.fixture(autouse=True)
def known_notes() -> None:
    notes.register()


@pytest.fixture
def serve(transactional_db: None, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers on the test's database; they end with the test."""
    with ExitStack() as stack:

        def start(kind: str = "uvicorn", **environment: Any) -> Server:
            given = QUICK | {name: str(value) for name, value in environment.items()}
            started = stack.enter_context(
                serving(tmp_path, kind=kind, application="tests.presence.live:application", **given)
            )
            stack.callback(lambda: print(started.log()))  # Shown where a test fails.
            return started

        yield start


@pytest.fixture
def server(serve: Serve) -> Server:
    return serve()
