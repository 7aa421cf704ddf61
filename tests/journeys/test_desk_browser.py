"""The desk in a browser: a dispatcher negotiates with drivers, who answer from elsewhere, and nothing is reloaded."""

import json
import re
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, Request, expect

from chat.services import Send, mark_delivered, send_messages
from offers import services
from offers.models import Proposal
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.drivers.factories import sign_in as driver_sign_in
from tests.journeys.conftest import PHONE, come_in
from tests.offers.factories import answer, make_offer, put_to

DIALOG = "dialog[open]"


class Driving:
    """A driver with a phone somewhere else, who speaks to the server itself."""

    def __init__(self, server, driver, offer):
        headers = {"Authorization": f"Bearer {driver_sign_in(driver).access}"}
        self.api = httpx.Client(base_url=f"{server.url}/api", headers=headers, timeout=20)
        self.driver, self.offer = driver, offer

    @property
    def chat(self):
        return f"/offers/{self.offer.pk}/chat/{self.driver.pk}"

    def writes(self, words):
        body = {"message": words, "client_id": str(uuid4())}
        assert self.api.post(self.chat, json=body).status_code == 201

    def reads_everything(self):
        last = self.api.get(self.chat).json()["results"][-1]
        assert self.api.put(f"/chat/{last['id']}/read").status_code == 200

    def answers(self, action, **said):
        (proposal,) = self.api.get("/proposals", params={"offer_id": self.offer.pk}).json()["results"]
        body = {"action": action, "version": proposal["version"], **said}
        response = self.api.put(f"/proposals/{proposal['id']}/respond", json=body)
        assert response.status_code == 200, response.text


@pytest.fixture
def driving(server, load):
    """`driving(driver)` is a driver of the load."""
    people = []

    def one(driver):
        people.append(Driving(server, driver, load))
        return people[-1]

    yield one
    for each in people:
        each.api.close()


@pytest.fixture
def dana(transactional_db):
    return make_user(full_name="Dana Whitfield")


@pytest.fixture
def load(dana):
    return make_offer(dana, rate_ceiling=Decimal("1000.00"), weight_lbs=Decimal("2400"))


@pytest.fixture
def drivers(load):
    people = [make_driver(driver_name=name) for name in ("Marisol Quintanilla", "Terrence Boudreaux")]
    put_to(load, *people)
    return people


def at(load, driver=None):
    return f"/offers/?offer={load.pk}" + (f"&driver={driver.pk}" if driver else "")


def say(page: Page, words: str) -> None:
    page.fill("#say", words)
    page.press("#say", "Enter")


def test_a_negotiation_from_counter_to_award(open_page, driving, keep_screenshot, dana, load, drivers):
    marisol = driving(drivers[0])
    page = come_in(open_page(), dana, at(load))
    page.click(f"[data-driver='{drivers[0].pk}'] .cover")
    expect(page.locator("#chat")).to_be_visible()
    assert f"driver={drivers[0].pk}" in page.url

    marisol.writes("Is it <b>dock</b> to dock?")
    expect(page.locator(".bubble").last).to_have_text("Is it <b>dock</b> to dock?")
    say(page, "Both ends")
    mark = page.locator(".msg--out .msg__by").last
    expect(mark).to_contain_text("Sent")
    marisol.reads_everything()
    expect(mark).to_contain_text("Read")

    marisol.answers("counter", rate="990.00", note="I come back empty")
    row = page.locator(f"[data-driver='{drivers[0].pk}']")
    expect(row.get_by_role("button", name="Accept $990")).to_be_visible()
    expect(page.locator("#desk-gauge")).to_contain_text("asks $990")
    keep_screenshot(page, "countered")

    page.locator(".rate--yours").get_by_role("button", name="Counter back").click()
    page.fill(f"{DIALOG} input[name=rate]", "much")
    page.click(f"{DIALOG} [data-submit]")
    expect(page.locator(f"{DIALOG} [data-error]")).to_contain_text("Name an amount")
    page.fill(f"{DIALOG} input[name=rate]", "$940")
    page.click(f"{DIALOG} [data-submit]")
    expect(page.locator(DIALOG)).to_have_count(0)
    expect(page.locator(".rate--past .rate__sum")).to_have_text("$990.00")

    marisol.answers("accept")
    row.get_by_role("button", name="Award $940").click()
    expect(page.locator(DIALOG)).to_contain_text("Marisol Quintanilla")
    page.get_by_role("button", name="Award to Marisol Quintanilla").click()
    expect(page.locator("#desk-offer")).to_contain_text("Assigned")
    expect(page.locator(f"[data-driver='{drivers[1].pk}']")).to_contain_text("Covered by another truck")
    assert Proposal.objects.get(driver=drivers[0]).status == "awarded"


