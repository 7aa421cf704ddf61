"""What every test stands on: a cache of its own, cheap examples, and how often a race is repeated."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pytest
import pytest_django
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from kernel import garbage_collection, limits
from tests import forks
from tests.units import Watch
from tools import catalogues

Made = TypeVar("Made")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

collect_ignore = [] if find_spec("MySQLdb") else ["faults"]
"""The fault tests look into a MariaDB; the quick suite runs where its client cannot be had."""

REPETITIONS = int(os.environ.get("REPETITIONS", "3"))

# The machine that runs the tests is busy and shared: an example that takes long is no failure. Few examples are always
# the same ones, so that an outcome is about the change; many look for what nobody has thought of.
for _profile, _examples in {"quick": 20, "long": 10 * REPETITIONS}.items():
    hypothesis_settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        derandomize=REPETITIONS <= 3,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# Python keeps the frames of its calls in pieces of 16 KB, and asks the kernel for the next piece, and gives it back, at
# every call that happens to cross an end: a tenth of the CPU of a test that goes as deep as Django does. A function
# that claims much room gets a piece of that size, in which the whole test has room.
pytest.Function.runtest.__code__ = pytest.Function.runtest.__code__.replace(co_stacksize=150_000)


OF_ONE_KIND = {"test_schema_is_kept.py": "long", "faults": "faults", "journeys": "browser"}
"""Modules and directories whose tests all have one mark."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What takes long to load is loaded where it runs: examples of the schema, clients of browsers and of MariaDB."""
    mark = OF_ONE_KIND.get(collection_path.name)
    return True if mark and f"not {mark}" in config.getoption("markexpr") else None


def pytest_collection_finish() -> None:
    """Everything is loaded by now: the garbage collector need not look through it after every few tests."""
    garbage_collection.freeze_startup_objects()


def pytest_sessionfinish() -> None:
    forks.end()


@pytest.fixture
def repetitions() -> int:
    """How often a race or a fault is tried: REPETITIONS, 3 unless set; `make test-long` sets 50."""
    return REPETITIONS


@pytest.fixture(autouse=True)
def joining_services_refuse_in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service that another one called has refused before its unit wrote anything, whether or not that was caught."""
    watch = Watch(monkeypatch)
    yield
    assert not watch.late, "\n".join(watch.late)


@pytest.fixture(scope="session", autouse=True)
def words_are_compiled() -> None:
    """Spanish is read from files that are made, not kept; once a process has looked for them, it looks no more."""
    catalogues.compile_all()


@pytest.fixture(scope="session", autouse=True)
def places_stay() -> Iterator[None]:
    """A transactional test ends with every table emptied: all but the places, which migrations load for good."""
    everything = flush.sql_flush
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", lambda *args, **kwargs: _but_places(everything(*args, **kwargs)))
        yield


@pytest.fixture(scope="module")
def for_the_module(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Callable[[Callable[[], Made]], Made]]:
    """Makes rows that every test of the module finds as they were made: `for_the_module(make)` gives what `make` gives.

    They are in a transaction around those of the tests, which a test with real transactions would end.
    """
    assert not [item.nodeid for item in request.session.items if item.path == request.path and _commits(item)]
    stack = ExitStack()

    def make(making: Callable[[], Made]) -> Made:
        with django_db_blocker.unblock():
            stack.enter_context(transaction.atomic())
            stack.callback(transaction.set_rollback, True)
            return making()

    yield make
    with django_db_blocker.unblock():
        stack.close()


def _commits(item: pytest.Item) -> bool:
    database = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(database and database.kwargs.get("transaction"))


def _but_places(statements: list[str]) -> list[str]:
    return [each for each in statements if "places" not in each.replace("`", " ").replace('"', " ").split()]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The system's Chromium, headless; one for all tests of a worker, since a process can have only one at a time."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and the ORM would take that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        # A name that is not localhost: what browsers keep from pages without HTTPS they keep from pages of that one.
        options = ["--no-sandbox", "--host-resolver-rules=MAP desk.test 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def fresh_cache(settings) -> Iterator[None]:
    """No test sees what another has cached. Nothing is flushed: the Redis may be somebody else's."""
    default = settings.CACHES["default"]
    settings.CACHES = {"default": default | {"KEY_PREFIX": f"{default['KEY_PREFIX']}-{uuid4().hex[:8]}"}}
    limits.forget_deferred()
    yield
    if not settings.REDIS_URL:
        cache.clear()


@pytest.fixture(autouse=True)
def language_of_its_own() -> Iterator[None]:
    """The language of a request stays active after it, and would be that of the next test."""
    yield
    translation.deactivate()
