"""The page Now, live: what drivers answer comes by itself, and what is answered goes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from kernel import clock
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, put_to


@pytest.fixture
def me(server):
    return make_user(full_name="Dana Whitfield")


@pytest.fixture
def open_as(open_page):
    def open_as(user, path: str = "/", **options) -> Page:
        page = open_page(**options)
        page.goto(f"/sign-in?next={path}")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".conn")).to_contain_text("Connected")
        return page

    return open_as


def test_answers_come_and_go_by_themselves(open_as, keep_screenshot, me):
    marisol, walt = make_driver(driver_name="Marisol Quintanilla"), make_driver(driver_name="Walt Jennings")
    marisols, walts = put_to(make_offer(me, rate_ceiling=Decimal(1000)), marisol, walt)
    page, desk = open_as(me), open_as(me, "/trucks/")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()

    answer(marisols, "counter", rate=Decimal(950))
    answer(walts, "accept")
    queue = page.locator("#now-queue")
    expect(queue).to_contain_text("Marisol Quintanilla asks $950 instead of $850")
    expect(queue).to_contain_text("Walt Jennings accepted $850")
    for each in (page, desk):
        expect(each.locator('[data-count="turns"]')).to_have_text("2")
    expect(desk.locator(".toasts")).to_contain_text("Marisol Quintanilla asks $950")
    expect(page.locator("#now-side")).to_contain_text("Walt Jennings accepted")
    keep_screenshot(page, "queue")

    queue.get_by_role("button", name="Counter back").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Rate for the whole load").fill("900")
    dialog.get_by_role("button", name="Send").click()
    expect(queue).not_to_contain_text("Marisol")
    queue.get_by_role("button", name="Award $850").click()
    page.get_by_role("button", name="Award to Walt Jennings").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    for each in (page, desk):
        expect(each.locator('[data-count="turns"]')).to_have_text("")
    expect(page.locator("#now-side")).to_contain_text("Every load is covered.")


def test_the_last_minutes_are_made_longer(open_as, keep_screenshot, me):
    offer = make_offer(me, expires_at=clock.now() + timedelta(minutes=3))
    put_to(offer, make_driver())
    page = open_as(me)
    queue = page.locator("#now-queue")
    expect(queue).to_contain_text(f"#{offer.pk} is closing, and no driver has accepted")
    keep_screenshot(page, "ending")
    queue.get_by_role("button", name="Add 10 min").click()
    # Nothing moves under the pointer, but what is done cannot be done again.
    expect(queue.locator(".todo[inert]")).to_have_count(1)
    expect(queue.locator("h2 + .n")).to_have_text("0")
    page.mouse.move(0, 0)
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    ends = offer.expires_at
    offer.refresh_from_db()
    assert offer.expires_at - ends > timedelta(minutes=9)


def test_on_a_phone_nothing_is_cut_off(open_as, keep_screenshot, me):
    proposal = put_to(make_offer(me), make_driver(driver_name="Wolfeschlegelsteinhausen & Sons Transport"))[0]
    answer(proposal, "counter", rate=Decimal(950))
    page = open_as(me, viewport={"width": 390, "height": 844})
    expect(page.get_by_role("button", name="Accept $950")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep_screenshot(page, "narrow")