def log_of(page: Page) -> list[str]:
    """From now on: the live events by their names, `asked` when zones are read anew, `came` when they have come."""
    log = []

    def of_zones(request: Request, step: str) -> None:
        if request.headers.get("hx-target") == "desk-live":
            log.append(step)

    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: log.append(json.loads(frame)["type"])))
    page.on("request", lambda request: of_zones(request, "asked"))
    page.on("requestfinished", lambda request: of_zones(request, "came"))
    return log


def until_renewed_for(page: Page, log: list[str], *names: str) -> None:
    """Waits until these events have come, and all that the page has read because of them."""
    for _ in range(600):
        if all(name in log for name in names):
            last = max(len(log) - 1 - log[::-1].index(name) for name in names)
            if "asked" in log[last:] and log.count("asked") == log.count("came"):
                return
        page.wait_for_timeout(25)
    raise AssertionError(log)


def test_delivered_is_said_at_once_in_the_row_and_in_the_head_of_the_chat(open_page, dana, load, drivers):
    page = open_page()
    log = log_of(page)
    come_in(page, dana, at(load, drivers[0]))
    states = page.locator(f"[data-driver='{drivers[0].pk}'] .drv__state, #desk-chat-head .st")
    expect(states).to_have_text(["Sent", "Sent"])
    say(page, "Can you load today?")
    expect(page.locator(".msg--out .msg__by").last).to_contain_text("Sent")
    # What the message itself makes the page read must not be what brings the receipt.
    until_renewed_for(page, log, "new_message", "unread_changed")
    mark_delivered(actor=drivers[0].actor, offer_id=load.pk, driver_id=drivers[0].pk, seq=2)
    expect(states).to_have_text(["Delivered", "Delivered"])
    page.reload()
    expect(states).to_have_text(["Delivered", "Delivered"])


def test_an_answer_to_old_terms_shows_the_new_ones(open_page, dana, load, drivers):
    proposal = Proposal.objects.get(driver=drivers[0])
    answer(proposal, "counter", rate=Decimal("990.00"))
    page = come_in(open_page(), dana, at(load))
    accept = page.get_by_role("button", name="Accept $990")
    accept.evaluate("button => (button.dataset.answeringVersionParam = '1')")
    accept.click()
    expect(page.locator(DIALOG)).to_contain_text("The terms have changed")
    expect(page.locator(DIALOG)).to_contain_text("$990")
    proposal.refresh_from_db()
    assert proposal.status == "counter_offered"


def test_withdrawn_and_sent_again(open_page, dana, load, drivers):
    page = come_in(open_page(), dana, at(load))
    row = page.locator(f"[data-driver='{drivers[1].pk}']")
    row.get_by_role("button", name="Withdraw from Terrence").click()
    expect(row).to_contain_text("Withdrawn")
    page.locator(".toast").get_by_role("button", name="Send again").click()
    expect(row.locator(".drv__state")).to_contain_text("Sent")


