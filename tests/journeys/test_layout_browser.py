"""How every screen lies, at every width, in both languages and themes, with names and amounts that are hard to lay out.

`layout.js` measures: nothing beyond an edge, no word cut without a sign of it, nothing that can be pressed out of its
box, under something else, or smaller than a finger.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from playwright.sync_api import Page

from drivers.models import Driver
from drivers.services import create_link
from kernel.actors import SYSTEM
from tests.accounts.factories import browser_client
from tests.journeys.awkward import Awkward, awkward

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
WIDTHS = (1440, 1024, 768, 390, 320)
HEIGHT = 844
DESK, PHONE = 24, 44
ELSEWHERE = 0
"""The smallest side of what can be pressed, in px; the administration's links are Django's own."""
ERRORS = ("400", "403", "403_csrf", "404", "500")


class Looker:
    """Goes from screen to screen with one page, and keeps what is wrong with each."""

    def __init__(self, page: Page, language: str, keep: Callable[[Page, str], None]) -> None:
        self.page, self.language, self.keep = page, language, keep
        self.faults: list[str] = []

    def is_(self, client: Client) -> None:
        """From now on the page is signed in as this client is."""
        self.page.context.clear_cookies()
        url = self.page.evaluate("location.origin")
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in cookies.items() if value]
            + [{"name": "django_language", "value": self.language, "url": url}]
        )

    def at(self, address: str, *, least: int, opened: Callable[[Page], object] | None = None, name: str = "") -> None:
        """Looks at an address, after `opened` has opened what lies over it."""
        page = self.page
        page.set_viewport_size({"width": 1440, "height": HEIGHT})
        page.goto(address, wait_until="load")
        if opened:
            opened(page)
        self.measure(name or address, least)

    def measure(self, name: str, least: int) -> None:
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            found = self.page.evaluate(LAYOUT, {"width": width, "least": least})
            self.faults += [f"{self.language} {width} {name}: {fault}" for fault in found]
            if found:
                self.keep(self.page, f"{name.strip('/').replace('/', '-') or 'now'}-{width}")


@pytest.fixture
def scene(server) -> Awkward:
    return awkward()


@pytest.fixture(params=[("es", "dark"), ("en", "light")], ids="-".join)
def look(open_page, keep_screenshot, server, request) -> Looker:
    language, theme = request.param
    page = open_page(viewport={"width": 1440, "height": HEIGHT}, reduced_motion="reduce", color_scheme=theme)
    page.goto("/healthz")
    return Looker(page, language, keep_screenshot)


def press(selector: str, wait: str) -> Callable[[Page], object]:
    def opened(page: Page) -> None:
        page.locator(selector).first.click()
        page.locator(wait).first.wait_for()

    return opened


def shown(look: Looker, html: str, name: str, least: int) -> None:
    """A page that the server answers with an error's status, which a browser would write into its console."""
    look.page.route("**/shown", lambda route: route.fulfill(body=html, content_type="text/html"))
    look.at("/shown", least=least, name=name)
    look.page.unroute("**/shown")


def test_before_one_is_inside(look, scene):
    look.is_(Client())
    look.at("/sign-in", least=DESK)
    look.at("/sign-in", least=DESK, name="sign-in-refused", opened=refused_sign_in)
    look.at("/driver/sign-in", least=PHONE)
    look.at("/driver/sign-in", least=PHONE, name="code", opened=code_asked)
    link = create_link(actor=SYSTEM, driver_id=scene.driver.pk)
    look.at(link[link.index("/d/") :], least=PHONE, name="link")
    with translation.override(look.language):
        for name in ERRORS:
            shown(look, render_to_string(f"{name}.html"), name, DESK)
        shown(look, Client().get("/d/none").content.decode(), "link-none", PHONE)
    assert look.faults == [], "\n".join(look.faults)


def refused_sign_in(page: Page) -> None:
    page.fill("#username", "stranger")
    page.fill("#password", "wrong")
    page.click("main form button[type=submit]")
    page.locator("#wrong").wait_for()


def code_asked(page: Page) -> None:
    page.fill("#contact", f"{'driver' * 10}@example.com")
    page.click("main form button[type=submit]")
    page.locator("#code").wait_for()


