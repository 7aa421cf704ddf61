"""The truck table and the offer dialog in a browser: ticks, numbers to copy, words beside fields, drivers left out."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from drivers.models import Driver
from kernel import clock
from offers.models import Offer, Proposal
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver


@pytest.fixture
def trucks(open_page, server) -> Page:
    """The table of Ann, Bob and Cid near Dallas; Cid has no phone and is at home."""
    make_driver(driver_name="Ann Able", cell_phone="(214) 555-0101")
    make_driver(driver_name="Bob Bold", cell_phone="(214) 555-0102", dimensions="60x40x40")
    make_driver(driver_name="Cid Calm", cell_phone="", status="Home")
    page = open_page(viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/sign-in?next=/trucks/")
    page.get_by_label("Username").fill(make_user().username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".conn")).to_contain_text("Connected")
    return page


def tick(page: Page, name: str):
    return page.get_by_role("checkbox", name=f"Tick {name}")


def test_ticks_stay_while_the_table_changes_and_numbers_are_copied(trucks):
    bar = trucks.get_by_role("region", name="Ticked trucks")
    tick(trucks, "Ann Able").check()
    tick(trucks, "Cid Calm").check()
    trucks.get_by_label("Search trucks").fill("Bob")
    expect(trucks.get_by_text("1 of 3 trucks match")).to_be_visible()
    expect(bar).to_contain_text("2")
    trucks.get_by_role("link", name="Clear all").is_visible()
    trucks.get_by_label("Search trucks").fill("")
    expect(trucks.get_by_text("3 of 3 trucks match")).to_be_visible()
    expect(tick(trucks, "Ann Able")).to_be_checked()
    expect(tick(trucks, "Bob Bold")).not_to_be_checked()
    bar.get_by_role("button", name="Copy Numbers").click()
    expect(trucks.locator(".toasts")).to_contain_text("1 number copied")
    expect(trucks.locator(".toasts")).to_contain_text("1 truck has none")
    assert trucks.evaluate("navigator.clipboard.readText()") == "+12145550101"
    bar.get_by_role("button", name="Untick all").click()
    expect(bar).to_be_hidden()


def test_shift_ticks_a_range_and_the_head_all(trucks):
    tick(trucks, "Ann Able").click()
    tick(trucks, "Cid Calm").click(modifiers=["Shift"])
    expect(tick(trucks, "Bob Bold")).to_be_checked()
    head = trucks.locator("thead input[type=checkbox]")
    expect(head).to_be_checked()
    head.uncheck()
    expect(tick(trucks, "Ann Able")).not_to_be_checked()


def test_the_form_says_what_it_does(trucks, keep_screenshot):
    near = trucks.get_by_label("Near")
    near.fill("Nowhere at all, ZZ")
    near.press("Enter")
    expect(trucks.get_by_text("There is no such place")).to_be_visible()
    expect(near).to_have_attribute("aria-invalid", "true")
    keep_screenshot(trucks, "no-such-place")
    near.fill("75201")
    near.press("Enter")
    expect(near).not_to_have_attribute("aria-invalid", "true")
    expect(trucks.get_by_text("There is no such place")).to_be_hidden()

    trucks.get_by_role("link", name="Driver", exact=True).click()
    expect(trucks.locator("th", has_text="Driver")).to_have_attribute("aria-sort", "ascending")
    chip = trucks.locator("summary", has_text="Status")
    chip.click()
    trucks.get_by_role("checkbox", name="Home").check()
    expect(trucks.get_by_text("1 of 3 trucks match")).to_be_visible()
    expect(chip).to_contain_text("Home")
    keep_screenshot(trucks, "statuses")
    trucks.keyboard.press("Escape")
    expect(trucks.get_by_role("checkbox", name="Home")).to_be_hidden()
    expect(trucks.locator("th", has_text="Driver")).to_have_attribute("aria-sort", "ascending")
    trucks.get_by_role("link", name="Clear all").click()
    expect(trucks.get_by_text("3 of 3 trucks match")).to_be_visible()


def test_an_offer_is_refused_in_place_and_sent_to_those_who_are_left(trucks, keep_screenshot):
    for name in ("Ann Able", "Bob Bold", "Cid Calm"):
        tick(trucks, name).check()
    trucks.keyboard.press("o")
    dialog = trucks.get_by_role("dialog", name="New offer")
    dialog.get_by_role("button", name="Leave out Bob Bold").click()
    dialog.get_by_label("Pickup").fill("Nowhere at all, ZZ")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill("850")
    dialog.get_by_label("Note to drivers").fill("Ring twice")
    dialog.get_by_role("button", name="Send to 2 drivers").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    keep_screenshot(trucks, "refused")
    expect(dialog.get_by_label("Note to drivers")).to_have_value("Ring twice")
    expect(dialog.get_by_label("Pickup")).to_be_focused()
    assert not Offer.objects.exists()

    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    trucks.keyboard.press("Control+Enter")
    sent = trucks.get_by_role("dialog", name="Sent to 1 driver")
    expect(sent).to_contain_text("Cid Calm")
    sent.get_by_role("button", name="Send anyway").click()
    expect(sent).to_contain_text("has the offer now")
    keep_screenshot(trucks, "sent")
    assert Proposal.objects.count() == 2
    sent.get_by_role("link", name="Open the offer").click()
    expect(trucks.locator("#desk-drivers .drv")).to_have_count(2)


def test_the_table_goes_on_where_its_first_part_ends(trucks):
    for number in range(110):
        make_driver(driver_name=f"Zoe {number:03}")
    trucks.reload()
    expect(trucks.get_by_text("113 of 113 trucks match")).to_be_visible()
    expect(trucks.locator("tr[data-truck]")).to_have_count(100)
    trucks.locator(".scroll").hover()
    trucks.mouse.wheel(0, 10_000)
    expect(trucks.locator("tr[data-truck]")).to_have_count(113)
    expect(trucks.get_by_text("Loading more trucks")).to_have_count(0)


def test_ticks_are_there_again_until_the_offer_is_sent(trucks):
    bar = trucks.get_by_role("region", name="Ticked trucks")
    tick(trucks, "Ann Able").check()
    trucks.goto("/offers/")
    trucks.goto("/trucks/")
    expect(tick(trucks, "Ann Able")).to_be_checked()
    expect(bar).to_contain_text("1")
    bar.get_by_role("button", name="Make Offer").click()
    dialog = trucks.get_by_role("dialog", name="New offer")
    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill("850")
    dialog.get_by_role("button", name="Send to 1 driver").click()
    trucks.wait_for_url("**/offers/?offer=*")
    trucks.goto("/trucks/")
    expect(tick(trucks, "Ann Able")).not_to_be_checked()
    expect(bar).to_be_hidden()


def test_numbers_are_copied_where_the_browser_leaves_it_to_the_page(trucks):
    trucks.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    trucks.evaluate("addEventListener('copy', () => (window.copied = String(document.activeElement.value)))")
    tick(trucks, "Ann Able").check()
    trucks.get_by_role("button", name="Copy Numbers").click()
    expect(trucks.locator(".toasts")).to_contain_text("1 number copied")
    assert trucks.evaluate("copied") == "+12145550101"


def test_numbers_are_copied_one_a_line_and_counted_as_numbers(trucks):
    Driver.objects.filter(driver_name="Ann Able").update(cell_phone="(701) 555-0100 / 555-0199")
    Driver.objects.filter(driver_name="Bob Bold").update(cell_phone="Cell 701-555-0142, wife 701-555-0100")
    Driver.objects.filter(driver_name="Cid Calm").update(cell_phone="do not call")
    trucks.reload()
    for name in ("Ann Able", "Bob Bold", "Cid Calm"):
        tick(trucks, name).check()
    trucks.reload()  # What was ticked is remembered with its numbers.
    trucks.get_by_role("button", name="Copy Numbers").click()
    expect(trucks.locator(".toasts")).to_contain_text("3 numbers copied")
    expect(trucks.locator(".toasts")).to_contain_text("1 truck has none")
    copied = trucks.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines() == ["+17015550100", "+17015550199", "+17015550142"]


def test_on_a_narrow_screen_ticked_trucks_can_be_offered_a_load(trucks, keep_screenshot):
    trucks.set_viewport_size({"width": 390, "height": 844})
    tick(trucks, "Ann Able").check()
    keep_screenshot(trucks, "ticked")
    for name in ("Copy Numbers", "Make Offer", "Untick all"):
        expect(trucks.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_an_old_position_is_doubted(trucks):
    Driver.objects.filter(driver_name="Ann Able").update(updated_at=clock.now() - timedelta(hours=3))
    Driver.objects.filter(driver_name="Bob Bold").update(updated_at=clock.now() - timedelta(days=2))
    Driver.objects.filter(driver_name="Cid Calm").update(updated_at=clock.now())
    trucks.reload()
    ages = trucks.locator("[data-m=age] time")
    expect(ages).to_have_text(["3 h", "2 d", "now"])
    assert ages.evaluate_all("all => all.map((each) => each.dataset.doubt)") == ["some", "much", ""]