def test_old_messages_come_by_scrolling_and_are_found(open_page, dana, load, drivers):
    sends = [Send(drivers[0].actor, load.pk, drivers[0].pk, f"Line number {n}.", f"c{n}") for n in range(120)]
    send_messages(sends=sends)
    page = come_in(open_page(), dana, at(load, drivers[0]))
    expect(page.locator(".bubble").last).to_have_text("Line number 119.")
    assert page.locator(".bubble").count() == 50
    expect(page.get_by_text("120 new")).to_have_count(0)
    page.locator(".msgs").evaluate("box => (box.scrollTop = -box.scrollHeight)")
    expect(page.get_by_text("Line number 20.", exact=True)).to_be_attached()
    # Who reads on is not carried off to the oldest line, and comes further.
    expect(page.get_by_text("Line number 70.", exact=True)).to_be_in_viewport()
    page.locator(".msgs").hover()
    page.mouse.wheel(0, -10_000)
    expect(page.get_by_text("Line number 1.", exact=True)).to_be_attached()
    page.locator(".msgs").evaluate("box => (box.scrollTop = 0)")

    page.get_by_role("button", name="Search in this chat").click()
    page.locator(".chat__search input").fill("number 3.")
    page.locator(".chat__found button").filter(has_text=re.compile(r"number 3\.")).click()
    expect(page.get_by_text("Line number 3.", exact=True)).to_be_in_viewport()


def test_two_dispatchers_know_of_each_other(open_page, dana, load, drivers):
    leo = make_user(full_name="Leo Marchetti")
    services.set_followers(actor=dana.actor, offer_id=load.pk, user_ids=[leo.pk])
    page = come_in(open_page(), dana, at(load, drivers[0]))
    other = come_in(open_page(), leo, at(load, drivers[0]))
    other.locator("#say").press_sequentially("On it")
    expect(page.get_by_text("Leo Marchetti is answering here too")).to_be_visible()
    other.press("#say", "Enter")
    expect(page.locator(".msg--out .msg__by").last).to_contain_text("Leo")
    expect(page.get_by_text("is answering here too")).to_be_hidden()


def test_on_a_narrow_screen_the_chat_is_a_pane_of_its_own(open_page, keep_screenshot, dana, load, drivers):
    page = come_in(open_page(**PHONE), dana, at(load))
    expect(page.locator("#desk-drivers")).to_be_visible()
    page.click(f"[data-driver='{drivers[0].pk}'] .cover")
    expect(page.locator("#say")).to_be_visible()
    expect(page.locator("#desk-drivers")).to_be_hidden()
    keep_screenshot(page, "chat")
    page.get_by_role("link", name="Back to drivers").click()
    expect(page.locator("#desk-drivers")).to_be_visible()
    assert "driver=" not in page.url


def test_at_twice_the_size_everything_can_be_read(open_page, keep_screenshot, dana, load, drivers):
    page = come_in(open_page(viewport={"width": 720, "height": 450}), dana, at(load))
    facts = page.locator("#desk-offer dd")
    assert all(facts.evaluate_all("all => all.map((each) => each.scrollWidth <= each.clientWidth)"))
    keep_screenshot(page, "offer")
    page.locator(f"[data-driver='{drivers[0].pk}'] .cover").click()
    expect(page.locator(".msgs")).to_be_visible()
    assert page.locator(".msgs").evaluate("box => box.clientHeight") > 150
    keep_screenshot(page, "chat")
    page.get_by_role("link", name="Back to drivers").click()
    expect(page.locator("#desk-drivers")).to_be_visible()


def test_lists_have_one_stop_for_the_keyboard(open_page, dana, load, drivers):
    others = [make_offer(dana) for _ in range(2)]
    page = come_in(open_page(viewport={"width": 1440, "height": 900}), dana, at(others[0]))
    stops = page.locator(".card[tabindex='0']")
    expect(stops).to_have_attribute("data-offer", str(others[0].pk))
    page.goto(at(load))
    names = page.locator("#desk-drivers .cover")
    first, second = names.nth(0), names.nth(1)
    page.locator("#desk-offer summary").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_be_focused()
    page.keyboard.press("Escape")
    expect(second).to_be_focused()
