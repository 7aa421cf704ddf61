"""Journeys: people with browsers, a real server, and the database between them.

Every page is watched: an error in its console, a script that fails, or a request to another host fails the journey.
Screenshots go to `var/journeys/`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

from accounts.models import User
from tests.accounts.factories import PASSWORD
from tests.servers import Server, serving

HERE = Path(__file__).parent
SCREENSHOTS = settings.BASE_DIR / "var" / "journeys"
# A refusal that a page shows to its person is no fault of the page.
REFUSED = re.compile(r"responded with a status of (400|401|409|422|429)")
# What a browser and htmx write into the console when an answer does not come; of use only where a test loses answers.
LOST = re.compile(r"net::ERR_|htmx:(sendError|afterRequest)")
expect.set_options(timeout=15_000)  # As long as what pages are asked to do; a busy machine takes its time.
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
    """`open_page(**options)` is a person with a device of their own; `open_page(**PHONE)` one with a phone.

    A test that loses answers (`answers_get_lost`) is not failed by what the console says of that.
    """
    pages: list[Page] = []
    faults: list[str] = []
    expected = [REFUSED, LOST] if "answers_get_lost" in request.fixturenames else [REFUSED]

    def watch_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each.search(message.text) for each in expected):
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
            with suppress(Error):  # It is for people to look at; Chromium cannot always take one on a busy machine.
                page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{number}-end.png")
        page.context.close()
    assert faults == []


@pytest.fixture
def answers_get_lost() -> None:
    """Says that the test loses answers on purpose."""


def come_in(page: Page, user: User, address: str) -> Page:
    """Signs `user`, of the office, in and goes to `address`."""
    page.goto(f"/sign-in?{urlencode({'next': address})}")
    page.fill("input[name=username]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    expect(page.locator(".conn")).to_have_text("Connected")
    return page


@pytest.fixture
def keep_screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`keep_screenshot(page, "awarded")` keeps what is on the page now, for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{request.node.name}-{name}.png")

    return keep
