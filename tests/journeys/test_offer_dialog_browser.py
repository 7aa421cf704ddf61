"""The offer dialog on the desk: a draft is made, an offer is changed, and nobody overwrites another unseen."""

import re
from datetime import UTC, datetime

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


def test_a_name_that_several_places_have_is_chosen_with_a_button(open_desk):
    page = open_desk()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New offer")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Pickup").fill("Portland")
    expect(dialog.locator("#offer-estimate")).to_contain_text("More than one place is called Portland")
    dialog.get_by_role("button", name="Portland, ME").click()
    expect(dialog.get_by_label("Pickup")).to_have_value("Portland, ME")
    expect(dialog.locator("#offer-estimate")).to_contain_text("Portland, ME → Tulsa, OK 74103")


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


def test_a_window_of_several_days_keeps_its_last_one(open_desk, me, keep_screenshot):
    start, until = datetime(2031, 12, 7, 14, tzinfo=UTC), datetime(2031, 12, 9, 23, tzinfo=UTC)
    offer = make_offer(me, pickup_from=start, pickup_until=until, notes="Two\nlines")
    page = open_desk()
    page.get_by_role("link", name="Edit").click()
    dialog = page.get_by_role("dialog", name=re.compile("Change offer"))
    expect(dialog.get_by_label("Last day").first).to_have_value("2031-12-09")
    expect(dialog.locator("#offer-estimate")).to_contain_text("mi")
    keep_screenshot(page, "edit")
    dialog.get_by_label("From").first.fill("09:00")
    dialog.get_by_role("button", name="Save changes").click()
    expect(dialog.get_by_role("alert").last).to_contain_text(
        "more than a year from now. If that is meant, press once more."
    )
    dialog.get_by_role("button", name="Save changes").click()
    expect(dialog).to_have_count(0)
    offer.refresh_from_db()
    assert (offer.pickup_from, offer.pickup_until) == (start.replace(hour=15), until)
    assert offer.notes == "Two\nlines"


def fill_in(dialog, rate="1,240"):
    dialog.get_by_label("Pickup").fill("Dallas, TX 75201")
    dialog.get_by_label("Delivery").fill("Tulsa, OK 74103")
    dialog.get_by_label("Rate", exact=True).fill(rate)
    dialog.get_by_text("First yes").click()


def new_offer(page):
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New offer")
    expect(dialog).to_be_visible()
    return dialog


def test_what_was_typed_is_there_again_until_it_is_saved(open_desk, keep_screenshot):
    page = open_desk()
    fill_in(new_offer(page))
    page.keyboard.press("Escape")
    dialog = new_offer(page)
    expect(dialog.get_by_label("Rate", exact=True)).to_have_value("1,240")
    expect(dialog.get_by_label("First yes")).to_be_checked()
    expect(dialog.get_by_text("Kept from")).to_be_visible()
    expect(dialog.locator("#offer-estimate")).to_contain_text("mi")
    keep_screenshot(page, "kept")

    dialog.get_by_role("button", name="Start afresh").click()
    expect(dialog.get_by_label("Pickup")).to_have_value("")
    expect(dialog.get_by_label("I choose")).to_be_checked()
    fill_in(dialog, "900")
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/offers/?offer=*")
    expect(page.locator(".conn")).to_contain_text("Connected")
    dialog = new_offer(page)
    expect(dialog.get_by_label("Pickup")).to_have_value("")
    expect(dialog.get_by_text("Kept from")).to_be_hidden()


def test_a_sign_in_that_has_ended_costs_nothing_that_was_typed(open_desk, me):
    page = open_desk()
    dialog = new_offer(page)
    fill_in(dialog)
    page.context.clear_cookies(name="sessionid")
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/sign-in?next=*")
    page.get_by_label("Username").fill(me.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/offers/")
    expect(page.locator(".conn")).to_contain_text("Connected")
    dialog = new_offer(page)
    expect(dialog.get_by_label("Rate", exact=True)).to_have_value("1,240")
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/offers/?offer=*")
    assert Offer.objects.get().proposed_rate == 1240


def test_signed_in_anew_in_one_tab_one_goes_on_in_the_other(open_desk, me):
    page = open_desk()
    other = page.context.new_page()
    page.context.clear_cookies()
    other.goto("/sign-in")
    other.get_by_label("Username").fill(me.username)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator(".conn")).to_contain_text("Connected")
    page.bring_to_front()
    dialog = new_offer(page)
    fill_in(dialog)
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/offers/?offer=*")


def test_words_about_a_field_go_when_it_is_mended(open_desk):
    page = open_desk()
    dialog = new_offer(page)
    dialog.get_by_role("button", name="Save as draft").click()
    rate = dialog.get_by_label("Rate", exact=True)
    expect(rate).to_have_attribute("aria-invalid", "true")
    expect(rate).to_have_accessible_description("Name a rate.")
    rate.fill("850")
    expect(dialog.get_by_text("Name a rate.")).to_have_count(0)
    expect(rate).not_to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("Say where it goes.")).to_be_visible()


def test_without_a_connection_the_dialog_says_so_and_keeps_what_was_typed(open_desk, keep_screenshot):
    page = open_desk()
    dialog = new_offer(page)
    fill_in(dialog)
    # What htmx tells when no answer comes. It would complain in the console too, which fails a journey.
    lost = "new CustomEvent('htmx:sendError', { bubbles: true, detail: { requestConfig: { verb: 'post' } } })"
    dialog.locator("form").evaluate(f"form => form.dispatchEvent({lost})")
    expect(dialog.get_by_role("alert")).to_contain_text("No answer came. It may or may not have been done")
    expect(dialog.get_by_label("Rate", exact=True)).to_have_value("1,240")
    expect(page.locator(".toast")).to_have_count(0)
    keep_screenshot(page, "no-connection")
    dialog.get_by_role("button", name="Save as draft").click()
    page.wait_for_url("**/offers/?offer=*")
