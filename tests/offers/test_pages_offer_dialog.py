"""The offer dialog: a load is described and put to drivers, kept for later, changed; what is refused is kept."""

from datetime import timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drivers.services import create_link
from kernel import clock
from kernel.actors import SYSTEM
from offers import services
from offers.models import Offer, Proposal
from tests.accounts.factories import browser_client
from tests.drivers.factories import make_driver
from tests.offers import scenes
from tests.offers.factories import answer, award, make_offer, mark, proposal_in, put_to, told
from tests.offers.forms import NEW, edit_of, form_of
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db

LOAD = scenes.LOAD | {"proposed_rate": "$1,240", "award_mode": "dispatcher", "expires_in_minutes": "15"}


def words(response, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


def send_of(offer) -> str:
    return reverse("offer-send", args=[offer.pk])


def value(text: str, name: str) -> str:
    """What stands in a field of the form."""
    return text.split(f'name="{name}" value="')[1].split('"')[0]


# --- who may


@pytest.mark.parametrize("address", [NEW, reverse("offer-estimate")])
def test_the_office_alone(client, address):
    assert client.get(address).headers["Location"].startswith(reverse("sign-in"))
    driver = Client()
    driver.post(urlsplit(create_link(actor=SYSTEM, driver_id=make_driver().pk)).path)
    assert driver.get(address).status_code == 403


def test_another_dispatchers_offer_is_not_there(page):
    offer, driver = make_offer(), make_driver()
    with nothing_changed():
        assert page.get(edit_of(offer)).status_code == 404
        assert page.post(edit_of(offer), LOAD | {"version": "1"}).status_code == 404
        assert page.post(send_of(offer), {"driver": driver.pk}).status_code == 404


def test_whoever_looks_on_may_not_change_it(page, settings):
    settings.DISPATCHERS_SEE = "all"
    offer, driver = make_offer(), make_driver()
    with nothing_changed():
        assert page.get(edit_of(offer)).status_code == 403
        assert page.post(edit_of(offer), LOAD | {"version": "1"}).status_code == 403
        assert page.post(send_of(offer), {"driver": driver.pk}).status_code == 403


def test_a_post_without_the_pages_token_is_refused(me):
    with nothing_changed():
        assert browser_client(me, checks_csrf=True).post(NEW, LOAD).status_code == 403


# --- new


def test_the_form_names_the_ticked_drivers_each_once(page):
    one, other = make_driver(driver_name="Ann <b>Bold</b>"), make_driver(driver_name="Bob")
    response = page.get(f"{NEW}?driver={one.pk},{other.pk},{one.pk},x,-1,{10**30}")
    assert "Ann &lt;b&gt;Bold&lt;/b&gt;" in response.content.decode()
    assert words(response).count('name="driver"') == 2
    assert "Send to 2 drivers" in words(response)


def test_without_drivers_it_becomes_a_draft(page, me):
    assert "Save as draft" in words(page.get(NEW))
    response = page.post(NEW, LOAD)
    draft = Offer.objects.get()
    assert (draft.status, draft.owner_id, draft.expires_at) == ("draft", me.pk, None)
    assert response.headers["HX-Redirect"] == f"/offers/?offer={draft.pk}"


def test_kept_for_later_it_invites_but_asks_nobody(page):
    drivers = [make_driver(), make_driver()]
    page.post(NEW, LOAD | {"driver": [each.pk for each in drivers], "save": "1"})
    draft = Offer.objects.get()
    assert (draft.status, draft.invited_driver_ids) == ("draft", [each.pk for each in drivers])
    assert not Proposal.objects.exists()


def test_it_is_sent_to_those_who_are_ticked(page):
    drivers, before, start = [make_driver(), make_driver()], mark(), clock.now()
    response = page.post(NEW, LOAD | {"driver": [each.pk for each in drivers], "message": "Straight through."})
    offer = Offer.objects.get()
    assert response.headers["HX-Redirect"] == f"/offers/?offer={offer.pk}"
    assert (offer.status, offer.proposed_rate) == ("active", Decimal(1240))
    assert timedelta(minutes=14) < offer.expires_at - start < timedelta(minutes=16)
    sent = Proposal.objects.filter(offer=offer)
    assert {each.driver_id for each in sent} == {each.pk for each in drivers}
    assert {each.expires_at for each in sent} == {offer.expires_at}
    assert {who for _type, who, _kind, _id in told(before, ["new_message"])} >= {each.pk for each in drivers}


def test_who_was_passed_over_is_named_and_can_have_it_anyway(page):
    ready, home = make_driver(), make_driver(driver_name="Home <i>Harry</i>", status="Home")
    response = page.post(NEW, LOAD | {"driver": [ready.pk, home.pk]})
    offer = Offer.objects.get()
    assert "Home &lt;i&gt;Harry&lt;/i&gt;" in response.content.decode()
    assert "Sent to 1 driver" in words(response)
    assert "Send anyway" in words(response)
    assert "has the offer now" in words(page.post(send_of(offer), {"driver": home.pk}))
    assert Proposal.objects.filter(offer=offer, driver=home).exists()


def test_what_cannot_be_overruled_has_no_button(page):
    gone = make_driver(is_active=False)
    response = page.post(NEW, LOAD | {"driver": [gone.pk]})
    offer = Offer.objects.get()
    assert "not active" in words(response)
    assert "Send anyway" not in words(response)
    with nothing_changed():
        assert "not active" in words(page.post(send_of(offer), {"driver": gone.pk}))


def test_a_closed_offer_is_sent_to_nobody(page, me):
    offer = make_offer(me)
    services.update_offer(actor=me.actor, offer_id=offer.pk, version=1, fields={"status": "cancelled"})
    with nothing_changed():
        assert "closed" in words(page.post(send_of(offer), {"driver": make_driver().pk}))
        assert page.post(send_of(offer), {"driver": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("proposed_rate", "a lot", "number"),
        ("proposed_rate", "-5", ""),
        ("pickup_location", "Nowhere at all, ZZ", ""),
        ("delivery_location", "", ""),
        ("pickup_day", "soon", "2026-11-21"),
        ("weight_lbs", "heavy", ""),
        ("notes", "a\x00b", ""),
        ("reference", '"><script>alert(1)</script>' * 4, ""),
        ("message", "x" * 5000, None),
    ],
)
def test_a_refusal_keeps_what_was_written(page, name, text, said):
    drivers = [make_driver(), make_driver()]
    sent = LOAD | {"driver": [each.pk for each in drivers], "notes": "Dock <7>", "message": "Hello", name: text}
    if said is None:  # Cut, as the field itself would have done.
        assert page.post(NEW, sent).status_code == 204
        return
    with nothing_changed():
        response = page.post(NEW, sent)
    shown = words(response, 422)
    assert 'aria-invalid="true"' in shown or "hint--bad" in shown
    assert said in shown
    assert "<script>alert" not in response.content.decode()
    for other in {"pickup_location", "delivery_location", "proposed_rate"} - {name}:
        assert value(shown, other) == sent[other]
    assert "Send to 2 drivers" in shown
    assert (name == "notes") or "Dock <7>" in shown


def test_delivery_before_pickup(page):
    days = {"pickup_day": "2026-07-02", "pickup_from": "08:00", "delivery_day": "2026-07-01", "delivery_from": "08:00"}
    with nothing_changed():
        shown = words(page.post(NEW, LOAD | days), 422)
    assert value(shown, "delivery_day") == "2026-07-01"
    assert "hint--bad" in shown


def test_more_drivers_than_can_be_asked_at_once(page, settings):
    settings.SEND_MAX_DRIVERS = 2
    drivers = [make_driver() for _ in range(3)]
    with nothing_changed():
        shown = words(page.post(NEW, LOAD | {"driver": [each.pk for each in drivers]}), 422)
    assert 'role="alert"' in shown
    assert "what you wrote is kept" not in shown  # but why it was refused


# --- edit


def test_the_form_shows_the_offer(page, me):
    offer = make_offer(me, dimensions="12'x6'x6'", notes="Dock <7>", rate_ceiling=Decimal(1000))
    shown = words(page.get(edit_of(offer)))
    assert [value(shown, side) for side in ("length", "width", "height")] == ["144", "72", "72"]
    assert value(shown, "rate_ceiling") == "1000.00"
    assert "Dock <7>" in shown
    assert "Save changes" in shown


def test_saved_untouched_it_stays_as_it_is(page, me):
    offer = make_offer(me, dimensions="12'x6'x6'")
    proposal = proposal_in("accepted", offer)
    offer.refresh_from_db()
    with nothing_changed():
        assert page.post(edit_of(offer), form_of(page, offer)).status_code == 204
    proposal.refresh_from_db()
    assert proposal.status == "accepted"


def test_notes_are_no_terms_and_ask_nobody_anew(page, me):
    offer = make_offer(me, dimensions="12'x6'x6'")
    proposal = proposal_in("accepted", offer)
    offer.refresh_from_db()
    page.post(edit_of(offer), form_of(page, offer) | {"notes": "Ring twice"})
    proposal.refresh_from_db()
    offer.refresh_from_db()
    assert (offer.notes, offer.dimensions, proposal.status) == ("Ring twice", "12'x6'x6'", "accepted")


def test_a_new_rate_is_put_to_everybody(page, me):
    offer = make_offer(me)
    proposal = proposal_in("accepted", offer)
    offer.refresh_from_db()
    page.post(edit_of(offer), form_of(page, offer) | {"proposed_rate": "900"})
    proposal.refresh_from_db()
    assert (proposal.status, proposal.offered_rate) == ("sent", Decimal(900))


def test_what_somebody_changed_meanwhile_is_not_overwritten_unseen(page, me):
    offer = make_offer(me)
    mine = form_of(page, offer) | {"notes": "Mine"}
    services.update_offer(actor=me.actor, offer_id=offer.pk, version=1, fields={"notes": "Theirs"})
    with nothing_changed():
        shown = words(page.post(edit_of(offer), mine), 422)
    assert "changed this offer meanwhile" in shown
    assert "Mine" in shown
    assert page.post(edit_of(offer), mine | {"version": value(shown, "version")}).status_code == 204
    offer.refresh_from_db()
    assert offer.notes == "Mine"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "١"])