def test_the_office(look, scene):
    look.is_(browser_client(scene.office))
    offers, drivers = scene.offers, scene.drivers
    desk = f"/offers/?offer={offers['active'].pk}"
    look.at("/", least=DESK)
    look.at("/?whose=all", least=DESK, opened=press(".top summary.me", ".top .menu"), name="menu")
    look.at("/trucks/", least=DESK, opened=press("tbody .pick", ".bar"))
    look.at("/trucks/?near=Dallas&load=120x48x60&status=Available", least=DESK, name="trucks-near")
    look.at("/trucks/", least=DESK, opened=press(".trucks-pick", ".trucks-form .menu"), name="statuses")
    look.at("/trucks/?search=zzzz", least=DESK, name="trucks-none")
    look.at(f"/trucks/?offer={offers['active'].pk}", least=DESK, name="trucks-for-offer")
    look.at("/trucks/", least=DESK, opened=offer_to_ten, name="offer-dialog")
    look.at("/trucks/", least=DESK, opened=refused_offer, name="offer-refused")
    look.at(desk, least=DESK, name="desk")
    for state in ("counter", "accepted", "delivered", "rejected", "expired"):
        look.at(f"{desk}&driver={drivers[state].pk}", least=DESK, opened=press("#chat", "#chat"), name=f"chat-{state}")
    look.at(f"{desk}&driver={drivers['counter'].pk}", least=DESK, opened=found, name="found")
    for name, key in (("counter", "counter"), ("reject", "reject")):
        opened = press(
            f".rate [data-rate-{key}], .rate__do .btn:nth-child({2 if key == 'counter' else 3})", "dialog[open]"
        )
        look.at(f"{desk}&driver={drivers['counter'].pk}", least=DESK, opened=opened, name=f"{name}-dialog")
    award = press('[data-answering-action-param="award"]', "dialog[open]")
    look.at(desk, least=DESK, opened=award, name="award-dialog")
    look.at(desk, least=DESK, opened=withdrawn, name="toast")
    look.at(desk, least=DESK, opened=press("[data-desk-target=edit]", "dialog[open]"), name="edit-dialog")
    look.at(desk, least=DESK, opened=press(".desk__do summary", ".desk__do .menu"), name="more")
    look.at(desk, least=DESK, opened=people, name="people-dialog")
    look.at(desk, least=DESK, opened=lambda page: page.keyboard.press("?"), name="keys")
    for name in ("draft", "assigned", "past"):
        look.at(f"/offers/?offer={offers[name].pk}", least=DESK, name=f"desk-{name}")
    fall_off = press('[data-answering-action-param="fall_off"]', "dialog[open]")
    look.at(f"/offers/?offer={offers['assigned'].pk}", least=DESK, opened=fall_off, name="fall-off-dialog")
    look.at("/offers/?tab=drafts&search=zzzz", least=DESK, name="desk-none")
    look.at("/offers/?tab=past&whose=mine&unread=1", least=DESK, name="desk-unread")
    look.at("/admin/", least=ELSEWHERE)
    assert look.faults == [], "\n".join(look.faults)


def offer_to_ten(page: Page) -> None:
    for number in range(10):
        page.locator("tbody .pick").nth(number).click()
    page.locator('[data-action="ticks#offer"]').click()
    page.locator("dialog[open]").wait_for()


def refused_offer(page: Page) -> None:
    offer_to_ten(page)
    page.locator("dialog[open] [name=pickup_location]").fill("x")
    page.locator("dialog[open] [data-offer-dialog-target=send]").click()
    page.locator("dialog[open] .hint--bad").first.wait_for()


def found(page: Page) -> None:
    page.locator(".chat__head > .btn--icon").click()
    page.locator(".chat__search input").fill("PM")
    page.locator(".chat__found button").first.wait_for()


def withdrawn(page: Page) -> None:
    page.locator('[data-answering-action-param="withdraw"]').first.click()
    page.locator(".toast").wait_for()


def people(page: Page) -> None:
    page.locator(".desk__do summary").click()
    page.locator(".desk__do .menu .opt").first.click()
    page.locator("dialog[open]").wait_for()


def test_the_phone(look, scene):
    look.is_(phone_of(scene.driver))
    offers = scene.offers
    for tab in ("new", "talking", "booked", "past"):
        look.at(f"/driver/?tab={tab}", least=PHONE)
    look.at("/driver/", least=PHONE, opened=press(".da__top summary.me", ".da__top .menu"), name="driver-menu")
    for name in ("new", "countered", "again", "agreed", "refused", "withdrawn"):
        look.at(f"/driver/?offer={offers[name].pk}", least=PHONE, name=f"load-{name}")
        look.at(f"/driver/?offer={offers[name].pk}&chat=1", least=PHONE, name=f"load-{name}-chat")
    new = f"/driver/?offer={offers['new'].pk}"
    look.at(new, least=PHONE, opened=press('[data-action="driver#counter"]', "dialog[open]"), name="counter-sheet")
    look.at(new, least=PHONE, opened=press('[data-action="driver#reject"]', "dialog[open]"), name="reject-sheet")
    look.at(new, least=PHONE, opened=press('[data-action="driver#arm"]', ".btn--armed"), name="armed")
    look.is_(phone_of(scene.booked))
    booked = f"/driver/?offer={offers['assigned'].pk}"
    look.at("/driver/?tab=booked", least=PHONE, name="list-booked")
    look.at(booked, least=PHONE, opened=press("#driver-top summary", "#driver-top .menu"), name="load-booked")
    look.at(booked, least=PHONE, opened=given_back, name="fall-off-sheet")
    look.at(f"{booked}&chat=1", least=PHONE, name="load-booked-chat")
    assert look.faults == [], "\n".join(look.faults)


def given_back(page: Page) -> None:
    page.locator("#driver-top summary").click()
    page.locator("#driver-top .menu .opt").click()
    page.locator("dialog[open]").wait_for()


def phone_of(driver: Driver) -> Client:
    client = Client()
    link = create_link(actor=SYSTEM, driver_id=driver.pk)
    assert client.post(link[link.index("/d/") :]).status_code == 302
    return client
