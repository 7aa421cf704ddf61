"""Every form of every page is sent once from each state of its page, and does what it says.

Forms are found in the page: one that this test does not know, or that nothing sends, fails it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Page, expect

from chat.models import Message
from drivers.models import Driver
from drivers.services import create_link
from kernel import clock
from kernel.actors import SYSTEM
from offers import services
from offers.models import Offer, Proposal
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE, come_in
from tests.offers.factories import make_offer, proposal_in, put_to, run_out

FORMS = """() => {
  const forms = [...document.querySelectorAll("form")].map((form) => ["", form]);
  for (const template of document.querySelectorAll("template"))
    for (const form of template.content.querySelectorAll("form")) forms.push([template.id, form]);
  return forms.map(([template, form]) => ({
    template,
    action: form.getAttribute("hx-post") ?? form.getAttribute("hx-get") ?? form.getAttribute("action") ?? "",
    method: form.hasAttribute("hx-post") ? "post" : form.hasAttribute("hx-get") ? "get" : form.method,
    script: form.dataset.action ?? "",
    key: form.querySelector("[name=request_key]")?.value ?? "",
  }));
}"""

DIALOGS = {
    "dialog counter-dialog",
    "dialog decline-dialog",
    "dialog fall-off-dialog",
    "dialog people-dialog",
    "dialog driver-counter",
    "dialog driver-reject",
    "dialog driver-fall-off",
    "dialog driver-stale",
}
"""Copies of them ask for more before an answer goes; other tests of this directory send them."""


def name_of(form: dict[str, str]) -> str:
    if form["template"]:
        return f"dialog {form['template']}"
    if form["action"]:
        return f"{form['method']} {resolve(urlsplit(form['action']).path).url_name}"
    return re.sub(r".*submit->", "", form["script"]).split()[0]


def forms_of(page: Page) -> set[str]:
    found = page.evaluate(FORMS)
    posting = [form for form in found if form["method"] == "post" and form["action"].startswith("/offers/")]
    assert all(form["key"] for form in posting)
    return {name_of(form) for form in found}


def send(page: Page, senders: dict[str, Callable[[Page], None]], known: Iterable[str] = ()) -> set[str]:
    """Sends each form of the page that there is a sender for; answers all names."""
    names = forms_of(page)
    assert names <= {*senders, *known, *DIALOGS}, names
    address = page.url
    for name in sorted(names & set(senders)):
        if page.url != address:
            page.goto(address)
        senders[name](page)
    return names


# --- the desk


def at(offer: Offer, driver: Driver | None = None) -> str:
    return f"/offers/?offer={offer.pk}" + (f"&driver={driver.pk}" if driver else "")


def states(dana) -> dict[str, tuple[Offer, list[int]]]:
    """Offers in every state, and which drivers the form in their head asks."""
    ready, more = make_driver(), make_driver()
    draft = make_offer(dana, status="draft", invited_driver_ids=[ready.pk, more.pk])
    left = make_offer(dana, expires_at=clock.now() + timedelta(hours=1))
    proposals = put_to(left, make_driver(), make_driver())
    run_out(*proposals)
    services.expire_due()
    shown: dict[str, tuple[Offer, list[int]]] = {
        "draft": (draft, [ready.pk, more.pk]),
        "left out": (left, [each.driver_id for each in proposals]),
    }
    for status in ("viewed", "accepted", "awarded", "rejected"):
        shown[status] = (make_offer(dana), [])
        proposal_in(status, shown[status][0])
    for status in ("completed", "cancelled"):
        shown[status] = (make_offer(dana), [])
        proposal_in("awarded" if status == "completed" else "viewed", shown[status][0])
        services.set_status(actor=dana.actor, offer_id=shown[status][0].pk, status=status, version=None)
    return shown


def search_offers(page: Page) -> None:
    with page.expect_response(lambda response: "search=Dallas" in response.url) as found:
        page.fill("#desk-search", "Dallas")
    assert found.value.status == 200
    page.fill("#desk-search", "")


def search_chat(page: Page) -> None:
    page.get_by_role("button", name="Search in this chat").click()
    page.locator(".chat__search input").fill("zebra")
    page.locator(".chat__search input").press("Enter")
    expect(page.locator(".chat__found")).to_contain_text("Nothing in this chat")
    page.get_by_role("button", name="Close the search").click()


def write(page: Page) -> None:
    if not page.locator("#say").is_visible():
        return  # A closed chat has its form, and does not show it.
    words = f"Word {Message.objects.count()}"
    page.fill("#say", words)
    page.locator(".composer").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".msg--out .msg__by").last).to_contain_text("Sent")
    assert Message.objects.filter(message=words).count() == 1


def change_language(page: Page) -> None:
    page.locator(".me").first.click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator(".me").first.click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.fixture
def dana(transactional_db):
    return make_user(full_name="Dana Whitfield", role="manager")


@pytest.mark.parametrize("chosen", ["no driver", "a driver"])
def test_forms_of_the_desk_in_every_state(open_page, server, dana, chosen):
    seen: set[str] = set()
    page = come_in(open_page(viewport={"width": 1440, "height": 900}), dana, "/offers/")
    other = make_driver()
    for state, (offer, asked) in states(dana).items():
        first = offer.proposals.first()
        driver = first.driver if first and chosen == "a driver" else None
        if chosen == "a driver" and first is None:
            page.goto(at(offer) + f"&driver={other.pk}")
        else:
            page.goto(at(offer, driver))
        expect(page.locator(".conn")).to_have_text("Connected")

        def send_to(page: Page, offer: Offer = offer, asked: list[int] = asked, state: str = state) -> None:
            with page.expect_navigation(), page.expect_response(lambda each: each.request.method == "POST") as sent:
                page.locator("#desk-offer form button").click()
            assert sent.value.status == 204, state
            assert page.url.endswith(at(offer))
            live = Proposal.objects.filter(offer=offer, status="sent")
            assert sorted(live.values_list("driver_id", flat=True)) == sorted(asked), state
            assert Offer.objects.get(pk=offer.pk).status == "active"

        senders = {"get desk": search_offers, "chat#find": search_chat, "chat#send": write}
        senders["post offer-send-to"] = send_to
        names = send(page, senders, known=["post set_language", "post sign-out"])
        assert ("post offer-send-to" in names) == bool(asked), state
        seen |= names
    assert {"get desk", "post offer-send-to"} <= seen
    assert ("chat#send" in seen) == (chosen == "a driver")


def test_forms_of_the_offer_dialog(open_page, server, dana):
    ready, out = make_driver(), make_driver(status="Out of service")
    page = come_in(open_page(viewport={"width": 1440, "height": 900}), dana, "/trucks/")
    page.locator("tbody input[type=checkbox]").nth(0).check()
    page.locator("tbody input[type=checkbox]").nth(1).check()
    page.get_by_role("button", name="Make Offer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    known = ["post set_language", "post sign-out", "get trucks"]

    def make(page: Page) -> None:
        dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
        dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
        dialog.get_by_label("Rate", exact=True).fill("1240")
        page.get_by_role("button", name="Send to 2 drivers").click()
        expect(dialog).to_contain_text("Sent to 1 driver")

    def anyway(page: Page) -> None:
        page.get_by_role("button", name="Send anyway").click()
        expect(dialog).to_contain_text("has the offer now")

    def change(page: Page) -> None:
        dialog.get_by_label("Rate", exact=True).fill("1300")
        page.get_by_role("button", name="Save changes").click()
        expect(page.locator("#desk-offer")).to_contain_text("$1,300")

    assert "post offer-new" in send(page, {"post offer-new": make}, known)
    assert "post offer-send" in send(page, {"post offer-send": anyway}, known)
    assert {each.driver_id for each in Proposal.objects.all()} == {ready.pk, out.pk}
    page.get_by_role("link", name="Open the offer").click()
    page.wait_for_url("**/offers/**")
    expect(page.locator(".conn")).to_have_text("Connected")  # The page's scripts are there: they open the dialog.
    page.get_by_role("link", name="Edit").click()
    expect(dialog).to_be_visible()
    assert "post offer-edit" in send(page, {"post offer-edit": change}, [*known, "get desk"])


def test_forms_of_the_other_pages_of_the_office(open_page, server, dana):
    make_driver(driver_name="Marisol Quintanilla")
    page = open_page(viewport={"width": 1440, "height": 900})

    def sign_in(page: Page) -> None:
        page.fill("input[name=username]", dana.username)
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")

    def find_trucks(page: Page) -> None:
        page.fill("#trucks-search", "No such name")
        expect(page.locator("#trucks-found")).not_to_contain_text("Marisol")

    def language_before(page: Page) -> None:
        page.get_by_role("button", name="Español").click()
        expect(page.locator("html")).to_have_attribute("lang", "es")
        page.get_by_role("button", name="English").click()

    def sign_out(page: Page) -> None:
        page.locator(".me").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")

    page.goto("/sign-in")
    assert send(page, {"post set_language": language_before, "post sign-in": sign_in}) == {
        "post set_language",
        "post sign-in",
    }
    page.goto("/")
    assert "post set_language" in send(page, {"post set_language": change_language}, ["post sign-out"])
    page.goto("/trucks/")
    assert "get trucks" in send(page, {"get trucks": find_trucks}, ["post sign-out", "post set_language"])
    assert "post sign-out" in send(page, {"post sign-out": sign_out}, ["get trucks", "post set_language"])


def test_forms_of_the_phone(open_page, server):
    driver = make_driver(driver_name="Marisol Quintanilla", cell_phone="701-555-0100")
    phone = open_page(**PHONE)

    def press(words: str) -> Callable[[Page], None]:
        return lambda page: page.get_by_role("button", name=words).click()

    def ask_for_code(page: Page) -> None:
        page.fill("#contact", "701-555-0100")
        press("Send me a code")(page)
        expect(page.locator("#code")).to_be_visible()

    def wrong_code(page: Page) -> None:
        page.fill("#code", "000000")
        press("Sign in")(page)
        expect(page.locator("#wrong")).to_be_visible()

    phone.goto("/driver/sign-in")
    assert "post driver-sign-in" in send(phone, {"post driver-sign-in": ask_for_code}, ["post set_language"])
    assert "post driver-code" in send(phone, {"post driver-code": wrong_code}, ["post set_language"])
    phone.goto(urlsplit(create_link(actor=SYSTEM, driver_id=driver.pk)).path)
    link = {"post driver-link": press("Yes, show my offers")}
    assert "post driver-link" in send(phone, link, ["post set_language"])
    phone.wait_for_url("**/driver/")

    (proposal,) = put_to(make_offer(), driver)
    for status in ("sent", "accepted"):
        if status == "accepted":
            services.respond(
                actor=driver.actor,
                proposal_id=proposal.pk,
                action="accept",
                version=Proposal.objects.get(pk=proposal.pk).version,
            )
        for screen in ("", f"?offer={proposal.offer_id}"):
            phone.goto(f"/driver/{screen}")
            assert send(phone, {}, ["post set_language", "post sign-out"]) >= {"post sign-out"}
        phone.goto(f"/driver/?offer={proposal.offer_id}&chat=1")
        expect(phone.locator(".conn")).to_contain_text("Connected")
        talk = {"chat#find": search_chat, "chat#send": write}
        assert set(talk) <= send(phone, talk, ["post set_language", "post sign-out"])

    def sign_out(page: Page) -> None:
        page.goto("/driver/")
        page.locator(".me").click()
        press("Sign out")(page)
        page.wait_for_url("**/driver/sign-in")

    phone.goto("/driver/")
    send(phone, {"post set_language": change_language, "post sign-out": sign_out})
