"""The desk's views: who sees what, each zone for itself, what may be pressed, how much is asked of the database."""

import json
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from drivers.services import create_link
from kernel.actors import SYSTEM
from offers import selectors, services
from offers.pages.desk_presenter import gauge_of, group_by_turn, present_row
from tests.accounts.factories import browser_client, make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, award, make_offer, proposal_in, put_to

pytestmark = pytest.mark.django_db

DESK = reverse("desk")


@pytest.fixture
def office():
    """Signs a person in and answers how they ask for the desk: `ask(zone, **query)`."""

    def as_(user):
        client = browser_client(user)

        def ask(zone: str = "", **query):
            headers = {"HX-Request": "true", "HX-Target": zone} if zone else {}
            return client.get(DESK, query_params={k: str(v) for k, v in query.items()}, headers=headers)

        return ask

    return as_


def words(response) -> str:
    return unescape(response.content.decode())


def test_whoever_is_signed_out_is_led_to_the_door(client):
    assert client.get(DESK).headers["Location"].startswith(reverse("sign-in"))


def test_a_part_sends_the_whole_page_to_the_door(client):
    response = client.get(DESK, headers={"HX-Request": "true", "HX-Target": "desk-live"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, reverse("sign-in"))


def test_a_driver_is_refused():
    client = Client()
    address = create_link(actor=SYSTEM, driver_id=make_driver().pk)
    assert client.post(urlsplit(address).path).status_code == 302
    assert client.get(DESK).status_code == 403


def test_the_desk_of_a_new_dispatcher_says_what_to_do(office):
    page = words(office(make_user())())
    assert "No active offers" in page
    assert "desk-offer" not in page


def test_the_whole_page_is_never_kept(office):
    response = office(make_user())()
    assert "no-store" in response.headers["Cache-Control"]
    assert {"HX-Request", "HX-Target"} <= {each.strip() for each in response.headers["Vary"].split(",")}


def test_another_dispatchers_offer_is_not_found(office):
    offer = make_offer()
    ask = office(make_user())
    for zone in ("", "desk-live", "desk-choice", "desk-chat"):
        assert ask(zone, offer=offer.pk).status_code == 404
    assert f'data-offer="{offer.pk}"' not in words(ask(whose="all"))


@pytest.mark.parametrize("number", ["abc", "0", "-1", "1" * 40, "١"])
def test_what_is_no_number_is_not_found(office, number):
    assert office(make_user())(offer=number).status_code == 404


@pytest.mark.parametrize("odd", [{"tab": "x"}, {"whose": "x"}, {"unread": "x"}, {"search": "\x00" + "y" * 500}])
def test_filters_that_are_none_are_passed_over(office, odd):
    assert office(make_user())(**odd).status_code == 200


def test_each_zone_comes_alone(office):
    proposal = proposal_in("viewed")
    ask = office(owner(proposal))
    chosen = {"offer": proposal.offer_id, "driver": proposal.driver_id}
    ids = ("desk-page", "desk-tabs", "desk-cards", "desk-offer", "desk-drivers", "desk-chat-head", "desk-search")
    expected = {
        "": ids,
        "desk-page": ids[1:],
        "desk-cards": ("desk-cards",),
        "desk-choice": ("desk-offer", "desk-drivers", "desk-chat-head"),
        "desk-chat": ("desk-chat-head",),
        "desk-live": ("desk-tabs", "desk-cards", "desk-offer", "desk-drivers", "desk-chat-head"),
    }
    for zone, shown in expected.items():
        page = words(ask(zone, **chosen))
        assert {each for each in ids if f'id="{each}"' in page} == set(shown), zone


def test_the_chat_gets_the_talk_as_data_not_as_markup(office):
    proposal = proposal_in("counter_offered")
    page = office(owner(proposal))("desk-chat", offer=proposal.offer_id, driver=proposal.driver_id).content.decode()
    text = page.split('data-chat-talk-value="')[1].split('"')[0]
    talk = json.loads(unescape(text))
    assert talk["proposal"]["driver_proposed_rate"] == "975.50"
    assert talk["table"]["counter_offered"] == {"turn": "office", "answers": ["accept", "counter", "reject"]}
    assert talk["writer"] is True


def test_what_people_write_is_escaped_everywhere(office):
    evil = "<img src=x onerror=alert(1)>"
    driver = make_driver(driver_name=evil)
    offer = make_offer(notes=evil, customer_name=evil, reference=evil)
    proposal = put_to(offer, driver)[0]
    answer(proposal, "counter", rate=Decimal("900.00"), note=evil)
    response = office(owner(proposal))(offer=offer.pk, driver=driver.pk, search="")
    assert evil not in response.content.decode()


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        ("sent", ["withdraw"]),
        ("viewed", ["withdraw"]),
        ("counter_offered", ["accept", "counter", "withdraw"]),
        ("accepted", ["award", "withdraw"]),
        ("awarded", ["fall_off"]),
        ("rejected", ["send"]),
        ("withdrawn", ["send"]),
        ("fallen_off", ["send"]),
    ],
)
def test_a_row_has_the_buttons_that_the_table_of_transitions_allows(status, buttons):
    proposal = proposal_in(status)
    actor = owner(proposal).actor
    (row,) = selectors.grid_for(actor, proposal.offer_id)
    (offer,) = selectors.offer_dicts([selectors.offer_for(actor, proposal.offer_id)], actor)
    assert present_row(row, offer, may=True)["actions"] == buttons
    assert present_row(row, offer, may=False)["actions"] == []


