"""Drivers are added to an offer that there is: a draft is sent, an active one goes to more of them."""

import pytest
from django.urls import reverse

from accounts.sign_in import browser
from offers.models import Offer, Proposal
from tests.offers.scenes import nothing_changed


@pytest.fixture
def page_of(client, rf):
    """`page_of(person)` is a browser that the person is signed in with."""

    def signed_in(person):
        request = rf.post("/sign-in")
        request.session = client.session
        browser.sign_in(request, person.actor, way="password")
        request.session.save()
        client.cookies["sessionid"] = request.session.session_key
        return client

    return signed_in


def send_to(page, offer, *drivers):
    return page.post(reverse("offer-send-to", args=[offer.pk]), {"driver": ",".join(str(each.pk) for each in drivers)})


def test_a_draft_is_sent_to_the_drivers_it_invites(scene, page_of):
    draft = scene.new_offer(status="draft", invited_driver_ids=[scene.fay.pk])
    page = page_of(scene.olga)
    desk = page.get(reverse("desk"), {"offer": draft.pk}).content.decode()
    assert reverse("offer-send-to", args=[draft.pk]) in desk
    answer = send_to(page, draft, scene.fay)
    assert answer["HX-Redirect"] == f"{reverse('desk')}?offer={draft.pk}"
    assert Offer.objects.get(pk=draft.pk).status == "active"
    assert list(Proposal.objects.filter(offer=draft).values_list("driver_id", flat=True)) == [scene.fay.pk]


def test_the_truck_table_sends_an_offer_that_there_is(scene, page_of):
    page = page_of(scene.olga)
    table = page.get(reverse("trucks"), {"offer": scene.offer.pk}).content.decode()
    assert f'data-ticks-offer-value="{scene.offer.pk}"' in table
    assert f"Send #{scene.offer.pk}" in table
    assert "Make Offer" not in table


def test_whoever_has_it_already_is_named(scene, page_of):
    answer = send_to(page_of(scene.olga), scene.offer, scene.dan, scene.fay)
    assert "Danwulf" in answer.content.decode()
    assert scene.proposal(scene.fay).status == "sent"


def test_a_closed_offer_says_why_it_is_not_sent(scene, page_of):
    Offer.objects.filter(pk=scene.offer.pk).update(status="cancelled")
    with nothing_changed():
        answer = send_to(page_of(scene.olga), scene.offer, scene.fay)
    assert "Not sent" in answer.content.decode()


def test_a_strangers_offer_is_not_there(scene, page_of):
    page = page_of(scene.otto)
    with nothing_changed():
        assert send_to(page, scene.offer, scene.fay).status_code == 404
    table = page.get(reverse("trucks"), {"offer": scene.offer.pk}).content.decode()
    assert "data-ticks-offer-value" not in table
    assert scene.offer.pickup_place not in table.partition("<table")[0]


@pytest.mark.parametrize("offer", ["nonsense", "0", "99999999999999999999", "-1"])
def test_an_address_that_names_no_offer_is_the_table_as_ever(scene, page_of, offer):
    answer = page_of(scene.olga).get(reverse("trucks"), {"offer": offer})
    assert answer.status_code == 200
    assert "Make Offer" in answer.content.decode()
