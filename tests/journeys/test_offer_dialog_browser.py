"""The offer dialog on the desk: a draft is made, an offer is changed, and nobody overwrites another unseen."""

import re

import pytest
from playwright.sync_api import Page, expect

from offers import services
from offers.models import Offer
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, put_to


@pytest.fixture
def me(server):
    return make_user(full_name="Dana Whitfield")


@pytest.fixture
def open_desk(open_page, me):
    def open_desk() -> Page:
        page = open_page(viewport={"width": 1280, "height": 800})
        page.goto("/sign-in?next=/offers/")
        page.get_by_label("Username").fill(me.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".conn")).to_contain_text("Connected")
        return page

    return open_desk


def test_a_draft_is_made_with_the_keyboard(open_desk, me):
    page = open_desk()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New offer")
    expect(dialog.get_by_label("Pickup")).to_be_focused()
    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill("1,240")
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/offers/?offer=*")
    expect(page.locator("#desk-offer")).to_contain_text("Draft")
    draft = Offer.objects.get()
    assert (draft.status, draft.owner_id) == ("draft", me.pk)


def test_closing_it_changes_nothing(open_desk, me):
    put_to(make_offer(me), make_driver())
    page = open_desk()
    edit = page.get_by_role("link", name="Edit")
    edit.click()
    dialog = page.get_by_role("dialog", name=re.compile("Change offer"))
    dialog.get_by_label("Rate", exact=True).fill("1")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(edit).to_be_focused()
    assert Offer.objects.get().proposed_rate == 850


def test_a_change_meanwhile_is_said_before_it_is_overwritten(open_desk, me):
    offer = make_offer(me)
    put_to(offer, make_driver())
    offer.refresh_from_db()
    page = open_desk()
    page.get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog", name=re.compile("Change offer"))
    expect(dialog).to_be_visible()
    services.update_offer(actor=me.actor, offer_id=offer.pk, version=offer.version, fields={"notes": "Theirs"})
    dialog.get_by_label("Note to drivers").fill("Mine")
    dialog.get_by_role("button", name="Save changes").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed this offer meanwhile")
    expect(dialog.get_by_label("Note to drivers")).to_have_value("Mine")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.locator("#desk-offer")).to_contain_text("Mine")
