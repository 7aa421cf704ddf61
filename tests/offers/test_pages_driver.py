"""The driver's phone as the server makes it: who gets it, what is on it, and what never is."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services.preferences import set_preferences
from kernel import clock
from kernel.errors import PermissionDenied
from offers import services
from offers.models import Offer
from offers.selectors.driver_inbox import TABS, counts_for, inbox_for
from presence.log.telling import unheard
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import STATUSES, answer, award, make_offer, owner_of, proposal_in, put_to
from tests.offers.scenes import CUSTOMER, CUSTOMER_RATE, PHONES, REFERENCE, STREET, Scene, browser_of

pytestmark = pytest.mark.django_db
PARTS = {"HX-Request": "true", "HX-Target": "driver"}
TAB_OF = {
    "sent": "new",
    "viewed": "new",
    "counter_offered": "talking",
    "accepted": "talking",
    "awarded": "booked",
    "rejected": "past",
    "expired": "past",
    "withdrawn": "past",
    "lost": "past",
    "fallen_off": "past",
}


@pytest.fixture
def driver():
    return make_driver()


@pytest.fixture
def phone(driver) -> Client:
    return browser_of(driver.actor)


def shown(phone: Client, query: str = "", **options) -> str:
    response = phone.get(f"/driver/{query}", **options)
    assert response.status_code == 200
    return response.content.decode()


def buttons(page: str) -> set[str]:
    return set(re.findall(r'data-action="driver#(\w+)"', page)) - {"available", "tryRing"}


# --- who gets it


def test_whoever_is_signed_out_is_led_to_the_drivers_door():
    response = Client().get("/driver/?offer=3")
    assert (response.status_code, response["Location"]) == (302, "/driver/sign-in?next=%2Fdriver%2F%3Foffer%3D3")


def test_parts_send_the_whole_page_to_the_door():
    response = Client().get("/driver/", headers=PARTS)
    assert (response.status_code, response["HX-Redirect"]) == (401, "/driver/sign-in")


def test_the_office_is_refused():
    assert browser_of(make_user().actor).get("/driver/").status_code == 403
    with pytest.raises(PermissionDenied):
        inbox_for(make_user().actor, "new")


@pytest.mark.parametrize("query", ["offer=999999", "offer=x", "offer=-1", "offer=0", f"offer={10**30}", "offer=¹"])
def test_what_is_not_there_is_not_found(phone, query):
    assert phone.get(f"/driver/?{query}").status_code == 404


def test_an_offer_that_was_put_to_others_is_not_found(phone):
    offer = make_offer()
    put_to(offer, make_driver())
    for query in (f"?offer={offer.pk}", f"?offer={offer.pk}&chat=1"):
        assert phone.get(f"/driver/{query}").status_code == 404


def test_it_is_only_read(phone):
    assert phone.post("/driver/").status_code == 405


def test_nobody_keeps_it(phone):
    response = phone.get("/driver/")
    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


def test_parts_come_without_the_document(phone, driver):
    put_to(make_offer(), driver)
    parts = shown(phone, headers=PARTS)
    assert "<html" not in parts
    assert re.findall(r'<div[^>]* id="(driver-[a-z]+)"', parts)[:4] == [
        "driver-back",
        "driver-heading",
        "driver-top",
        "driver-page",
    ]


# --- the list


@pytest.mark.parametrize("status", STATUSES)
def test_each_state_is_in_exactly_one_tab(phone, driver, status):
    proposal = proposal_in(status, driver=driver)
    counts, _ = counts_for(driver.actor)
    assert [tab for tab in TABS if counts[tab]] == [TAB_OF[status]]
    for tab in TABS:
        assert (f"?offer={proposal.offer_id}" in shown(phone, f"?tab={tab}")) == (tab == TAB_OF[status])


def test_a_rate_of_the_office_against_the_drivers_is_talked_about_and_waits(phone, driver):
    proposal = proposal_in("counter_offered", driver=driver)
    answer(proposal, "counter", by=owner_of(proposal.offer), rate=Decimal("900.00"))
    counts, yours = counts_for(driver.actor)
    assert (counts["talking"], yours["talking"], counts["new"]) == (1, 1, 0)
    page = shown(phone, f"?offer={proposal.offer_id}")
    assert "Accept $900" in page
    assert "$975.50" in page


def test_a_completed_load_is_past(phone, driver):
    proposal = proposal_in("awarded", driver=driver)
    offer = Offer.objects.get(pk=proposal.offer_id)
    services.set_status(actor=owner_of(offer), offer_id=offer.pk, status="completed", version=offer.version)
    assert counts_for(driver.actor)[0] == {"new": 0, "talking": 0, "booked": 0, "past": 1}


def test_what_waits_comes_first_unseen_then_by_what_ends(phone, driver):
    soon, late = (clock.now() + timedelta(minutes=minutes) for minutes in (5, 50))
    seen, later, first = (make_offer(expires_at=end) for end in (soon, late, soon))
    for offer in (seen, later, first):
        put_to(offer, driver)
    answer(seen.proposals.get(), "view")
    assert [each["id"] for each in inbox_for(driver.actor, "new").offers] == [first.pk, later.pk, seen.pk]


def test_an_empty_list_says_that_the_phone_rings(phone, driver):
    assert "The phone rings when one comes" in shown(phone)
    set_preferences(actor=driver.actor, changes={"not_now": True})
    assert "The office sees that you take no offers." in shown(phone)


def test_an_unknown_tab_is_the_first_one(phone):
    assert re.search(r'href="/driver/" aria-current="page"', shown(phone, "?tab=nonsense"))


# --- one offer


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("sent", {"reject", "counter", "arm", "disarm", "accept"}),
        ("viewed", {"reject", "counter", "arm", "disarm", "accept"}),
        ("counter_offered", {"reject", "counter", "arm", "disarm", "accept"}),
        ("accepted", {"retract"}),
        ("awarded", {"fallOff"}),
        *((status, set()) for status in ("rejected", "expired", "withdrawn", "lost", "fallen_off")),
    ],
)
def test_buttons_are_what_the_table_allows(phone, driver, status, expected):
    proposal = proposal_in(status, driver=driver)
    assert buttons(shown(phone, f"?offer={proposal.offer_id}")) == expected


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("lost", "Covered by another truck"),
        ("withdrawn", "Withdrawn by the office"),
        ("expired", "The time for an answer is over"),
        ("rejected", "Too far away"),
        ("fallen_off", "You are off this load"),
    ],
)
def test_what_is_over_says_how_and_is_marked_as_last_seen(phone, driver, status, words):
    proposal = proposal_in(status, driver=driver)
    page = shown(phone, f"?offer={proposal.offer_id}")
    assert words in page
    assert "The offer as you last saw it" in page


def test_looking_changes_nothing(phone, driver):
    proposal = proposal_in("sent", driver=driver)
    shown(phone, f"?offer={proposal.offer_id}")
    shown(phone, f"?offer={proposal.offer_id}&chat=1")
    proposal.refresh_from_db()
    assert (proposal.status, proposal.version) == ("sent", 1)


def test_the_first_who_accepts_is_told_so(phone, driver):
    offer = make_offer(award_mode="first_accept")
    put_to(offer, driver)
    assert "The first to say yes has the load." in shown(phone, f"?offer={offer.pk}")


def test_miles_and_size_are_those_of_the_drivers_truck(phone, driver):
    near = make_offer(dimensions="96x40x40", distance_miles=Decimal("257"), pickup_lat="32.79", pickup_lon="-96.80")
    put_to(near, driver)
    page = shown(phone)
    assert "257 mi loaded" in page
    assert "about 0 mi empty" in page
    assert "Fits your truck" in page


def test_what_cannot_be_known_is_said(phone):
    bare = make_driver(dimensions="", latitude=None, longitude=None, city_state_zip="")
    offer = make_offer(dimensions="96x40x40")
    put_to(offer, bare)
    page = shown(browser_of(bare.actor), f"?offer={offer.pk}")
    assert "Size of your truck not known" in page
    assert "from your truck" not in page


# --- what a driver may not learn


def test_nothing_of_others_or_of_the_customer_is_on_any_screen():
    scene = Scene()
    scene.answer(scene.eve, "counter", rate="911.11")
    phone = browser_of(scene.dan.actor)
    secrets = [
        CUSTOMER,
        CUSTOMER_RATE,
        "3987.65",
        "3,987",
        REFERENCE,
        STREET,
        "Evelynda",
        "911.11",
        "Finn",
        *PHONES[1:],
    ]
    for query in ("", f"?offer={scene.offer.pk}", f"?offer={scene.offer.pk}&chat=1"):
        page = shown(phone, query)
        assert [secret for secret in secrets if secret in page] == []


def test_the_award_brings_addresses_reference_and_notes_of_stops(phone, driver):
    note = {
        "kind": "delivery",
        "location": "12 Elm St, Waco, TX 76701",
        "place": "Waco, TX 76701",
        "note": "Ask for Bob",
    }
    stop = {"lat": 31.5, "lon": -97.1, "from": None, "until": None, "zone": "America/Chicago"} | note
    offer = make_offer(reference=REFERENCE, stops=[stop])
    (proposal,) = put_to(offer, driver)
    before = shown(phone, f"?offer={offer.pk}")
    answer(proposal, "accept")
    award(proposal)
    after = shown(phone, f"?offer={offer.pk}")
    for secret in (REFERENCE, STREET, "99 Covert Dock", "12 Elm St", "Ask for Bob"):
        assert secret not in before
        assert secret in after


def test_words_of_people_are_text(phone, driver):
    offer = make_offer(notes="<script>alert(1)</script>")
    put_to(offer, driver, message="<img src=x onerror=alert(2)>")
    for query in (f"?offer={offer.pk}", f"?offer={offer.pk}&chat=1"):
        page = shown(phone, query)
        assert "<script>alert" not in page
        assert "<img" not in page


# --- the chat, Spanish, and what it costs


@pytest.mark.parametrize("status", STATUSES)
def test_the_chat_of_every_state_opens(phone, driver, status):
    proposal = proposal_in(status, driver=driver)
    assert 'data-controller="chat"' in shown(phone, f"?offer={proposal.offer_id}&chat=1")


def test_spanish_speaks_of_usted(phone, driver):
    put_to(make_offer(dimensions="96x40x40"), driver)
    page = shown(phone, headers={"Accept-Language": "es"})
    assert "Cabe en su camión" in page


def test_as_many_queries_for_thirty_offers_as_for_one(phone, driver):
    owner = make_user()
    first = _three(owner, driver)
    queries = ["?tab=new", "?tab=talking", "?tab=past", f"?offer={first}", f"?offer={first}&chat=1"]

    def counted() -> dict[str, int]:
        counts = {}
        for query in queries:
            with CaptureQueriesContext(connection) as captured:
                assert phone.get(f"/driver/{query}").status_code == 200
            counts[query] = len(captured)
        return counts

    counted()
    few = counted()
    with unheard():
        for _ in range(29):
            _three(owner, driver)
    assert counted() == few
    assert max(few.values()) < 40


def _three(owner, driver) -> int:
    """An offer for each of the tabs that may be long; the first one's id."""
    ids = [make_offer(owner) for _ in range(3)]
    proposals = [put_to(offer, driver)[0] for offer in ids]
    answer(proposals[1], "counter", rate=Decimal("990.00"))
    answer(proposals[2], "reject", reason="hours")
    return ids[0].pk