def test_a_version_that_is_none_is_an_old_one(page, me, version):
    offer = make_offer(me)
    sent = form_of(page, offer) | {"notes": "Mine", "version": version}
    with nothing_changed():
        assert "meanwhile" in words(page.post(edit_of(offer), sent), 422)


def test_what_was_awarded_stays_as_it_was_agreed(page, me):
    offer = make_offer(me)
    (proposal,) = put_to(offer, make_driver())
    award(answer(proposal, "accept"))
    offer.refresh_from_db()
    sent = form_of(page, offer)
    with nothing_changed():
        shown = words(page.post(edit_of(offer), sent | {"proposed_rate": "1"}), 422)
    assert value(shown, "proposed_rate") == "1"
    assert page.post(edit_of(offer), sent | {"notes": "Ring twice"}).status_code == 204


def test_a_refused_change_keeps_what_was_written(page, me):
    offer = make_offer(me)
    with nothing_changed():
        shown = words(
            page.post(edit_of(offer), form_of(page, offer) | {"proposed_rate": "a lot", "notes": "Kept"}), 422
        )
    assert value(shown, "proposed_rate") == "a lot"
    assert "Kept" in shown
    assert value(shown, "version") == "1"


# --- estimates


def test_an_estimate_of_miles_and_rate(page):
    shown = words(page.get(reverse("offer-estimate"), LOAD | {"rate_ceiling": "1,500"}))
    assert "284" in shown
    assert "$4.36" in shown
    assert "$5.28" in shown


