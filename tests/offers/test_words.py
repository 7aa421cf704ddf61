"""One word for one state, wherever it stands on a side."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from django.utils import translation

from chat.services import Send, mark_delivered, send_messages
from offers import selectors
from offers.enums import OfferStatus, ProposalStatus
from offers.models import Proposal
from offers.pages.desk_presenter import present_offer, present_row
from offers.pages.driver_presenter import Truck, present_load
from offers.words import (
    DELIVERED,
    DRIVER,
    OFFICE,
    TYPING,
    driver_word,
    driver_words,
    how_far,
    mark_word,
    office_word,
    office_words,
)
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import STATUSES, answer, make_offer, owner_of, proposal_in, put_to
from tests.offers.scenes import browser_of

pytestmark = pytest.mark.django_db
ARABIC = "أحمد الخطيب"


@pytest.mark.parametrize("status", ProposalStatus)
def test_the_administration_says_what_the_desk_says(status):
    assert office_word(status) == status.label == office_words()[status]
    assert driver_words()[status] == driver_word(status)


def test_every_state_has_a_word_in_both_languages():
    english, spanish = office_words() | driver_words(), {}
    with translation.override("es"):
        spanish = office_words() | driver_words()
    assert {DELIVERED, TYPING, *ProposalStatus} <= set(OFFICE)
    assert set(ProposalStatus) <= set(DRIVER)
    assert [key for key, words in english.items() if spanish[key] == words] == []


def test_no_page_and_no_script_has_a_table_of_its_own():
    """A word for a state that stands anywhere else would go its own way."""
    roots = [settings.BASE_DIR / "templates", settings.BASE_DIR / "static"]
    texts = [
        path for root in roots for path in [*root.rglob("*.html"), *root.rglob("*.js")] if "vendor" not in path.parts
    ]
    words = "|".join({str(label) for label in [*ProposalStatus.labels, *OfferStatus.labels]} - {"Sent"})
    own = re.compile(rf'(?:gettext\(|translate )"(?:{words}|Rejected|Fallen off|Viewed)"(?! context)')
    assert [path.name for path in texts if own.search(path.read_text())] == []


def data_of(page: str) -> dict[str, str]:
    found = re.search(r'<script id="state-words" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_scripts_get_the_table_of_their_side():
    office, driver = make_user(), make_driver()
    for address in ("/", "/trucks/", "/offers/"):
        assert data_of(browser_of(office.actor).get(address).content.decode()) == office_words()
    assert data_of(browser_of(driver.actor).get("/driver/").content.decode()) == driver_words()


@pytest.mark.parametrize(
    ("counts", "english", "spanish"),
    [
        ({"counter_offered": 1, "accepted": 2}, "1 countered, 2 accepted", "1 con contraoferta, 2 aceptaron"),
        ({"accepted": 1, "viewed": 3}, "1 accepted", "1 aceptó"),
        ({"viewed": 1, "sent": 5}, "1 has seen it", "1 la vio"),
        ({"viewed": 2}, "2 have seen it", "2 la vieron"),
        ({"sent": 3, "rejected": 1}, "sent to 3", "enviada a 3"),
        ({"lost": 1}, "nobody left", "no queda nadie"),
        ({}, "sent to nobody", "no se ha enviado"),
    ],
)
def test_how_far_an_offer_is_tells_first_who_waits_for_the_office(counts, english, spanish):
    assert how_far(counts) == english
    with translation.override("es"):
        assert how_far(counts) == spanish


@pytest.mark.parametrize(
    ("kind", "english"), [("offer", "offer"), ("standing", "you"), ("ask", "asks"), ("ceiling", "ceiling")]
)
def test_an_amount_on_the_gauge_has_its_word(kind, english):
    assert mark_word(kind) == english


def states_of(page: str) -> list[tuple[str, str]]:
    """The state in the chat's head and the one in the row, as `(shape, words)`."""
    state = r'<span\s+class="st(?: st--box)?" data-st="(\w+)">.*?</svg>\s*<span>\s*(.*?)\s*</span>'
    boxes = re.findall(state, page, re.S)
    return [(shape, unescape(words)) for shape, words in boxes]


def delivered() -> Proposal:
    (proposal,) = put_to(make_offer(), make_driver())
    actor, driver = owner_of(proposal.offer), proposal.driver.actor
    send_messages(sends=[Send(actor, proposal.offer_id, proposal.driver_id, "Can you?", "one")])
    mark_delivered(actor=driver, offer_id=proposal.offer_id, driver_id=proposal.driver_id, seq=2)
    return proposal


