"""The smallest journeys: the doors open in a browser."""

import re

from playwright.sync_api import expect

from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE


def test_whoever_is_signed_out_is_led_to_the_door(open_page, keep_screenshot):
    page = open_page()
    page.goto("/")
    page.wait_for_url("**/sign-in**")
    assert page.locator("form input[type=password]").is_visible()
    keep_screenshot(page, "door")


def test_a_driver_types_the_number_and_pastes_the_code_as_they_come(open_page, server, keep_screenshot):
    """The row has the dashes of a word processor, the driver those of a phone; a stranger guesses in between."""
    make_driver(driver_name="Luz Ortega", cell_phone="701–555–0100")
    page, stranger = open_page(**PHONE), open_page()
    for each in (page, stranger):
        each.goto("/driver/sign-in")
        each.get_by_label("Your phone number").fill("+1 (701) 555‑0100")
        each.get_by_role("button", name="Send me a code").click()
        expect(each.get_by_role("textbox", name="Code")).to_be_visible()
    codes = re.findall(r"SMS to \+17015550100: (\d{6})", server.log())
    assert len(codes) == 2
    wrong = next(text for text in ("000000", "111111", "222222") if text not in codes)
    for _ in range(6):
        stranger.get_by_role("textbox", name="Code").fill(wrong)
        stranger.get_by_role("button", name="Sign in").click()
        expect(stranger.get_by_role("alert")).to_be_visible()

    page.get_by_role("textbox", name="Code").focus()
    page.keyboard.insert_text(f" {codes[0][:3]} {codes[0][3:]} ")
    keep_screenshot(page, "pasted")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/driver/")


def test_a_number_without_its_country_code_is_asked_for_it(open_page, keep_screenshot):
    page = open_page(**PHONE)
    page.goto("/driver/sign-in")
    page.get_by_label("Your phone number").fill("55 1234 5678")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("alert")).to_contain_text("country code")
    keep_screenshot(page, "asked")
