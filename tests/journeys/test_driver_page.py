"""The driver's phone in a browser: it rings, answers take two taps, wait for a signal, and meet changed terms."""

import re
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from chat.models import Message
from drivers.models import Driver
from drivers.services import create_link
from kernel.actors import SYSTEM
from offers import services
from offers.models import Offer, Proposal, Round
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE
from tests.offers.factories import answer, award, make_offer, owner_of, put_to

# A phone without a signal: nothing goes out, and what was open is gone.
WITHOUT_SIGNAL = """
const real = window.fetch, sockets = new Set();
let cut = false;
window.fetch = (...asked) => cut ? Promise.reject(new TypeError("no signal")) : real(...asked);
window.WebSocket = class extends window.WebSocket {
  constructor(...where) {
    if (cut) throw new Error("no signal");
    super(...where);
    sockets.add(this);
  }
};
window.signal = (on) => {
  cut = !on;
  if (cut) sockets.forEach((socket) => socket.close());
  else window.dispatchEvent(new Event("online"));
};
"""
RINGS = """
window.rung = 0;
const shake = () => { window.rung += 1; return true; };
Object.defineProperty(navigator, "vibrate", { value: shake });
"""


@pytest.fixture
def driver(server) -> Driver:
    return make_driver(driver_name="Marisol Quintanilla")


@pytest.fixture
def phone(open_page, driver) -> Page:
    page = open_page(**PHONE)
    page.add_init_script(WITHOUT_SIGNAL)
    page.add_init_script(RINGS)
    page.goto(urlsplit(create_link(actor=SYSTEM, driver_id=driver.pk)).path)
    page.get_by_role("button", name="Yes, show my offers").click()
    page.wait_for_url("**/driver/")
    is_live(page)
    return page


def is_live(page: Page) -> None:
    expect(page.locator(".conn")).to_contain_text("Connected")


def opened(phone: Page, proposal: Proposal) -> None:
    """The offer on the screen, with the office told that it was seen."""
    phone.locator(f'.load[data-proposal="{proposal.pk}"] .cover').click()
    expect(phone.locator('[data-load][data-status="viewed"]')).to_be_visible()


def button(phone: Page, words: str) -> Locator:
    return phone.get_by_role("button", name=words, exact=True)


def accept(phone: Page, words: str) -> None:
    button(phone, words).click()
    phone.wait_for_timeout(500)  # A second tap that comes at once is no second thought.
    button(phone, "Tap again to take it").click()


def status_of(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).status


def test_a_new_offer_rings_and_is_accepted_with_two_taps(phone, driver, keep_screenshot):
    expect(phone.get_by_text("No offers now")).to_be_visible()
    button(phone, "Try how this phone rings").click()
    before = phone.evaluate("window.rung")
    (proposal,) = put_to(make_offer(dimensions="96x40x40"), driver)
    expect(phone.locator(".load")).to_contain_text("$850")
    expect(phone.locator(".load")).to_contain_text("Dallas, TX → Tulsa, OK")
    assert phone.evaluate("window.rung") > before
    opened(phone, proposal)

    button(phone, "Accept $850").click()
    expect(phone.get_by_text("You take Dallas, TX → Tulsa, OK for $850?")).to_be_visible()
    keep_screenshot(phone, "armed")
    button(phone, "Not yet").click()
    assert status_of(proposal) == "viewed"
    button(phone, "Accept $850").dblclick(force=True)
    assert status_of(proposal) == "viewed"
    button(phone, "Not yet").click()

    accept(phone, "Accept $850")
    expect(phone.get_by_text("You and the office agree on $850")).to_be_visible()
    assert Round.objects.get(proposal=proposal, action="accept").pressed_at is not None
    button(phone, "Take back my yes").click()
    expect(button(phone, "Accept $850")).to_be_visible()
    assert status_of(proposal) == "viewed"


