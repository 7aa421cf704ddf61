"""Words are read in the same way in every search: trucks, offers, messages, conversations, the administration."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from drivers.models import Place
from offers.models import Offer
from offers.selectors.board import board_for
from tests.accounts.factories import browser_client, make_user
from tests.chat import factories as chat
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, put_to
from tests.offers.scenes import Caller

pytestmark = pytest.mark.django_db

ROUTE = {"pickup_location": "Saint Louis, MO 63101", "delivery_location": "Houston, TX 77002"}
WORDS = [
    # What is written, what is asked for.
    ("José Treviño", "Trevino"),
    ("José Treviño", "TREVIÑO"),
    ("José Treviño", "trevin\u0303o"),
    ("Ibáñez", "Ibanez"),
    ("Ibanez", "IBÁÑEZ"),
    ("Склад Дирекция", "дирекция"),
    ("dirección nueva", "direccion"),
    ("Ñandú", "ñandú"),
    ("Bogdan McAllister", "McAllister, Bogdan"),
    ("Waco, TX", "waco,tx"),
    ("Saint Louis", "St. Louis"),
    ("St. Louis", "saint louis"),
    ("Fort Worth", "ft worth"),
    ("Mt. Vernon", "Mount Vernon"),
    ("O'Fallon", "O\u2019Fallon"),
    ("Łukasz Øster", "lukasz oster"),
    ("Großmann", "GROSSMANN"),
    ("Gate 100%", "100%"),
    ("under_score", "r_s"),
    ("Wait\u00a0here", "here wait"),
    ("Ｗｉｄｅ", "wide"),
    ("O Fallon", "O'Fallon"),
    ("Washington, D.C.", "Washington DC"),
    ("Washington DC", "washington, d.c."),
    ("JB Hunt", "J.B. Hunt"),
    ("J.B. Hunt", "JB Hunt"),
    ("ACME Company", "ACME & Co"),
    ("Bogdan McAllister", "McAllister , Bogdan"),
    ("McAllister of ACME", "McAllister - ACME"),
    ("ACME, Bogdan", "bogdan | acme"),
    ("Truck T-12", "# T-12"),
]
NOT_FOUND = [
    ("Gate 1000", "100%"),
    ("underscore", "r_s"),
    ("Bogdan", "Bogdan Ivan"),
    ("Dallas", "%"),
    ("Dallas", "_"),
    ("Dallas", "-"),
]
TABLE = [(*pair, True) for pair in WORDS] + [(*pair, False) for pair in NOT_FOUND]


def ids(answer) -> list[int]:
    return [each["id"] for each in answer.json()["results"]]


@pytest.mark.parametrize(("written", "asked", "found"), TABLE)
def test_trucks_offers_messages_and_conversations(me, office, page, written, asked, found):
    driver = make_driver(driver_name=written, truck_number="T9", email="", rate="", city_state_zip="", dimensions="")
    assert ids(office.read("drivers", search=asked)) == [driver.pk] * found
    table = page.get(reverse("trucks"), {"search": asked}).content.decode()
    assert (f'data-truck="{driver.pk}"' in table) is found

    offer = make_offer(me, notes=written)
    assert ids(office.read("offers", search=asked)) == [offer.pk] * found
    desk = page.get(reverse("desk"), {"search": asked}, headers={"HX-Request": "true", "HX-Target": "desk-cards"})
    assert (f'id="card-{offer.pk}"' in desk.content.decode()) is found

    plain = make_driver(driver_name="Abe", truck_number="A1")  # One like T-120 would be found, too.
    (proposal,) = put_to(offer, plain)
    conversation = proposal.conversation
    assert ids(office.read("conversations", search=asked)) == []
    sent = chat.send(me.actor, conversation, written)
    assert ids(office.read("conversations", search=asked)) == [conversation.pk] * found
    messages = office.read(f"offers/{offer.pk}/chat/{plain.pk}", search=asked)
    assert ids(messages) == [sent["id"]] * found
    assert messages.json()["count"] == int(found)


@pytest.mark.parametrize(("written", "asked", "found"), list(dict.fromkeys(TABLE[::3] + TABLE[-len(NOT_FOUND) - 5 :])))
def test_the_lists_of_the_administration(written, asked, found):
    manager = make_user("admin", full_name=written)
    browser = browser_client(manager)
    driver, offer = make_driver(driver_name=written), make_offer(manager, notes=written)
    for name, pk in (("drivers_driver", driver.pk), ("offers_offer", offer.pk), ("accounts_user", manager.pk)):
        shown = browser.get(reverse(f"admin:{name}_changelist"), {"q": asked}).content.decode()
        assert (reverse(f"admin:{name}_change", args=[pk]) in shown) is found, name


def test_every_word_counts_in_every_field_of_an_offer(me, office):
    offer = make_offer(me, **ROUTE, customer_name="Núñez Foods")
    for asked in ("Saint Louis Houston", "houston st louis", "st. louis nunez", "nuñez, 77002"):
        assert ids(office.read("offers", search=asked)) == [offer.pk], asked
    assert ids(office.read("offers", search="Saint Louis Dallas")) == []


def test_every_word_counts_in_everything_of_a_conversation(me, office):
    offer, driver = make_offer(me, **ROUTE, reference="AB-77"), make_driver(driver_name="Luz Treviño")
    (proposal,) = put_to(offer, driver)
    chat.send(driver.actor, proposal.conversation, "Llego a la báscula")
    for asked in ("houston trevino", "bascula St. Louis", "AB-77 luz", f"#{offer.pk} trevino"):
        assert ids(office.read("conversations", search=asked)) == [proposal.conversation_id], asked
    assert ids(office.read("conversations", search="houston zebra")) == []


def test_a_number_is_that_of_an_offer_or_of_a_conversation(me, office, page):
    for _number in range(2):
        make_offer(me)
    offer, driver = make_offer(me), make_driver(truck_number="X", cell_phone="")
    (proposal,) = put_to(offer, driver)
    for asked in (str(offer.pk), f"#{offer.pk}", f" #{offer.pk} "):
        assert offer.pk in ids(office.read("offers", search=asked))
        assert proposal.conversation_id in ids(office.read("conversations", search=asked))
        desk = page.get(f"{reverse('desk')}?{urlencode({'search': asked})}").content.decode()
        assert f'id="card-{offer.pk}"' in desk
    assert proposal.conversation_id in ids(office.read("conversations", search=f"#{proposal.conversation_id}"))
    assert proposal.conversation_id in ids(Caller(driver.actor).read("conversations", search=f"#{offer.pk}"))
    assert ids(office.read("offers", search="#999999")) == []
    assert ids(office.read("offers", search="9" * 60)) == []
    manager = browser_client(make_user("admin"))
    shown = manager.get(reverse("admin:offers_offer_changelist"), {"q": f"#{offer.pk}"}).content.decode()
    assert reverse("admin:offers_offer_change", args=[offer.pk]) in shown


def test_the_administration_takes_any_words(me):
    manager = browser_client(make_user("admin"))
    make_offer(me)
    Place.objects.filter(pk__gt=Place.objects.order_by("pk")[50].pk).delete()  # All of them take as long as the rest.
    names = ("offers_proposal", "offers_round", "offers_booking", "chat_message", "chat_conversation", "journal_entry")
    for name in (*names, "accounts_authsession", "presence_attendance", "drivers_place", "journal_idempotencykey"):
        for asked in ("#1", "1 x", "...", "%", "9" * 50, "ñ'\"", "offer:1"):
            assert manager.get(reverse(f"admin:{name}_changelist"), {"q": asked}).status_code == 200, (name, asked)


# --- 6.7: what is counted can be reached


def test_the_tabs_of_the_desk_count_what_the_filter_finds(me, page):
    active, past = make_offer(me), make_offer(me, notes="Zanzibar")
    (proposal,) = put_to(past, make_driver())
    chat.send(proposal.driver.actor, proposal.conversation, "Are you there?")
    Offer.objects.filter(pk=past.pk).update(status="cancelled")
    for narrowed in ({"unread": True}, {"search": "zanzibar"}):
        board = board_for(me.actor, tab="active", mine=True, **narrowed)
        assert (board.cards, board.found) == ([], 0)
        assert board.counts == {"active": 0, "drafts": 0, "assigned": 0, "past": 1}
        (card,) = board_for(me.actor, tab="past", mine=True, **narrowed).cards
        assert card["id"] == past.pk
    assert board_for(me.actor, tab="active", mine=True).counts["active"] == 1
    shown = page.get(reverse("desk"), {"unread": "1"}).content.decode()
    assert shown.count('<b class="tab__n">1</b>') == shown.count('<b class="tab__n">0</b>') / 3 > 0
    assert f'id="card-{active.pk}"' not in shown


# --- what drivers do not see any more


def amend(scene, offer, **fields):
    version = Offer.objects.get(pk=offer.pk).version
    answer = scene.by(scene.olga).send("PATCH", f"offers/{offer.pk}", {"version": version, **fields})
    assert answer.status_code == 200, answer.content


CHANGES = {
    "proposed_rate": {"proposed_rate": "7000.00"},
    "updated_at": {"notes": "Changed."},
    "pickup_from": {"pickup_from": "2031-09-05T14:00:00Z", "delivery_from": None},
    "delivery_from": {"delivery_from": "2031-10-05T14:00:00Z"},
    "distance_miles": {"distance_miles": 2999},
    "expires_at": {"expires_at": "2031-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("by", [*CHANGES, "status", "created_at", "id"])
def test_a_driver_sorts_by_what_they_see(scene, by):
    times = {"pickup_from": "2031-01-05T14:00:00Z", "delivery_from": "2031-01-06T14:00:00Z"}
    low = scene.new_offer(proposed_rate="500.00", distance_miles=100, **times)
    later = {"pickup_from": "2031-02-05T14:00:00Z", "delivery_from": "2031-02-06T14:00:00Z"}
    high = scene.new_offer(proposed_rate="600.00", distance_miles=200, **later)
    nothing = scene.new_offer(proposed_rate="400.00", distance_miles=None)
    for offer in (low, high, nothing):
        scene.send(offer, scene.dan, scene.eve)
        scene.answer(scene.dan, "reject", offer, reason="too_far")
    before = {word: ids(scene.by(scene.dan).read("offers", ordering=word)) for word in (by, f"-{by}")}
    amend(scene, low, **CHANGES.get(by, {"notes": "Changed."}))
    if by == "status":
        scene.by(scene.olga).send("DELETE", f"offers/{low.pk}")
    caller = scene.by(scene.dan)
    for word, order in before.items():
        assert ids(caller.read("offers", ordering=word)) == order
        shown = [each[by] for each in caller.read("offers", ordering=word).json()["results"]]
        known = [each for each in shown if each is not None]
        if by == "proposed_rate":
            known = [float(each) for each in known]
        assert known == sorted(known, reverse=word.startswith("-"))
        first = caller.read("offers", ordering=word, limit=1).json()
        assert (ids(caller.read("offers", ordering=word, limit=1)), first["count"]) == (order[:1], len(order))
    # Who still has it sees it where it is now.
    if by == "proposed_rate":
        assert ids(scene.by(scene.eve).read("offers", ordering="-proposed_rate"))[0] == low.pk


def test_a_driver_finds_conversations_by_what_they_see(scene):
    offer = scene.new_offer()
    scene.send(offer, scene.dan, scene.eve)
    scene.answer(scene.dan, "reject", offer, reason="too_far")
    amend(scene, offer, pickup_location="Reno, NV 89501")
    out, still_in, office = (scene.by(each) for each in (scene.dan, scene.eve, scene.olga))

    def about(caller, asked):
        found = caller.read("conversations", search=asked).json()["results"]
        return [each["offer_id"] for each in found if each["offer_id"] == offer.pk]

    assert (about(out, "reno"), about(still_in, "reno")) == ([], [offer.pk])
    assert about(out, "dallas") == [offer.pk]
    assert about(office, "reno") == [offer.pk, offer.pk]


def test_a_driver_filters_by_the_owner_that_they_see(scene):
    scene.answer(scene.dan, "reject", reason="too_far")
    answer = scene.by(scene.olga).send("POST", f"offers/{scene.offer.pk}/handover", {"owner": scene.finn.pk})
    assert answer.status_code == 200, answer.content
    assert ids(scene.by(scene.dan).read("offers", owner=scene.olga.pk)) == [scene.offer.pk]
    assert ids(scene.by(scene.dan).read("offers", owner=scene.finn.pk)) == []
    assert ids(scene.by(scene.eve).read("offers", owner=scene.finn.pk)) == [scene.offer.pk]
