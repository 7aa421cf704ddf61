from copy import copy, deepcopy
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from offers.models import Offer
from tests.accounts.factories import browser_client, make_user
from tests.offers.factories import make_offer
from tests.offers.forms import at
from tests.offers.scenes import Caller, Scene


@pytest.fixture(scope="module")
def dispatcher(for_the_module) -> User:
    return for_the_module(make_user)


@pytest.fixture
def me(dispatcher, db) -> User:
    """A dispatcher."""
    return copy(dispatcher)


@pytest.fixture(scope="module")
def browser_of_the_module(dispatcher, for_the_module) -> Client:
    return for_the_module(lambda: browser_client(dispatcher))


@pytest.fixture
def page(browser_of_the_module, me) -> Client:
    """A browser that `me` is signed in on."""
    browser = copy(browser_of_the_module)
    browser.cookies = deepcopy(browser.cookies)
    return browser


@pytest.fixture
def office(me) -> Caller:
    """The REST API as `me` calls it."""
    return Caller(me.actor)


@pytest.fixture(scope="module")
def scene_of_the_module(for_the_module) -> Scene:
    return for_the_module(Scene)


@pytest.fixture
def scene(scene_of_the_module, db) -> Scene:
    return scene_of_the_module.copy()


@pytest.fixture
def late_november(monkeypatch) -> None:
    """A day of December 2026 is neither past nor far away."""
    monkeypatch.setattr("offers.pages.offer_dialog.clock.now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))


@pytest.fixture
def three_days(me) -> Offer:
    """An offer whose pickup is open from December 7 to December 9, 8 AM to 5 PM in Dallas."""
    return make_offer(me, pickup_from=at("12-07T14:00"), pickup_until=at("12-09T23:00"))