@pytest.mark.parametrize(
    "text", ["", "\x00", "a\x00b", "Nowhere at all, ZZ", "x" * 10_000, "'; DROP TABLE places", "🚚"]
)
def test_an_estimate_of_nothing_says_nothing_wrong(page, text):
    response = page.get(reverse("offer-estimate"), {"pickup_location": text, "proposed_rate": text})
    assert "mi</b>" not in words(response)


# --- both


def test_never_kept(page, me):
    for address in (NEW, edit_of(make_offer(me)), reverse("offer-estimate")):
        assert "no-store" in page.get(address).headers["Cache-Control"]


def test_as_many_queries_for_thirty_drivers_as_for_one(page):
    drivers = [make_driver() for _ in range(30)]

    def queries(number: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page.get(NEW, {"driver": [each.pk for each in drivers[:number]]})
        return len(captured)

    queries(1)
    assert queries(1) == queries(30)


# --- a form that is sent again


def key_of(text: str) -> str:
    return text.partition('name="request_key" value="')[2].partition('"')[0]


def test_the_form_sent_again_makes_no_second_offer(page, me):
    driver = make_driver()
    key = key_of(words(page.get(NEW, {"driver": driver.pk})))
    assert len(key) == 36
    said = LOAD | {"driver": driver.pk, "request_key": key}
    first, again = (page.post(NEW, said) for _ in range(2))
    (offer,) = Offer.objects.all()
    assert first["HX-Redirect"] == again["HX-Redirect"] == f"{reverse('desk')}?offer={offer.pk}"
    assert Proposal.objects.count() == 1


def test_each_form_has_a_key_of_its_own(page):
    assert key_of(words(page.get(NEW))) != key_of(words(page.get(NEW)))
    refused = page.post(NEW, LOAD | {"proposed_rate": "much", "request_key": "k-1"})
    assert key_of(words(refused, 422)) not in ("", "k-1")


def test_who_was_passed_over_is_told_again(page):
    here, out = make_driver(), make_driver(status="Out of service")
    said = LOAD | {"driver": f"{here.pk},{out.pk}", "request_key": "k-1"}
    first, again = (words(page.post(NEW, said)) for _ in range(2))
    assert out.driver_name in first
    assert again == first
    assert Offer.objects.count() == 1


def test_a_change_sent_again_is_one_change(page, me):
    offer = make_offer(me)
    version = value(words(page.get(edit_of(offer))), "version")
    said = LOAD | {"proposed_rate": "900", "version": version, "request_key": "k-1"}
    assert [page.post(edit_of(offer), said).status_code for _ in range(2)] == [204, 204]
    offer.refresh_from_db()
    assert offer.version == int(version) + 1


@pytest.mark.parametrize("where", ["offer-send-to", "offer-send"])
def test_a_sending_sent_again_asks_once(page, me, where):
    offer, driver = make_offer(me), make_driver()
    said = {"driver": driver.pk, "request_key": "k-1"}
    first, again = (page.post(reverse(where, args=[offer.pk]), said) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Proposal.objects.get().rounds.count() == 1
