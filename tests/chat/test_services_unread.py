"""Who is told how much is unread, and when."""

import pytest

from chat import selectors, services
from chat.selectors import counting
from chat.services import unread
from chat.services.unread import tell_unread
from presence.doorbell import topics
from presence.engine import coalescing
from presence.models import Attendance
from tests.chat import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    """What is due does not depend on how long telling took before."""
    monkeypatch.setattr(coalescing, "REST", 0)
    unread._changed.reset()
    yield
    unread._changed.reset()


def here(*actors):
    Attendance.objects.bulk_create(
        [Attendance(actor_type=actor.type, actor_id=actor.id, online=True) for actor in actors]
    )


def numbers(told, actor):
    found = [each.data for each in told.passing if topics.of_actor(actor.key) in each.to]
    return [(each["offer_id"], each["driver_id"], each["unread"], each["total"]) for each in found]


def test_those_who_are_here_are_told_once_for_all_that_came(
    people, conversation, told, django_capture_on_commit_callbacks
):
    here(people.owner, people.driver)
    elsewhere = factories.conversation(owner=people.owner, driver=people.other_driver)
    factories.send(people.other_driver, elsewhere)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            factories.send(people.driver, conversation)
    assert not told.passing
    tell_unread()
    assert {each.kind for each in told.passing} == {"unread_changed"}
    assert numbers(told, people.owner) == [(conversation.offer_id, people.driver.id, 3, 4)]
    assert numbers(told, people.driver) == [(conversation.offer_id, people.driver.id, 0, 0)]
    assert numbers(told, people.follower) == []
    told.clear()
    tell_unread()
    assert not told


def test_reading_is_told_to_the_readers_other_devices(people, conversation, told, django_capture_on_commit_callbacks):
    here(people.owner)
    factories.send(people.driver, conversation)
    with django_capture_on_commit_callbacks(execute=True):
        services.mark_read(actor=people.owner, offer_id=conversation.offer_id, driver_id=conversation.driver_id, seq=1)
    tell_unread()
    assert numbers(told, people.owner) == [(conversation.offer_id, people.driver.id, 0, 0)]


def test_what_was_rolled_back_is_not_told(people, conversation, told):
    here(people.owner)
    factories.send(people.driver, conversation)
    tell_unread()
    assert not told


def test_whoever_is_far_behind_is_not_counted_every_second(people, conversation, monkeypatch):
    monkeypatch.setattr(counting, "COUNTED_BACKLOG", 2)
    for _ in range(3):
        factories.send(people.driver, conversation)
    assert selectors.unread_of([people.owner.key, people.driver.key]) == {}
    services.mark_read(actor=people.owner, offer_id=conversation.offer_id, driver_id=people.driver.id, seq=2)
    assert selectors.unread_of([people.owner.key, people.driver.key]) == {people.owner.key: {conversation.pk: 1}}
    assert selectors.unread(people.follower, [conversation.pk]) == {conversation.pk: 3}


def test_telling_takes_a_fixed_number_of_queries(told, django_capture_on_commit_callbacks, django_assert_num_queries):
    def some(number):
        drivers = [factories.driver() for _ in range(number)]
        here(*drivers)
        with django_capture_on_commit_callbacks(execute=True):
            for each in drivers:
                owner = factories.office_person()
                factories.send(owner, factories.conversation(owner=owner, driver=each))

    for number in (1, 30):
        some(number)
        with django_assert_num_queries(4):
            tell_unread()