def test_drivers_are_grouped_by_turn():
    offer = make_offer()
    groups = [proposal_in(status, offer) for status in ("rejected", "sent", "counter_offered", "viewed", "accepted")]
    actor = owner(groups[0]).actor
    (data,) = selectors.offer_dicts([selectors.offer_for(actor, offer.pk)], actor)
    shown = group_by_turn(present_row(row, data, may=True) for row in selectors.grid_for(actor, offer.pk))
    assert [(group["turn"], {row["status"] for row in group["rows"]}) for group in shown] == [
        ("office", {"counter_offered", "accepted"}),
        ("driver", {"sent", "viewed"}),
        ("over", {"rejected"}),
    ]


def test_a_rate_over_the_ceiling_says_so_and_is_not_green(office):
    offer = make_offer(rate_ceiling=Decimal("950.00"))
    proposal = proposal_in("counter_offered", offer)
    page = words(office(owner(proposal))(offer=offer.pk, driver=proposal.driver_id))
    assert "$25.50 over the ceiling" in page
    assert "btn--bind" not in page


def test_the_gauge_puts_the_amounts_in_their_order():
    offer = make_offer(rate_ceiling=Decimal("1000.00"))
    proposal = proposal_in("counter_offered", offer)
    actor = owner(proposal).actor
    (row,) = selectors.grid_for(actor, offer.pk)
    (data,) = selectors.offer_dicts([selectors.offer_for(actor, offer.pk)], actor)
    marks = {mark["kind"]: mark["x"] for mark in gauge_of(row, data)}
    assert marks["offer"] < marks["ask"] < marks["ceiling"]


def test_who_looks_on_sees_no_buttons_and_writes_nothing(office, settings):
    settings.DISPATCHERS_SEE = "all"
    proposal = proposal_in("counter_offered")
    page = words(office(make_user())(offer=proposal.offer_id, driver=proposal.driver_id))
    assert "data-answering-action-param" not in page
    assert "offer-actions#" not in page
    assert '"writer": false' in page
    assert '"answers": ["' not in page


def test_a_manager_sees_and_changes_all(office):
    proposal = proposal_in("accepted")
    page = words(office(make_user(role="manager"))(offer=proposal.offer_id))
    assert 'data-answering-action-param="award"' in page
    assert "offer-actions#cancel" in page


def test_tabs_hold_each_status_once_and_count(office):
    user = make_user()
    draft, active = make_offer(user, status="draft"), make_offer(user)
    won = proposal_in("awarded", make_offer(user)).offer
    gone = make_offer(user)
    services.set_status(actor=user.actor, offer_id=gone.pk, status="cancelled", version=None)
    ask = office(user)
    for tab, offer in (("drafts", draft), ("active", active), ("assigned", won), ("past", gone)):
        page = words(ask("desk-cards", tab=tab))
        assert [each.pk for each in (draft, active, won, gone) if f'id="card-{each.pk}"' in page] == [offer.pk]
    assert words(ask("desk-page")).count('<b class="tab__n">1</b>') == 4


def test_the_tab_of_a_chosen_offer_is_its_status(office):
    user = make_user()
    draft = make_offer(user, status="draft")
    assert f'id="card-{draft.pk}"' in words(office(user)(offer=draft.pk))


def test_what_waits_for_the_office_comes_first(office):
    user = make_user()
    first, second = make_offer(user), make_offer(user)
    proposal_in("counter_offered", first)
    page = words(office(user)("desk-cards"))
    assert page.index(f'id="card-{first.pk}"') < page.index(f'id="card-{second.pk}"')


def test_a_search_that_finds_nothing_offers_to_widen(office):
    user = make_user()
    make_offer(user)
    page = words(office(user)("desk-cards", search="zzz"))
    assert "No offer here has “zzz”" in page
    assert "Show all" in page


def test_mine_are_owned_and_followed(office):
    user, other = make_user(role="manager"), make_user()
    mine, followed, theirs = make_offer(user), make_offer(other), make_offer(other)
    services.set_followers(actor=other.actor, offer_id=followed.pk, user_ids=[user.pk])
    ask = office(user)
    for whose, seen in (("mine", {mine, followed}), ("all", {mine, followed, theirs})):
        page = words(ask("desk-cards", whose=whose))
        assert {each for each in (mine, followed, theirs) if f'id="card-{each.pk}"' in page} == seen


