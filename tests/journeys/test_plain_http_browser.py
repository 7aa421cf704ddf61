"""The product at an address without HTTPS: what browsers keep from such pages is done in another way."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chat.models import Message
from drivers.services import create_link
from kernel.actors import SYSTEM
from offers.models import Offer, Proposal
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE, come_in
from tests.offers.factories import make_offer, put_to
from tests.servers import serving


@pytest.fixture
def contexts(transactional_db, tmp_path, browser: Browser) -> Iterator:
    """`contexts(**options)` is a browser at http://desk.test; nothing may be wrong in its console."""
    faults: list[str] = []
    opened: list[BrowserContext] = []

    with serving(tmp_path, ALLOWED_HOSTS="127.0.0.1,desk.test") as server:
        port = urlsplit(server.url).port

        def one(**options) -> Page:
            context = browser.new_context(base_url=f"http://desk.test:{port}", locale="en-US", **options)
            opened.append(context)
            page = context.new_page()
            page.on("console", lambda said: said.type == "error" and faults.append(said.text))
            page.on("pageerror", lambda error: faults.append(str(error)))
            return page

        yield one
        for context in opened:
            context.close()
    assert faults == []


def test_everything_works_without_https(contexts):
    dana = make_user(full_name="Dana Whitfield")
    drivers = [make_driver(cell_phone=phone) for phone in ("701-555-0100", "701-555-0199")]
    offer = make_offer(dana)
    put_to(offer, drivers[0])
    desk = come_in(contexts(viewport={"width": 1440, "height": 900}), dana, f"/offers/?offer={offer.pk}")
    assert desk.evaluate("[isSecureContext, typeof crypto.randomUUID, typeof navigator.clipboard]") == [
        False,
        "undefined",
        "undefined",
    ]
    desk.get_by_role("button", name="Copy", exact=True).click()
    desk.wait_for_url(lambda url: f"offer={offer.pk}" not in url)
    assert Offer.objects.filter(status="draft").count() == 1

    desk.goto(f"/offers/?offer={offer.pk}&driver={drivers[0].pk}")
    desk.fill("#say", "Gate B")
    desk.press("#say", "Enter")
    expect(desk.locator(".msg--out .msg__by").last).to_contain_text("Sent")

    desk.goto("/trucks/")
    expect(desk.locator(".conn")).to_have_text("Connected")
    for box in desk.locator("tbody input[type=checkbox]").all():
        box.check()
    desk.get_by_role("button", name="Copy Numbers").click()
    expect(desk.locator(".toast")).to_contain_text("2 numbers copied")
    desk.locator("#trucks-search").focus()
    desk.keyboard.press("Control+V")
    pasted = desk.locator("#trucks-search").input_value()
    assert sorted(re.findall(r"\+1[0-9]{10}", pasted)) == ["+17015550100", "+17015550199"]
    desk.locator("#trucks-search").fill("")
    desk.get_by_role("button", name="Make Offer").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill("1240")
    desk.get_by_role("button", name="Send to 2 drivers").click()
    desk.wait_for_url("**/offers/?offer=*")
    made = Offer.objects.get(proposed_rate=1240)

    phone = contexts(**PHONE)
    phone.goto(urlsplit(create_link(actor=SYSTEM, driver_id=drivers[1].pk)).path)
    phone.get_by_role("button", name="Yes, show my offers").click()
    phone.wait_for_url("**/driver/")
    phone.get_by_role("button", name="Try how this phone rings").click()
    phone.goto(f"/driver/?offer={made.pk}")
    phone.get_by_role("button", name=re.compile("^Accept")).click()
    phone.wait_for_timeout(500)
    phone.get_by_role("button", name="Tap again to take it").click()
    expect(phone.get_by_text("You and the office agree on $1,240")).to_be_visible()
    assert Proposal.objects.get(offer=made, driver=drivers[1]).status == "accepted"
    phone.goto(f"/driver/?offer={made.pk}&chat=1")
    phone.get_by_role("button", name="Call me").click()
    expect(phone.locator(".msg--out .msg__by").last).to_contain_text(re.compile("Sent|Delivered"))
    assert Message.objects.filter(message="Call me").count() == 1


def test_where_nothing_can_be_copied_the_page_says_so(contexts):
    make_driver(cell_phone="701-555-0100")
    page = contexts(viewport={"width": 1440, "height": 900})
    page.add_init_script("document.execCommand = () => false")
    come_in(page, make_user(), "/trucks/")
    page.locator("tbody input[type=checkbox]").check()
    page.get_by_role("button", name="Copy Numbers").click()
    expect(page.locator(".toast")).to_contain_text("Nothing was copied")
