"""How a person wants the product to behave."""

from datetime import time

import pytest

from accounts import selectors, services
from accounts.models import Preferences
from accounts.preferences import PreferencesShape, preferences_dict
from journal.models import Entry
from kernel.actors import ActorKey
from kernel.errors import Invalid
from kernel.shapes import read_shape
from tests.accounts.factories import key_of, make_user

pytestmark = pytest.mark.django_db


def test_whoever_has_said_nothing_has_the_defaults_and_no_quiet_hours(settings):
    assert preferences_dict(ActorKey("driver", 15)) == {
        "language": "en",
        "time_zone": settings.OFFICE_TIME_ZONE,
        "sounds": True,
        "quiet_from": None,
        "quiet_until": None,
        "not_now": False,
    }
    assert not Preferences.objects.exists()


def test_some_are_changed_and_the_others_stay(customers):
    customer = customers.add(5)
    services.set_preferences(actor=customer, changes={"language": "es", "quiet_from": time(22), "quiet_until": time(6)})
    services.set_preferences(actor=customer, changes={"not_now": True})
    shown = preferences_dict(customer.key)
    assert (shown["language"], shown["quiet_from"], shown["quiet_until"], shown["not_now"]) == (
        "es",
        "22:00",
        "06:00",
        True,
    )
    entry = Entry.objects.filter(verb="set_preferences").latest("id")
    assert (entry.actor_type, entry.before, entry.after) == ("customer", {"not_now": False}, {"not_now": True})
    services.set_preferences(actor=customer, changes={"not_now": True})
    assert Entry.objects.count() == 2


def test_quiet_hours_have_two_ends():
    actor = make_user().actor
    with pytest.raises(Invalid) as refused:
        services.set_preferences(actor=actor, changes={"quiet_from": time(22)})
    assert refused.value.fields.keys() == {"quiet_until"}
    assert not Preferences.objects.exists()
    services.set_preferences(actor=actor, changes={"quiet_from": time(22), "quiet_until": time(6)})
    with pytest.raises(Invalid):
        services.set_preferences(actor=actor, changes={"quiet_from": None})
    services.set_preferences(actor=actor, changes={"quiet_from": None, "quiet_until": None})
    assert preferences_dict(actor.key)["quiet_from"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"language": "tlh"},
        {"language": None},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "america/chicago"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"time_zone": "America/Chicago\0"},
        {"sounds": "maybe"},
        {"quiet_from": "25:00"},
        {"not_now": None},
        {"not_now": 0},
        {"sounds": "true"},
        {"theme": "dark"},
    ],
)
def test_what_is_no_preference_is_refused(body):
    with pytest.raises(Invalid) as refused:
        read_shape(PreferencesShape, body, partial=True)
    assert refused.value.fields.keys() == body.keys()


@pytest.mark.parametrize("number", [1, 30])
def test_many_peoples_are_read_at_once(number, django_assert_num_queries):
    users = [make_user() for _ in range(number)]
    services.set_preferences(actor=users[0].actor, changes={"sounds": False})
    with django_assert_num_queries(1):
        found = selectors.preferences([key_of(user) for user in users])
    assert [found[key_of(user)].sounds for user in users] == [False] + [True] * (number - 1)
