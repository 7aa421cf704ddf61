"""The main job, end to end: a load is offered to three hand-picked drivers, negotiated in live chat, and awarded."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from drivers.models import Driver
from drivers.services import create_link
from kernel.actors import SYSTEM
from offers.models import Proposal
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE

NAMES = ("Terrence Boyd", "Marisol Quintanilla", "Walt Jennings")


@pytest.fixture
def dana(server) -> User:
    return make_user(username="dana", full_name="Dana Whitfield")


@pytest.fixture
def drivers(server) -> list[Driver]:
    """Three near Dallas, and one whose truck stands far away."""
    make_driver(
        driver_name="Faye Farr", city_state_zip="Seattle, WA 98101", latitude="47.61000000", longitude="-122.33000000"
    )
    return [make_driver(driver_name=name) for name in NAMES]


def test_a_load_is_offered_negotiated_and_awarded(open_page, keep_screenshot, dana, drivers):
    office = open_page(viewport={"width": 1440, "height": 900})
    sign_in(office, dana)

    # Terrence holds his phone already; the others open their links when the offer is there.
    terrence = phone_of(open_page, drivers[0])
    expect(terrence.get_by_text("No offers now")).to_be_visible()

    choose_trucks(office, keep_screenshot)
    make_offer(office, keep_screenshot)
    offer_id = int(Proposal.objects.values_list("offer_id", flat=True).distinct().get())
    expect(office.locator("#desk-offer")).to_contain_text(f"#{offer_id}")
    expect(office.locator("#desk-offer").get_by_role("button", name="Add 10 min")).to_be_visible()
    for name in NAMES:
        expect(row(office, name)).to_be_visible()

    load = terrence.locator(".load")
    expect(load).to_contain_text("$850")
    expect(load).to_contain_text("Dallas, TX")
    keep_screenshot(terrence, "04-phone-has-it-at-once")
    marisol, walt = (phone_of(open_page, driver) for driver in drivers[1:])
    for phone in (marisol, walt):
        expect(phone.locator(".load")).to_contain_text("$850")
    for phone in (terrence, marisol, walt):
        expect(phone.locator("body")).not_to_contain_text("Hidden Gate")
        expect(phone.locator("body")).not_to_contain_text("Covert")
    keep_screenshot(office, "05-desk-sent")

    for name, phone in zip(NAMES, (terrence, marisol, walt), strict=True):
        phone.locator(".load .cover").click()
        expect(row(office, name)).to_contain_text("Seen")
    accepts(terrence, keep_screenshot)
    expect(row(office, NAMES[0]).get_by_role("button", name="Award $850")).to_be_visible()
    counters(marisol, "1,100", keep_screenshot)
    expect(row(office, NAMES[1]).get_by_role("button", name="Counter back")).to_be_visible()
    refuses(walt, keep_screenshot)
    expect(row(office, NAMES[2])).to_contain_text("Too far")
    expect(office.locator('[data-count="turns"]')).to_have_text("2")
    keep_screenshot(office, "09-desk-answers")

    counter_back(office, keep_screenshot)
    expect(marisol.locator("#driver-page")).to_contain_text("$975")
    keep_screenshot(marisol, "11-phone-countered")

    chat(office, marisol, keep_screenshot)

    marisol.get_by_role("link", name="Back to the offer").click()
    marisol.get_by_role("button", name="Accept $975").click()
    take_it(marisol)
    award = row(office, NAMES[1]).get_by_role("button", name="Award $975")
    award.click()
    office.get_by_role("button", name=f"Award to {NAMES[1]}").click()
    expect(marisol.locator("#driver-page")).to_contain_text("This load is yours")
    expect(marisol.locator("#driver-page")).to_contain_text("17 Hidden Gate Rd")
    expect(terrence.locator("#driver-page")).to_contain_text("Covered")
    expect(row(office, NAMES[1])).to_contain_text("Awarded")
    expect(office.locator("#desk-offer")).to_contain_text("Assigned")
    keep_screenshot(office, "15-desk-awarded")
    keep_screenshot(marisol, "16-phone-awarded")
    keep_screenshot(terrence, "17-phone-covered")
    keep_screenshot(walt, "18-phone-refused")

    office.get_by_role("navigation", name="Pages").get_by_role("link", name="Now").click()
    expect(office.get_by_text("Every load is covered.")).to_be_visible()
    expect(office.locator("#now-side")).to_contain_text(f"Dana Whitfield awarded #{offer_id} to {NAMES[1]} for $975")
    keep_screenshot(office, "19-now-nothing-waits")

    statuses = dict(Proposal.objects.values_list("driver_id", "status"))
    assert statuses == dict(zip((each.pk for each in drivers), ("lost", "awarded", "rejected"), strict=True))


def sign_in(page: Page, user: User) -> None:
    page.goto("/sign-in")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))
    is_live(page)


def phone_of(open_page, driver: Driver) -> Page:
    page = open_page(**PHONE)
    page.goto(urlsplit(create_link(actor=SYSTEM, driver_id=driver.pk)).path)
    page.get_by_role("button", name="Yes, show my offers").click()
    page.wait_for_url("**/driver/")
    is_live(page)
    return page


def is_live(page: Page) -> None:
    expect(page.locator(".conn")).to_contain_text("Connected")


def row(office: Page, name: str) -> Locator:
    return office.locator("#desk-drivers .drv").filter(has_text=name)


def choose_trucks(office: Page, keep_screenshot) -> None:
    office.get_by_role("link", name="Trucks").click()
    office.wait_for_url("**/trucks/")
    expect(office.get_by_text("4 of 4 trucks match")).to_be_visible()
    bar = office.get_by_role("region", name="Ticked trucks")
    expect(bar).to_be_hidden()
    office.get_by_label("Near").fill("75201")
    office.get_by_label("Within").select_option("150")
    expect(office.get_by_text("3 of 4 trucks match")).to_be_visible()
    for name in NAMES:
        # Without force: it waits where the row is just being drawn anew.
        office.get_by_role("checkbox", name=f"Tick {name}").check()
    expect(bar).to_contain_text("3")
    expect(bar.get_by_role("button", name="Copy Numbers")).to_be_visible()
    keep_screenshot(office, "01-trucks-ticked")
    bar.get_by_role("button", name="Make Offer").click()


def make_offer(office: Page, keep_screenshot) -> None:
    dialog = office.get_by_role("dialog", name="New offer")
    expect(dialog).to_contain_text(NAMES[2])
    dialog.get_by_role("textbox", name="Pickup").or_(dialog.get_by_role("combobox", name="Pickup")).fill(
        "17 Hidden Gate Rd, Dallas, TX 75201"
    )
    dialog.get_by_role("textbox", name="Delivery").or_(dialog.get_by_role("combobox", name="Delivery")).fill(
        "99 Covert Dock, Tulsa, OK 74103"
    )
    dialog.get_by_label("Pieces").fill("3")
    dialog.get_by_label("Weight, lb").fill("2,400")
    dialog.get_by_label("Rate", exact=True).fill("850")
    dialog.get_by_label("Ceiling, office only").fill("1000")
    dialog.get_by_text("30 min").click()
    dialog.get_by_label("First message in every chat").fill("Straight through, no touch.")
    expect(dialog.locator("#offer-estimate")).to_contain_text("a loaded mile")
    keep_screenshot(office, "02-offer-dialog")
    dialog.get_by_role("button", name="Send to 3 drivers").click()
    office.wait_for_url("**/offers/?offer=*")
    is_live(office)
    keep_screenshot(office, "03-desk-at-once")


def accepts(phone: Page, keep_screenshot) -> None:
    phone.get_by_role("button", name="Accept $850").click()
    keep_screenshot(phone, "06-phone-tap-again")
    take_it(phone)
    expect(phone.locator("#driver-page")).to_contain_text("You and the office agree on $850")


def take_it(phone: Page) -> None:
    """The second tap counts only after a moment, so that a nervous thumb does not say yes."""
    again = phone.get_by_role("button", name="Tap again to take it")
    expect(again).to_be_visible()
    while again.is_visible():
        again.click()
        phone.wait_for_timeout(200)


def counters(phone: Page, rate: str, keep_screenshot) -> None:
    phone.get_by_role("button", name="Counter", exact=True).click()
    sheet = phone.get_by_role("dialog", name="Your counter")
    sheet.get_by_label("Your rate").fill(rate)
    keep_screenshot(phone, "07-phone-counter")
    sheet.locator("[data-submit]").click()
    expect(phone.locator("#driver-page")).to_contain_text("You asked $1,100")


def refuses(phone: Page, keep_screenshot) -> None:
    phone.get_by_role("button", name="No, because…").click()
    sheet = phone.get_by_role("dialog", name="No, because…")
    sheet.get_by_text("Too far").click()
    keep_screenshot(phone, "08-phone-refuse")
    sheet.get_by_role("button", name="Send my no").click()
    expect(sheet).to_be_hidden()


def counter_back(office: Page, keep_screenshot) -> None:
    row(office, NAMES[1]).get_by_role("button", name="Counter back").click()
    dialog = office.get_by_role("dialog", name=f"Offer {NAMES[1]} a rate")
    dialog.get_by_label("Rate for the whole load").fill("975")
    keep_screenshot(office, "10-desk-counter-back")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()


def chat(office: Page, phone: Page, keep_screenshot) -> None:
    """Words go both ways, with who types, what has arrived and what was read."""
    row(office, NAMES[1]).locator(".cover").click()
    there, here = office.locator("#chat"), phone.locator("#chat")
    expect(there).to_contain_text("Straight through, no touch.")

    said = "Can you be there by noon?"
    office.bring_to_front()
    there.get_by_label(f"Message to {NAMES[1]}").fill(said)
    there.get_by_role("button", name="Send", exact=True).click()
    mine = there.locator(".msg").filter(has_text=said)
    expect(mine).to_contain_text("Delivered")
    keep_screenshot(office, "12-desk-delivered")

    phone.bring_to_front()
    phone.get_by_role("link", name="Messages with Dana Whitfield").click()
    expect(here).to_contain_text(said)
    expect(mine).to_contain_text("Read")

    answer = "Yes, 11:30. Is there a dock? 🚚"
    here.locator("#say").press_sequentially("Yes", delay=20)
    expect(there.locator(".typing")).to_be_visible()
    keep_screenshot(office, "13-desk-driver-types")
    here.locator("#say").fill(answer)
    here.get_by_role("button", name="Send", exact=True).click()
    theirs = here.locator(".msg").filter(has_text=answer)
    expect(there.locator(".msg").filter(has_text=answer)).to_be_visible()
    office.bring_to_front()
    expect(theirs).to_contain_text("Read")
    expect(there.locator(".typing")).to_be_hidden()

    there.locator("#say").press_sequentially("Dock 4", delay=20)
    phone.bring_to_front()
    expect(here.locator(".typing")).to_be_visible()
    keep_screenshot(phone, "14-phone-office-types")
    office.bring_to_front()
    there.locator("#say").press("Enter")
    expect(here.locator(".msg").filter(has_text="Dock 4")).to_be_visible()
    phone.bring_to_front()
