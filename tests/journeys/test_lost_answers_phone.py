"""The driver's phone loses answers: what was said counts once, and is not told as unsaid."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from chat.models import Message
from drivers.models import Driver
from drivers.services import create_link
from journal.models import Entry
from kernel.actors import SYSTEM
from offers.models import Proposal, Round
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE
from tests.journeys.lossy import Call, Losses
from tests.offers.factories import answer, award, make_offer, owner_of, put_to

WITHOUT_SOCKETS = "window.WebSocket = class { constructor() { throw new Error('blocked'); } };"
MAY_HAVE_ARRIVED = "What you said may have arrived. It is sent again by itself, and counts once."
DID_NOT_COUNT = re.compile("did not count|was not needed|could not be taken back")


@pytest.fixture
def driver(server) -> Driver:
    return make_driver(driver_name="Marisol Quintanilla")


def come_in(page: Page, driver: Driver) -> Page:
    page.goto(urlsplit(create_link(actor=SYSTEM, driver_id=driver.pk)).path)
    page.get_by_role("button", name="Yes, show my offers").click()
    page.wait_for_url("**/driver/")
    expect(page.locator(".conn")).to_contain_text("Connected", timeout=30_000)
    return page


@pytest.fixture
def phone(open_page, answers_get_lost, driver) -> Page:
    return come_in(open_page(**PHONE), driver)


def press(phone: Page, words: str | re.Pattern) -> None:
    phone.get_by_role("button", name=words, exact=isinstance(words, str)).click()


def accept(phone: Page) -> None:
    press(phone, re.compile("^Accept"))
    phone.wait_for_timeout(500)  # A second tap that comes at once is no second thought.
    press(phone, "Tap again to take it")


def counter(phone: Page) -> None:
    press(phone, "Counter")
    press(phone, "50 more")
    press(phone, re.compile(r"^Send \$"))


def reject(phone: Page) -> None:
    press(phone, "No, because…")
    phone.get_by_label("Not enough hours").check()
    press(phone, "Send my no")


def retract(phone: Page) -> None:
    press(phone, "Take back my yes")


def counted(phone: Page, losses: Losses, sent: Call) -> None:
    """Waits until what was lost has come again and been answered: by then the page would say that it did not count."""
    losses.until_passed(sent)
    waits = "Object.keys(localStorage).some((key) => key.includes(':answer:'))"
    losses.until(lambda: not phone.evaluate(waits))
    assert phone.locator("dialog[open]").count() == 0
    assert phone.get_by_text(DID_NOT_COUNT).count() == 0  # Now: a toast leaves by itself.


def on_the_screen(phone: Page, proposal: Proposal) -> None:
    phone.goto(f"/driver/?offer={proposal.offer_id}")
    expect(phone.locator('[data-load]:not([data-status="sent"])')).to_be_visible()
    expect(phone.locator(".conn")).to_contain_text("Connected")


def test_each_answer_counts_once_though_the_first_word_of_it_is_lost(phone, driver, keep_screenshot):
    losses = Losses.of(phone)
    for number, (action, say, status) in enumerate(
        [
            ("accept", accept, "accepted"),
            ("counter", counter, "counter_offered"),
            ("reject", reject, "rejected"),
            ("retract", retract, "viewed"),
        ]
    ):
        (proposal,) = put_to(make_offer(), driver)
        on_the_screen(phone, proposal)
        if action == "retract":
            accept(phone)
            expect(phone.get_by_role("button", name="Take back my yes")).to_be_visible()
        losses.start(cut=number % 2 == 0)  # With the rest of the connection, or alone.
        say(phone)
        losses.until_lost()
        expect(phone.get_by_text(MAY_HAVE_ARRIVED), action).to_be_visible()
        expect(phone.get_by_role("button", name="Take it back")).to_have_count(0)
        expect(phone.get_by_text(re.compile("waits for signal|Nothing was"))).to_have_count(0)
        if action == "accept":
            keep_screenshot(phone, "not-known")
        sent = losses.lost[-1]
        losses.end()
        counted(phone, losses, sent)
        expect(phone.get_by_text(MAY_HAVE_ARRIVED)).to_have_count(0)
        assert losses.passed[0] == sent
        assert Proposal.objects.get(pk=proposal.pk).status == status
        assert Round.objects.filter(proposal=proposal, action=action).count() == 1, action


def test_what_the_office_did_with_it_in_between_is_no_refusal(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    on_the_screen(phone, proposal)
    losses = Losses.of(phone)
    losses.start(cut=True)
    counter(phone)
    losses.until_lost()
    answer(proposal, "accept", by=owner_of(proposal.offer))
    sent = losses.lost[-1]
    losses.end()
    expect(phone.get_by_text("You and the office agree on $900")).to_be_visible()
    counted(phone, losses, sent)
    assert Round.objects.filter(proposal=proposal, action="counter").count() == 1


def test_that_an_offer_was_seen_is_no_change_of_its_terms(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    losses = Losses.of(phone)
    phone.locator(".load").first.wait_for()
    losses.start(cut=False)
    phone.locator(".load .cover").click()
    losses.until_lost()
    losses.cut = True
    phone.evaluate("document.querySelector('[data-load]').dataset.version = 1")
    phone.evaluate("document.querySelector('[data-load]').dataset.status = 'sent'")
    losses.on = False
    accept(phone)
    expect(phone.get_by_role("dialog", name="The offer has changed")).to_have_count(0)
    losses.end()
    expect(phone.get_by_text("You and the office agree on $850")).to_be_visible()
    assert Round.objects.filter(proposal=proposal, action="accept").count() == 1


def test_the_load_is_given_back_once(phone, driver):
    (proposal,) = put_to(make_offer(), driver)
    answer(proposal, "accept")
    award(proposal)
    phone.goto(f"/driver/?offer={proposal.offer_id}")
    expect(phone.get_by_text("This load is yours")).to_be_visible()
    phone.locator("#driver-top summary").click()
    press(phone, "I cannot take this load…")
    phone.get_by_label("Breakdown").check()
    losses = Losses.of(phone)
    losses.start(cut=True)
    press(phone, "Give the load back")
    sheet = phone.get_by_role("dialog")
    expect(sheet).to_contain_text("It may or may not have been done; pressing again cannot do it twice.")
    losses.end()
    press(phone, "Give the load back")
    expect(phone.get_by_role("heading", name="You are off this load")).to_be_visible()
    assert Entry.objects.filter(verb="fall_off", object_type="offer").count() == 1


def test_not_now_is_told_as_it_is(phone, driver):
    losses = Losses.of(phone)
    losses.start()
    press(phone, "Not now")
    expect(phone.locator(".toast")).to_contain_text("No answer came")
    expect(phone.get_by_role("button", name="Not now")).to_have_attribute("aria-pressed", "true")


def test_a_message_without_a_socket_arrives_once(open_page, answers_get_lost, driver):
    (proposal,) = put_to(make_offer(), driver)
    page = open_page(**PHONE)
    page.add_init_script(WITHOUT_SOCKETS)
    # Polls that wait stay without an answer: else an event may say that it is stored before the retry does.
    page.route(re.compile(r"/api/events\?.*\bwait=[1-9]"), lambda route: None)
    phone = come_in(page, driver)
    phone.goto(f"/driver/?offer={proposal.offer_id}&chat=1")
    expect(phone.locator(".conn")).to_contain_text("Connected, slower", timeout=30_000)
    losses = Losses.of(phone)
    losses.start()
    phone.fill("#say", "At the gate")
    press(phone, "Send")
    losses.until_lost(2, "/chat/")
    expect(phone.locator(".msg--out .msg__by")).to_contain_text("Sending")
    losses.end()
    expect(phone.locator(".msg--out .msg__by")).to_contain_text(re.compile("Sent|Delivered"))
    expect(phone.locator(".msg--out")).to_have_count(1)
    assert Message.objects.filter(message="At the gate").count() == 1


def test_an_answer_of_hours_ago_is_asked_about(phone, driver, keep_screenshot):
    """A yes that never left goes only when it is said again."""
    (proposal,) = put_to(make_offer(), driver)
    on_the_screen(phone, proposal)
    version = Proposal.objects.get(pk=proposal.pk).version
    phone.evaluate(
        """([id, offer, version, person]) => localStorage.setItem(`offers:${person}:answer:${id}`, JSON.stringify({
          proposal: id, offer, version, status: "viewed", amount: "850.00", currency: "USD", route: "",
          action: "accept", key: "k-1", sent: false,
          pressed_at: new Date(Date.now() - 8 * 86400e3).toISOString() }))""",
        [proposal.pk, proposal.offer_id, version, driver.actor.pk],
    )
    phone.reload()
    expect(phone.get_by_text("Your answer was never sent")).to_be_visible()
    keep_screenshot(phone, "old")
    phone.wait_for_timeout(500)
    assert Proposal.objects.get(pk=proposal.pk).status == "viewed"
    press(phone, "Send it still")
    expect(phone.get_by_text("You and the office agree on $850")).to_be_visible()


def test_a_message_of_days_ago_is_asked_about(phone, driver, keep_screenshot):
    offer = make_offer()
    put_to(offer, driver)
    for client_id, words in (("old-1", "10 min away"), ("old-2", "Loaded")):
        phone.evaluate(
            """([id, message, offer, driver]) => localStorage.setItem(`offers:driver:${driver}:outbox:${id}`,
              JSON.stringify({ client_id: id, offer_id: offer, driver_id: driver, message, state: "sending",
              error: null, place: 1, created_at: new Date(Date.now() - 8 * 86400e3).toISOString() }))""",
            [client_id, words, offer.pk, driver.pk],
        )
    phone.reload()
    expect(phone.locator(".toast").first).to_contain_text("A message of yours may not have arrived")
    phone.locator(".toast").first.get_by_role("link", name="Open").click()
    message = phone.locator(".msg--out", has_text="10 min away")
    expect(message).to_contain_text(re.compile(r"Written .+, and no sign that it arrived. Send it still\?"))
    keep_screenshot(phone, "old")
    assert not Message.objects.filter(message_type="text").exists()
    message.get_by_role("button", name="Send it still").click()
    expect(message).to_contain_text(re.compile("Sent|Delivered"))
    phone.locator(".msg--out", has_text="Loaded").get_by_role("button", name="Delete").click()
    expect(phone.locator(".msg--out")).to_have_count(1)
    phone.reload()
    expect(phone.locator(".msg--out")).to_have_count(1)
    assert Message.objects.filter(message_type="text").values_list("message", flat=True).get() == "10 min away"