@pytest.mark.parametrize("status", [*STATUSES, DELIVERED])
def test_the_head_of_the_chat_says_what_the_row_says(status):
    proposal = delivered() if status == DELIVERED else proposal_in(status)
    address = f"/offers/?offer={proposal.offer_id}&driver={proposal.driver_id}"
    page = browser_of(owner_of(proposal.offer)).get(address).content.decode()
    row = re.search(rf'id="row-{proposal.pk}".*?</li>', page, re.S)
    head = re.search(r'id="desk-chat-head".*?</header>', page, re.S)
    assert row
    assert head
    assert len(states_of(head[0])) == 1
    assert states_of(head[0]) == states_of(row[0])
    assert states_of(head[0])[0][1].startswith(office_word(status, proposal.reason))


def test_delivered_is_said_of_what_a_device_of_the_driver_has():
    driver = make_driver()
    offer = make_offer()
    put_to(offer, driver)
    actor = owner_of(offer)

    def shown() -> tuple[str, str]:
        (row,) = selectors.grid_for(actor, offer.pk)
        shown = present_row(row, present_offer(selectors.offer_dicts([offer], actor)[0]), may=True)
        return shown["state"], shown["word"]

    send_messages(sends=[Send(actor, offer.pk, driver.pk, "Can you?", "one")])
    assert shown() == ("sent", "Sent")
    mark_delivered(actor=driver.actor, offer_id=offer.pk, driver_id=driver.pk, seq=2)
    assert shown() == (DELIVERED, "Delivered")
    send_messages(sends=[Send(driver.actor, offer.pk, driver.pk, "Wait", "two")])
    assert shown() == (DELIVERED, "Delivered")
    send_messages(sends=[Send(actor, offer.pk, driver.pk, "Well?", "three")])
    assert shown() == ("sent", "Sent")


def test_a_driver_is_not_told_to_have_agreed_when_the_office_did():
    proposal = put_to(make_offer(), make_driver())[0]
    answer(proposal, "counter", rate=Decimal("990.00"))
    answer(proposal, "accept", by=owner_of(proposal.offer))
    (offer,) = selectors.offer_dicts([proposal.offer], proposal.driver.actor)
    assert present_load(offer, Truck())["word"] == "They said yes"


@pytest.mark.parametrize("status", STATUSES)
def test_the_list_of_the_phone_says_what_the_offer_says(status):
    proposal = proposal_in(status)
    (offer,) = selectors.offer_dicts([proposal.offer], proposal.driver.actor)
    load = present_load(offer, Truck())
    assert load["word"] == driver_word(status, proposal.reason)
    if load["closing"]:
        assert load["closing"]["title"] == load["word"]


def test_the_history_of_an_offer_has_the_words_of_its_states():
    proposal = proposal_in("rejected")
    manager = make_user(role="manager")
    page = browser_of(manager.actor).get(f"/admin/offers/proposal/{proposal.pk}/history/").content.decode()
    assert "Declined" in page
    assert "status: rejected" not in page


# --- names that run the other way


def test_a_name_stands_for_itself_on_every_page_of_the_office():
    offer = make_offer(owner := make_user(role="manager", full_name="דוד לוי"))
    driver = make_driver(driver_name=ARABIC)
    proposal = put_to(offer, driver)[0]
    answer(proposal, "counter", rate=Decimal("990.00"))
    client = browser_of(owner.actor)
    pages = {
        address: client.get(address).content.decode()
        for address in (
            "/",
            "/trucks/",
            f"/offers/?offer={offer.pk}&driver={driver.pk}",
            f"/offers/new?driver={driver.pk}",
        )
    }
    for address, page in pages.items():
        assert bare_names(page, ARABIC, "דוד לוי") == [], address


def test_a_name_stands_for_itself_on_the_phone():
    offer = make_offer(make_user(full_name=ARABIC), notes="ملاحظة 7:00")
    driver = make_driver(driver_name="דוד לוי")
    proposal = put_to(offer, driver)[0]
    client = browser_of(driver.actor)
    for step in ("", "counter", "accept"):
        if step == "counter":
            answer(proposal, "counter", rate=Decimal("990.00"))
            answer(proposal, "counter", by=owner_of(offer), rate=Decimal("900.00"))
        if step == "accept":
            answer(proposal, "accept")
        for query in ("", f"?offer={offer.pk}", f"?offer={offer.pk}&chat=1"):
            page = client.get(f"/driver/{query}").content.decode()
            assert bare_names(page, ARABIC, "דוד לוי") == [], query


def bare_names(page: str, *names: str) -> list[str]:
    """Where a name stands beside other words without anything that keeps their order."""
    page = re.sub(r'data-[\w-]+="[^"]*"|value="[^"]*"|title="[^"]*"', "", page)
    found = []
    for name in names:
        for match in re.finditer(re.escape(name), page):
            before, after = page[: match.start()][-40:], page[match.end() :][:10]
            in_element = before.endswith("<bdi>") or re.search(r'dir="auto"[^<>]*>$', before)
            if not (in_element or (before.endswith("\u2068") and after.startswith("\u2069"))):
                found.append(before + name + after)
    return found
