"""Two tabs of one browser at a door: what the second one does once the first is in."""

import pytest
from django.conf import settings

from drivers.services import create_link
from kernel.actors import SYSTEM
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver
from tests.journeys.conftest import PHONE


def fill_and_sign_in(page, user):
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def tabs(open_page):
    """`(user, first, second)`: both tabs came to the door, the second on its way to the trucks; the first is in."""
    user, first = make_user(), open_page()
    second = first.context.new_page()
    first.goto("/sign-in")
    second.goto("/sign-in?next=/trucks/")
    fill_and_sign_in(first, user)
    first.wait_for_url("**/")
    return user, first, second


def test_the_second_tab_goes_where_it_was_going(tabs):
    user, _first, second = tabs
    fill_and_sign_in(second, user)
    second.wait_for_url("**/trucks/")


def test_a_form_that_has_become_too_old_comes_again_and_works(tabs, keep_screenshot):
    user, first, second = tabs
    first.locator("summary.me").click()
    first.get_by_role("button", name="Sign out").click()
    first.wait_for_url("**/sign-in")
    fill_and_sign_in(second, user)
    second.get_by_role("alert").wait_for()
    assert "Press again" in second.get_by_role("alert").inner_text()
    assert second.get_by_label("Username").input_value() == user.username
    keep_screenshot(second, "again")
    second.get_by_label("Password", exact=True).fill(PASSWORD)
    second.get_by_role("button", name="Sign in").click()
    second.wait_for_url("**/trucks/")


def test_the_language_of_an_old_page_is_switched_by_pressing_again(tabs, keep_screenshot):
    _user, _first, second = tabs
    second.get_by_role("button", name="Español").click()
    keep_screenshot(second, "language")
    second.locator("main .gate__form button", has_text="Español").first.click()
    second.wait_for_url("**/trucks/")


def test_a_link_pressed_in_two_tabs_leads_in_twice(open_page):
    driver = make_driver()
    path = create_link(actor=SYSTEM, driver_id=driver.pk).removeprefix(settings.PUBLIC_URL)
    first = open_page(**PHONE)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(path)
    for page in (first, second):
        page.get_by_role("button", name="Yes, show my offers").click()
        page.wait_for_url("**/driver/")