def test_unread_narrows_to_offers_with_something_unread(office):
    user = make_user()
    quiet, loud = make_offer(user), make_offer(user)
    proposal_in("counter_offered", loud)
    put_to(quiet, make_driver())
    page = words(office(user)("desk-cards", unread=1))
    assert f'id="card-{loud.pk}"' in page
    assert f'id="card-{quiet.pk}"' not in page


def test_a_driver_who_was_not_asked_has_no_chat(office):
    user = make_user()
    offer = make_offer(user)
    put_to(offer, make_driver())
    page = words(office(user)(offer=offer.pk, driver=make_driver().pk))
    assert "Not asked yet" in page
    assert "data-chat-talk-value" not in page


def test_an_assigned_offer_can_be_completed(office):
    user = make_user()
    proposal = proposal_in("accepted", make_offer(user))
    award(proposal)
    page = words(office(user)("desk-choice", offer=proposal.offer_id))
    assert "offer-actions#complete" in page
    assert "offer-actions#extend" not in page


@pytest.mark.parametrize("zone", ["", "desk-live"])
def test_the_number_of_queries_does_not_grow(office, django_assert_max_num_queries, zone):
    user = make_user()
    offer = make_offer(user)
    first = proposal_in("counter_offered", offer)
    ask = office(user)
    chosen = {"offer": offer.pk, "driver": first.driver_id}
    ask(zone, **chosen)
    with django_assert_max_num_queries(100) as few:
        assert ask(zone, **chosen).status_code == 200
    put_to(offer, *(make_driver() for _ in range(29)))
    for _ in range(29):
        make_offer(user)
    with django_assert_max_num_queries(len(few)):
        assert ask(zone, **chosen).status_code == 200


def owner(proposal):
    return User.objects.get(pk=proposal.offer.owner_id)


def fallen_off(offer, *, others: int):
    """The load was awarded, `others` lost it, and then the truck fell off."""
    proposals = [proposal_in("accepted", offer), *(proposal_in("accepted", offer) for _ in range(others))]
    award(proposals[0])
    services.fall_off(actor=proposals[0].driver.actor, offer_id=offer.pk, reason="breakdown")
    return proposals


def test_a_load_that_somebody_fell_off_waits_for_the_office_too(office):
    user = make_user()
    fallen, other = make_offer(user), make_offer(user)
    fallen_off(fallen, others=0)
    page = words(office(user)("desk-cards"))
    assert page.index(f'id="card-{fallen.pk}"') < page.index(f'id="card-{other.pk}"')
    assert page.count('class="n n--yours"') == 1


def test_those_who_lost_it_can_have_it_again_at_once(office):
    user = make_user()
    offer = make_offer(user)
    fell, first, second = fallen_off(offer, others=2)
    booked = proposal_in("accepted", offer)
    award(proposal_in("accepted", make_offer(user), driver=booked.driver))
    page = words(office(user)(offer=offer.pk))
    again = page[page.index(reverse("offer-send-to", args=[offer.pk])) :].split("</form>")[0]
    assert "Send again to 2" in again
    assert [f'value="{each.driver_id}"' in again for each in (fell, first, second, booked)] == [
        False,
        True,
        True,
        False,
    ]
    services.send_offer(actor=user.actor, offer_id=offer.pk, driver_ids=[first.driver_id])
    assert "Send again to" not in words(office(user)(offer=offer.pk))


def test_trucks_are_chosen_for_the_offer_that_has_none(office):
    user = make_user()
    offer = make_offer(user)
    page = words(office(user)("desk-choice", offer=offer.pk))
    assert "Sent to nobody yet" in page
    assert (
        page.count(f"/trucks/?offer={offer.pk}&near=Dallas%2C+TX+75201") == 2
    )  # in the head, and where the rows would be


def test_a_card_has_room_for_both_ends_of_the_route(office):
    user = make_user()
    make_offer(user)
    card = words(office(user)("desk-cards"))
    assert "Dallas, TX → " in card
    assert "75201" not in card


@pytest.mark.parametrize(
    ("written", "links"),
    [
        ("(701) 555-0100 / 555-0199", ["tel:+17015550100", "tel:+17015550199"]),
        ("Cell 701-555-0100, wife 701-555-0142", ["tel:+17015550100", "tel:+17015550142"]),
        ("52-656-123-4567 (Juarez)", ["tel:+526561234567"]),
        ("do not call", []),
        ("", []),
    ],
)
def test_each_number_of_a_driver_can_be_called_for_itself(office, written, links):
    driver = make_driver(cell_phone=written)
    proposal = put_to(make_offer(), driver)[0]
    ask = office(owner(proposal))
    for zone in ("desk-chat", "desk-choice"):
        page = words(ask(zone, offer=proposal.offer_id, driver=driver.pk))
        found = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("tel:")]
        assert found == links * (2 if zone == "desk-choice" else 1), zone
