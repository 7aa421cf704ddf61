"""What is passed on about the market: what happened, and the figures since, to those who see it and are here."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.models import Entry
from offers import selectors, services
from offers.services import news
from offers.services.tellings import onlookers
from presence.doorbell import topics
from presence.engine import coalescing
from presence.engine.coalescing import Coalescer
from presence.models import Attendance
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, owner_of, put_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    """Neither what other tests did, nor when something was told before, makes anything wait."""
    monkeypatch.setattr(coalescing, "REST", 0)
    monkeypatch.setattr(coalescing, "EVERY_SECONDS", 0)
    for coalescer in (news._happened, news._concerned):
        coalescer.reset()


@pytest.fixture
def passed(monkeypatch):
    """`(kind, data, topics)` of what the news pass on."""
    said = []
    monkeypatch.setattr(news, "pass_on", lambda kind, data, *, to: said.append((kind, dict(data), set(to))))
    return said


def here(*actors):
    Attendance.objects.bulk_create(
        [Attendance(actor_type=actor.type, actor_id=actor.id, online=True) for actor in actors]
    )


def of(passed, kind):
    return [(data, to) for each, data, to in passed if each == kind]


def test_what_happened_is_told_to_whoever_sees_it(passed, django_capture_on_commit_callbacks):
    follower, driver, other = make_user(), make_driver(), make_driver()
    offer = make_offer()
    services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=[follower.pk])
    (proposal, _others) = put_to(offer, driver, other)
    with django_capture_on_commit_callbacks(execute=True):
        answer(proposal, "view")
    assert passed == []
    services.tell_news()
    ((data, to),) = of(passed, "activity")
    assert data == selectors.entry_dict(Entry.objects.order_by("-id")[0])
    assert (data["verb"], data["object_id"]) == ("view", str(proposal.pk))
    team = {topics.of_actor(key) for key in offer.team} | {topics.of_actor(follower.actor.key)}
    assert to == {onlookers(), topics.of_actor(driver.actor.key), *team}
    passed.clear()
    services.tell_news()
    assert passed == []


def test_a_driver_hears_nothing_of_the_offer_itself(passed, django_capture_on_commit_callbacks):
    driver = make_driver()
    offer = make_offer()
    put_to(offer, driver)
    with django_capture_on_commit_callbacks(execute=True):
        services.update_offer(
            actor=owner_of(offer), offer_id=offer.pk, version=offer.version, fields={"customer_name": "Zyx"}
        )
    services.tell_news()
    assert [to for _data, to in of(passed, "activity")] == [{onlookers(), *map(topics.of_actor, offer.team)}]


def test_figures_go_to_those_who_are_here_as_they_see_them(passed, django_capture_on_commit_callbacks):
    manager, admin, stranger, away = (make_user(role) for role in ("manager", "admin", "dispatcher", "manager"))
    driver, other = make_driver(), make_driver()
    offer = make_offer()
    here(owner_of(offer), manager.actor, admin.actor, stranger.actor, driver.actor, other.actor)
    with django_capture_on_commit_callbacks(execute=True):
        put_to(offer, driver)
    services.tell_news()
    people = [owner_of(offer), manager.actor, admin.actor, driver.actor]
    told = {to.pop(): data for data, to in of(passed, "stats_updated")}
    assert told.keys() == {topics.of_actor(actor.key) for actor in people}
    for actor in people:
        assert told[topics.of_actor(actor.key)] | {"at": ""} == selectors.stats_for(actor) | {"at": ""}
    assert topics.of_actor(away.actor.key) not in told


def test_figures_of_many_people_are_counted_in_portions(passed, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(news, "_concerned", Coalescer(at_a_time=2))
    offer, drivers = make_offer(), [make_driver() for _ in range(4)]
    here(owner_of(offer), *(driver.actor for driver in drivers))
    with django_capture_on_commit_callbacks(execute=True):
        put_to(offer, *drivers)
    told = []
    for portion in (2, 2, 1):
        passed.clear()
        services.tell_news()
        assert len(of(passed, "stats_updated")) == portion
        told += [to.pop() for _data, to in of(passed, "stats_updated")]
    assert len(set(told)) == 5


def test_news_for_fifty_take_as_many_statements_as_for_one(passed, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(news, "_concerned", Coalescer(at_a_time=1000))
    managers, followers, drivers, taken = [], [], [], []
    for people in (1, 50):
        managers += [make_user("manager") for _ in range(people - len(managers))]
        followers += [make_user() for _ in range(people - len(followers))]
        drivers += [make_driver() for _ in range(people - len(drivers))]
        offer = make_offer()
        ids = [each.pk for each in followers]
        services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=ids)
        Attendance.objects.all().delete()
        here(owner_of(offer), *(each.actor for each in (*managers, *followers, *drivers)))
        with django_capture_on_commit_callbacks(execute=True):
            put_to(offer, *drivers)
        passed.clear()
        with CaptureQueriesContext(connection) as statements:
            services.tell_news()
        assert len(of(passed, "stats_updated")) == 3 * people + 1
        assert len(of(passed, "activity")) == people
        taken.append(len(statements))
    assert taken[0] == taken[1]


def test_figures_are_told_once_in_a_while_however_often_something_changes(
    passed, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(coalescing, "EVERY_SECONDS", 60)
    offer = make_offer()
    here(owner_of(offer))
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            put_to(offer, make_driver())
        services.tell_news()
    assert len(of(passed, "activity")) == 3
    assert len(of(passed, "stats_updated")) == 1


def test_changes_of_trucks_and_people_are_no_news_of_the_market(passed, django_capture_on_commit_callbacks):
    driver = make_driver()
    with django_capture_on_commit_callbacks(execute=True):
        news.note(news.Recorded([Entry(scope="", object_type="driver", object_id=str(driver.pk))]))
    services.tell_news()
    assert passed == []


def test_what_was_undone_is_no_news(passed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        make_offer()
    services.tell_news()
    assert passed == []
