"""Every button and form of the office that changes something, pressed again after its answer was lost.

What was pressed happens once, and no word of the page says that nothing has happened.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import resolve
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from drivers.models import Driver
from journal.models import Entry
from kernel import clock
from offers import services
from offers.models import Offer, Proposal, Round
from presence.models import StreamEvent
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.journeys.conftest import come_in
from tests.journeys.lossy import CHANGING, Call, Losses
from tests.offers.factories import make_offer, proposal_in, put_to, run_out

DIALOG = "dialog[open]"
UNTRUE = re.compile(r"[Nn]othing (was|is|has been) (sent|changed|done|answered)|was not done|[Nn]ot sent")
NOT_KNOWN = re.compile("It may or may not have been done; pressing again cannot do it twice")
LEAD_ON = ("copy", "new", "edit", "save_for_later", "save_as_draft")


def changes() -> dict[str, list]:
    """What a person did, as far as it is written down: who was told is part of it."""
    market = {"Offer": Offer.objects.order_by("pk").values_list("pk", "status", "version", "expires_at", "owner_id")}
    market["Proposal"] = Proposal.objects.order_by("pk").values_list("pk", "status", "version", "offered_rate")
    market["Round"] = Round.objects.order_by("pk").values_list("pk", "action", "rate")
    verbs = Entry.objects.exclude(verb__in=["sign_in", "sign_out", "read"])
    market["Entry"] = verbs.order_by("pk").values_list("pk", "verb", "object_id")
    market["Told"] = StreamEvent.objects.filter(kind__startswith="offer").order_by("pk").values_list("pk", "kind")
    return {name: list(rows) for name, rows in market.items()}


@pytest.fixture
def dana(transactional_db):
    return make_user(full_name="Dana Whitfield", role="manager")  # Sees what she has handed over.


@pytest.fixture
def desk(open_page, server, dana, answers_get_lost) -> Page:
    return come_in(open_page(viewport={"width": 1440, "height": 900}), dana, "/offers/")


def row(page: Page, words: str | re.Pattern) -> Locator:
    return page.locator("#desk-drivers").get_by_role("button", name=words)


def sure(page: Page, words: str | re.Pattern) -> None:
    page.locator(DIALOG).get_by_role("button", name=words).click()


@dataclass
class Case:
    """`does` is the request; `ready(dana)` gives the address where it is made; `open(page)` comes to the button, and
    `press(page)` is done twice.
    """

    does: str
    ready: Callable[..., str]
    press: Callable[[Page], None]
    open: Callable[[Page], None] = lambda page: None


def come_to(page: Page, case: Case, dana: User) -> None:
    page.goto(case.ready(dana))
    expect(page.locator(".conn")).to_have_text("Connected")
    case.open(page)


def goes_to(does: str, call: Call) -> bool:
    """Whether a call is that request: a pattern of the API, or the name of a page."""
    method, _, where = does.partition(" ")
    if where.startswith("/"):
        return call.method == method and re.fullmatch(re.escape(where).replace(r"\{\}", r"\d+"), call.path) is not None
    return call.method == method and resolve(call.path).url_name == where


def shown(page: Page) -> str:
    return "\n".join(page.locator(".toast, dialog[open]").all_inner_texts())


def at(offer, driver=None) -> str:
    return f"/offers/?offer={offer.pk}" + (f"&driver={driver.pk}" if driver else "")


def in_status(status: str, **fields) -> Callable[..., str]:
    def ready(dana):
        offer = make_offer(dana, **fields)
        proposal_in(status, offer)
        return at(offer)

    return ready


def countered_in_chat(dana):
    offer = make_offer(dana)
    proposal = proposal_in("counter_offered", offer)
    return at(offer, proposal.driver)


def not_available_again(dana):
    offer = make_offer(dana)
    proposal = proposal_in("withdrawn", offer)
    Driver.objects.filter(pk=proposal.driver_id).update(status="Out of service")
    return at(offer)


def draft(dana, **fields):
    return at(make_offer(dana, status="draft", **fields))


def draft_with_drivers(dana):
    return draft(dana, invited_driver_ids=[make_driver().pk])


def draft_with_one_who_is_out(dana):
    return draft(dana, invited_driver_ids=[make_driver().pk, make_driver(status="Out of service").pk])


def countered_now(dana):
    proposal_in("counter_offered", make_offer(dana))
    return "/"


def open_for_hours(dana):
    return at(make_offer(dana, expires_at=clock.now() + timedelta(hours=2)))


def trucks(dana):
    make_driver(driver_name="Ready Freddie")
    return "/trucks/"


def for_more_trucks(dana):
    make_driver(driver_name="Ready Freddie")
    return f"/trucks/?offer={make_offer(dana).pk}"


def two_lost_it(dana):
    offer = make_offer(dana)
    run_out(*put_to(offer, make_driver(), make_driver()))
    services.expire_due()
    return at(offer)


def fill_counter(page):
    row(page, "Counter back").click()
    page.fill(f"{DIALOG} input[name=rate]", "940")


def change_the_rate(page):
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Rate", exact=True).fill("900")


def tick_one(page):
    page.locator("tbody tr", has_text="Ready Freddie").last.locator("input[type=checkbox]").check()


def press_send_anyway(page):
    page.locator(".toast").get_by_role("button", name="Send anyway").click()


def fill_offer(page):
    tick_one(page)
    page.get_by_role("button", name="Make Offer").click()
    _describe(page)


def fill_draft(page):
    page.keyboard.press("n")
    _describe(page)


def _describe(page):
    dialog = page.get_by_role("dialog", name="New offer")
    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill("1240")


def submit(page):
    page.locator(f"{DIALOG} [data-submit]").click()


def menu(words: str) -> Callable[[Page], None]:
    def choose(page):
        if not page.locator(DIALOG).count():
            page.locator("#desk-offer summary").click()
            page.locator("#desk-offer .menu").get_by_role("button", name=words).click()

    return choose


def head(words: str | re.Pattern) -> Callable[[Page], None]:
    return lambda page: page.locator("#desk-offer").get_by_role("button", name=words).click()


def people(words: str) -> Callable[[Page], None]:
    def choose(page):
        menu(words)(page)
        page.locator(f"{DIALOG} label", has_text="Leo Marchetti").locator("input").check()

    return choose


def and_then(*steps: Callable[[Page], None]) -> Callable[[Page], None]:
    def both(page):
        for step in steps:
            step(page)

    return both


RESPOND, OFFER = "PUT /api/proposals/{}/respond", "PATCH /api/offers/{}"
SEND = "POST /api/offers/{}/send-to-drivers"

CASES = {
    "accept": Case(RESPOND, in_status("counter_offered"), lambda page: row(page, re.compile("^Accept")).click()),
    "counter": Case(RESPOND, in_status("counter_offered"), submit, fill_counter),
    "reject": Case(RESPOND, countered_in_chat, submit, lambda page: page.get_by_role("button", name="Decline").click()),
    "award": Case(
        "POST /api/offers/{}/award",
        in_status("accepted"),
        and_then(lambda page: row(page, re.compile("^Award")).click(), lambda page: sure(page, re.compile("^Award"))),
    ),
    "withdraw": Case(
        "POST /api/offers/{}/withdraw",
        in_status("viewed"),
        lambda page: row(page, re.compile("^Withdraw from")).click(),
    ),
    "send": Case(SEND, in_status("withdrawn"), lambda page: row(page, "Send again").click()),
    "send_anyway": Case(SEND, not_available_again, press_send_anyway, lambda page: row(page, "Send again").click()),
    "fall_off": Case(
        "POST /api/offers/{}/fall-off",
        in_status("awarded"),
        submit,
        lambda page: row(page, "Take off the load").click(),
    ),
    "now": Case(RESPOND, countered_now, lambda page: page.get_by_role("button", name=re.compile("^Accept")).click()),
    "extend": Case(OFFER, open_for_hours, head("Add 10 min")),
    "complete": Case(OFFER, in_status("awarded"), head("Complete")),
    "activate": Case(OFFER, draft, head("Make active")),
    "cancel": Case(
        OFFER, in_status("viewed"), and_then(menu("Cancel offer"), lambda page: sure(page, re.compile("^Cancel #")))
    ),
    "withdraw_all": Case(
        "POST /api/offers/{}/withdraw",
        in_status("viewed"),
        and_then(head("Withdraw"), lambda page: sure(page, "Withdraw from all")),
    ),
    "copy": Case("POST /api/offers/{}/copy", in_status("viewed"), head("Copy")),
    "handover": Case("POST /api/offers/{}/handover", in_status("viewed"), submit, people("Hand over")),
    "followers": Case("POST /api/offers/{}/followers", in_status("viewed"), submit, people("Followers")),
    "send_draft": Case("POST offer-send-to", draft_with_drivers, head("Send to 1 driver")),
    "send_again": Case("POST offer-send-to", two_lost_it, head("Send again to 2")),
    "send_from_trucks": Case(
        "POST offer-send-to",
        for_more_trucks,
        lambda page: page.get_by_role("button", name=re.compile("^Send #")).click(),
        tick_one,
    ),
    "send_form_anyway": Case(
        "POST offer-send",
        draft_with_one_who_is_out,
        lambda page: page.locator(DIALOG).get_by_role("button", name="Send anyway").click(),
        head("Send to 2 drivers"),
    ),
    "edit": Case(
        "POST offer-edit",
        in_status("viewed"),
        lambda page: page.get_by_role("button", name="Save changes").click(),
        change_the_rate,
    ),
    "new": Case(
        "POST offer-new", trucks, lambda page: page.get_by_role("button", name="Send to 1 driver").click(), fill_offer
    ),
    "save_for_later": Case(
        "POST offer-new", trucks, lambda page: page.get_by_role("button", name="Save for later").click(), fill_offer
    ),
    "save_as_draft": Case(
        "POST offer-new",
        lambda dana: "/offers/",
        lambda page: page.get_by_role("button", name="Save as draft").click(),
        fill_draft,
    ),
}


def test_pressed_again_after_a_lost_answer_it_is_done_once(desk, dana):
    make_user(full_name="Leo Marchetti")
    losses = Losses.of(desk)
    for name, case in CASES.items():
        come_to(desk, case, dana)
        before = changes()
        losses.start(cut=True)
        case.press(desk)
        losses.until_lost()
        expect(desk.get_by_text(NOT_KNOWN).first, name).to_be_visible()
        assert not UNTRUE.search(shown(desk)), name
        once = changes()
        assert once != before, name
        assert goes_to(case.does, losses.lost[-1]), (name, losses.lost)
        losses.end()
        with desk.expect_response(lambda response: response.request.method in CHANGING) as answered:
            case.press(desk)
        assert answered.value.status < 400, name
        assert Call.of(answered.value.request) == losses.lost[-1], name
        assert changes() == once, name
        if name in LEAD_ON:
            desk.wait_for_url(re.compile(r"/offers/\?offer="))


def test_where_the_server_can_be_asked_the_page_says_what_is_so(desk, dana, keep_screenshot):
    case = CASES["new"]
    losses = Losses.of(desk)
    come_to(desk, case, dana)
    desk.route("**/offers/new", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    case.press(desk)
    expect(desk.get_by_text("No answer came, and so far it is not done.")).to_be_visible()
    desk.unroute("**/offers/new")
    assert not Offer.objects.exists()

    desk.context.set_offline(True)
    case.press(desk)
    expect(desk.get_by_text("No connection. Nothing was sent. What you have typed is kept.")).to_be_visible()
    desk.context.set_offline(False)

    losses.start()
    case.press(desk)
    expect(desk.get_by_text("It was done; only the answer was lost.")).to_be_visible()
    keep_screenshot(desk, "done")
    losses.end()
    case.press(desk)
    desk.wait_for_url("**/offers/?offer=*")
    assert Offer.objects.count() == 1


def test_the_offer_that_is_written_stays_one(desk, dana):
    """Corrected after a refusal, opened again after its answer was lost, changed after that."""
    case = CASES["save_as_draft"]
    losses = Losses.of(desk)
    come_to(desk, case, dana)
    dialog = desk.get_by_role("dialog")
    rate = dialog.get_by_label("Rate", exact=True)
    rate.fill("much")
    case.press(desk)
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(1)
    rate.fill("1240")
    losses.start(cut=True)
    case.press(desk)
    expect(desk.get_by_text(NOT_KNOWN).first).to_be_visible()
    losses.end()
    desk.reload()
    desk.keyboard.press("n")
    expect(desk.get_by_text("Kept from")).to_be_visible()
    rate.fill("1500")
    case.press(desk)
    expect(dialog.get_by_text("what you have changed since is not in it")).to_be_visible()
    dialog.get_by_role("link", name="Look at it").click()
    expect(desk.locator("#desk-offer")).to_contain_text("$1,240")
    assert [offer.proposed_rate for offer in Offer.objects.all()] == [Decimal(1240)]
    expect(desk.locator(".conn")).to_have_text("Connected")
    desk.keyboard.press("n")
    rate.fill("1600")
    case.press(desk)
    expect(desk.locator("#desk-offer")).to_contain_text("$1,600")
    assert Offer.objects.count() == 2


def test_a_counter_is_corrected_after_a_refusal_that_was_lost_and_is_one_round(desk, dana):
    losses = Losses.of(desk)
    come_to(desk, CASES["counter"], dana)
    desk.fill(f"{DIALOG} input[name=rate]", "9999999999")
    losses.start()
    submit(desk)
    expect(desk.get_by_text("It was refused, and the answer was lost.")).to_be_visible()
    desk.fill(f"{DIALOG} input[name=rate]", "940")
    losses.end()
    submit(desk)
    expect(desk.locator(DIALOG)).to_have_count(0)
    assert Round.objects.order_by("pk").last().rate == 940
