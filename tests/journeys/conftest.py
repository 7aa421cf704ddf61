"""Journeys: people with browsers, a real server, and the database between them.

Every page is watched: an error in its console, a script that fails, or a request to another host fails the journey.
Screenshots go to `var/journeys/`.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.servers import Server, serving

HERE = Path(__file__).parent
SCREENSHOTS = settings.BASE_DIR / "var" / "journeys"
# A refusal that a page shows to its person is no fault of the page.
REFUSED = re.compile(r"responded with a status of (400|401|409|422|429)")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def server(transactional_db, tmp_path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`open_page(**options)` is a person with a device of their own; `open_page(**PHONE)` one with a phone."""
    pages: list[Page] = []
    faults: list[str] = []

    def watch_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.search(message.text):
            faults.append(f"console: {message.text}")

    def watch_request(sent: Request) -> None:
        if not sent.url.startswith((server.url, server.socket_url, "data:", "blob:", "about:")):
            faults.append(f"another host: {sent.url}")

    def open_one(**options: object) -> Page:
        context = browser.new_context(base_url=server.url, locale="en-US", **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", watch_console)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("request", watch_request)
        pages.append(page)
        return page

    yield open_one
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages, 1):
        if not page.is_closed():
            page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}-end.png")
        page.context.close()
    assert faults == []


@pytest.fixture
def keep_screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`keep_screenshot(page, "awarded")` keeps what is on the page now, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{name}.png")

    return keep