def test_what_changes_in_place_does_not_ring(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    opened(phone, proposal)
    before = phone.evaluate("window.rung")
    answer(proposal, "counter", rate=Decimal("975.00"))
    expect(phone.get_by_text("You asked $975").first).to_be_visible()
    answer(proposal, "counter", by=owner_of(proposal.offer), rate=Decimal("900.00"))
    expect(button(phone, "Accept $900")).to_be_visible()
    assert phone.evaluate("window.rung") == before


def test_an_answer_waits_for_a_signal_and_goes_by_itself(phone, driver, keep_screenshot):
    (proposal,) = put_to(make_offer(), driver)
    opened(phone, proposal)
    phone.evaluate("signal(false)")
    accept(phone, "Accept $850")
    expect(phone.get_by_text("Your yes waits for signal")).to_be_visible()
    expect(button(phone, "Accept $850")).to_be_hidden()
    button(phone, "Take it back").click()
    expect(button(phone, "Accept $850")).to_be_visible()

    accept(phone, "Accept $850")
    phone.get_by_role("link", name="Back to offers").click()
    card = phone.locator(".load--wait")
    expect(card).to_contain_text("Your yes waits for signal")
    expect(phone.get_by_text("What you see is from")).to_be_visible()
    keep_screenshot(phone, "waits")
    assert status_of(proposal) == "viewed"

    phone.evaluate("signal(true)")
    expect(phone.locator(".load--wait")).to_have_count(0)
    expect(phone.get_by_role("link", name=re.compile("Talking"))).to_contain_text("1")
    assert status_of(proposal) == "accepted"


def test_an_answer_survives_the_page(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    opened(phone, proposal)
    phone.evaluate("signal(false)")
    accept(phone, "Accept $850")
    expect(phone.get_by_text("Your yes waits for signal")).to_be_visible()
    phone.reload()  # With it the signal is back.
    expect(phone.get_by_text("You and the office agree on $850")).to_be_visible()
    assert status_of(proposal) == "accepted"


def test_other_terms_are_decided_anew(phone, driver, keep_screenshot):
    (proposal,) = put_to(make_offer(), driver)
    opened(phone, proposal)
    phone.evaluate("signal(false)")
    accept(phone, "Accept $850")
    expect(phone.get_by_text("Your yes waits for signal")).to_be_visible()
    offer = Offer.objects.get(pk=proposal.offer_id)
    services.update_offer(
        actor=owner_of(offer), offer_id=offer.pk, version=offer.version, fields={"proposed_rate": Decimal("700.00")}
    )
    phone.evaluate("signal(true)")
    sheet = phone.get_by_role("dialog", name="The offer has changed")
    expect(sheet).to_contain_text("You said yes to $850")
    expect(sheet).to_contain_text("$700")
    keep_screenshot(phone, "stale")
    assert Proposal.objects.get(pk=proposal.pk).agreed_rate is None
    button(phone, "Look and decide anew").click()
    accept(phone, "Accept $700")
    expect(phone.get_by_text("You and the office agree on $700")).to_be_visible()


def test_too_late_is_said_and_the_buttons_go(phone, driver, keep_screenshot):
    offer = make_offer()
    proposal, winner = put_to(offer, driver, make_driver())
    opened(phone, proposal)
    phone.evaluate("signal(false)")
    accept(phone, "Accept $850")
    answer(winner, "accept")
    award(winner)
    phone.evaluate("signal(true)")
    expect(phone.get_by_role("heading", name="Covered by another truck")).to_be_visible()
    expect(phone.get_by_text("Your answer was given at")).to_be_visible()
    expect(phone.get_by_text("This does not count against you.")).to_be_visible()
    expect(button(phone, "Accept $850")).to_have_count(0)
    keep_screenshot(phone, "late")


def test_counter_reject_and_the_phones_own_back_button(phone, driver, keep_screenshot):
    one, two = (put_to(make_offer(distance_miles=Decimal("250")), driver)[0] for _ in range(2))
    opened(phone, one)
    button(phone, "Counter").click()
    sheet = phone.get_by_role("dialog", name="Your counter")
    button(phone, "50 more").click()
    button(phone, "25 more").click()
    expect(sheet).to_contain_text("$3.70 a mile, $75 more than they offer")
    sheet.get_by_label("Say why, if you like").fill("I come back empty")
    button(phone, "Send $925").click()
    expect(phone.get_by_text("You asked $925").first).to_be_visible()
    now = Proposal.objects.get(pk=one.pk)
    assert (now.status, now.driver_proposed_rate, now.note) == (
        "counter_offered",
        Decimal("925.00"),
        "I come back empty",
    )

    phone.go_back()
    expect(phone.locator(".load")).to_have_count(1)
    phone.go_forward()
    expect(phone.get_by_role("heading", name=f"Offer #{one.offer_id}")).to_be_visible()
    phone.go_back()
    opened(phone, two)
    button(phone, "No, because…").click()
    phone.get_by_label("Not enough hours").check()
    button(phone, "Send my no").click()
    expect(phone.get_by_role("heading", name="You said no")).to_be_visible()
    assert (status_of(two), Proposal.objects.get(pk=two.pk).reason) == ("rejected", "hours")


def test_a_comma_of_the_decimal_keypad_parts_no_thousands(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    opened(phone, proposal)
    button(phone, "Counter").click()
    sheet = phone.get_by_role("dialog", name="Your counter")
    sheet.get_by_label("Your rate").fill("1.250")
    sheet.get_by_role("button", name="Send", exact=True).click()
    expect(sheet).to_contain_text("Name an amount")
    assert status_of(proposal) in ("sent", "viewed")
    sheet.get_by_label("Your rate").fill("925,50")
    button(phone, "Send $925.50").click()
    expect(phone.get_by_text("You asked $925.50").first).to_be_visible()
    assert Proposal.objects.get(pk=proposal.pk).driver_proposed_rate == Decimal("925.50")


def test_chat_on_a_screen_of_its_own(phone, driver):
    (proposal,) = put_to(make_offer(), driver, message="Can you take this one?")
    opened(phone, proposal)
    phone.get_by_role("link", name=re.compile("Messages with")).click()
    expect(phone.get_by_text("Can you take this one?")).to_be_visible()
    phone.get_by_role("textbox", name=re.compile("Message to")).fill("Is it dock to dock?")
    button(phone, "Send").click()
    expect(phone.locator(".msg--out")).to_contain_text("Is it dock to dock?")
    answer(proposal, "counter", rate=Decimal("990.00"))
    answer(proposal, "counter", by=owner_of(proposal.offer), rate=Decimal("940.00"))
    expect(phone.locator("#driver-turn")).to_contain_text("offers $940")
    phone.locator(".rate--yours").get_by_role("button", name="Accept $940").click()
    phone.get_by_role("dialog").get_by_role("button", name="Accept $940").click()
    expect(phone.locator("#driver-turn")).to_contain_text("You said yes")
    phone.get_by_role("link", name="Back to the offer").click()
    expect(phone.get_by_text("You and the office agree on $940")).to_be_visible()
    assert Message.objects.filter(message="Is it dock to dock?", sender_type="driver").exists()


def test_a_screen_that_was_left_does_not_come_back_late(phone, driver):
    """What was asked for on the way from one screen to the next is of the one that is being left."""
    (proposal,) = put_to(make_offer(), driver, message="Can you take this one?")
    opened(phone, proposal)
    held: list[Route] = []
    phone.route(re.compile(rf"/driver/\?offer={proposal.offer_id}"), lambda route: held.append(route))
    phone.get_by_role("link", name=re.compile("Messages with")).click()
    answer(proposal, "counter", rate=Decimal("990.00"))
    for _moment in range(150):
        if len(held) == 2:
            break
        phone.wait_for_timeout(100)
    chat, offer = held
    assert "chat=1" in chat.request.url
    assert "chat=1" not in offer.request.url
    chat.continue_()
    expect(phone.get_by_text("Can you take this one?")).to_be_visible()
    with phone.expect_response(offer.request.url):
        offer.continue_()
    phone.wait_for_timeout(300)
    assert phone.get_by_text("Can you take this one?").is_visible()
    for renewal in held[2:]:
        renewal.continue_()


def test_what_is_mine_can_be_given_back(phone, driver):
    (proposal,) = put_to(make_offer(reference="REF-9"), driver)
    opened(phone, proposal)
    answer(proposal, "accept")
    award(proposal)
    expect(phone.get_by_text("This load is yours")).to_be_visible()
    expect(phone.get_by_text("17 Hidden Gate Rd")).to_be_visible()
    phone.locator("#driver-top summary").click()
    button(phone, "I cannot take this load…").click()
    phone.get_by_label("Breakdown").check()
    button(phone, "Give the load back").click()
    expect(phone.get_by_role("heading", name="You are off this load")).to_be_visible()
    expect(phone.get_by_text("17 Hidden Gate Rd")).to_have_count(0)
    assert status_of(proposal) == "fallen_off"


def test_not_now_is_kept(phone, driver):
    button(phone, "Not now").click()
    expect(button(phone, "Not now")).to_have_attribute("aria-pressed", "true")
    phone.reload()
    expect(phone.get_by_text("The office sees that you take no offers.")).to_be_visible()


def test_every_target_is_large_enough_for_a_thumb(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    small = """() => [...document.querySelectorAll("a, button, summary, input")]
        .filter((each) => each.offsetParent && !each.matches(".cover, .skip, input[type=radio]"))
        .map((each) => ({ box: each.getBoundingClientRect(), html: each.cloneNode(true) }))
        .filter(({ box }) => box.height < 47.5 || box.width < 47.5)
        .map(({ box, html }) => `${html.className} ${html.textContent} ${box.width} ${box.height}`)"""
    expect(phone.locator(".load")).to_have_count(1)
    assert phone.evaluate(small) == []
    opened(phone, proposal)
    assert phone.evaluate(small) == []
    button(phone, "Counter").click()
    assert phone.evaluate(small) == []


def test_one_tap_says_what_drivers_say_most_and_leaves_what_was_begun(phone, driver, keep_screenshot):
    offer = make_offer()
    (proposal,) = put_to(offer, driver)
    phone.goto(f"/driver/?offer={offer.pk}&chat=1")
    expect(phone.get_by_role("button", name="Give me a minute")).to_be_visible()
    expect(phone.get_by_role("button", name="On my way")).to_have_count(0)
    # Having been seen is a version of its own: only the one after it can be answered.
    for _try in range(100):
        if status_of(proposal) == "viewed":
            break
        phone.wait_for_timeout(100)
    assert status_of(proposal) == "viewed"
    answer(proposal, "accept")
    award(proposal)
    phone.reload()
    phone.fill("#say", "One more thing")
    phone.get_by_role("button", name="On my way").click()
    expect(phone.locator(".msg--out .bubble")).to_have_text("On my way")
    expect(phone.locator(".msg--out .msg__by")).to_contain_text("Sent")
    expect(phone.locator("#say")).to_have_value("One more thing")
    assert Message.objects.filter(message_type="text").values_list("message", flat=True).get() == "On my way"
    keep_screenshot(phone, "said")
