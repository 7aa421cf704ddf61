"""What waits for somebody of the office: which things, in which order, for whom, in how many queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import services as chat
from drivers.models import Driver
from kernel import clock
from kernel.errors import PermissionDenied
from offers import services
from offers.models import Offer, Proposal
from offers.selectors import queue
from offers.selectors.queue import queue_for, turns_of, uncovered_for
from presence.log.telling import unheard
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import STATUSES, answer, make_offer, proposal_in, put_to

pytestmark = pytest.mark.django_db


def kinds(actor, **options) -> list[str]:
    """What is in the queue; its number is checked in passing."""
    found = queue_for(actor, **options)
    assert found.count == len(found.todos)
    if options.get("mine", True):
        assert turns_of(actor) == found.count
    return [str(todo.kind) for todo in found.todos]


def writes(proposal: Proposal, words: str = "Is there a dock?") -> None:
    driver = Driver.objects.get(pk=proposal.driver_id)
    (sent,) = chat.send_messages(sends=[chat.Send(driver.actor, proposal.offer_id, driver.pk, words)])
    assert isinstance(sent, chat.Sent)


def ends_in(offer: Offer, **span: float) -> None:
    Offer.objects.filter(pk=offer.pk).update(expires_at=clock.now() + timedelta(**span))


@pytest.mark.parametrize("status", STATUSES)
def test_which_proposals_wait_for_the_office(me, status):
    proposal_in(status, make_offer(me))
    expected = {"counter_offered": ["counter"], "accepted": ["yes"], "fallen_off": ["fell_off"]}
    assert kinds(me.actor) == expected.get(status, [])


def test_an_offer_that_is_closed_waits_for_nobody(me):
    proposal = proposal_in("accepted", make_offer(me))
    Offer.objects.filter(pk=proposal.offer_id).update(status="cancelled")
    assert kinds(me.actor) == []


def test_who_fell_off_waits_until_somebody_else_is_asked(me):
    fallen = proposal_in("fallen_off", make_offer(me))
    (todo,) = queue_for(me.actor).todos
    assert (todo.proposal["driver_id"], todo.at, todo.may) == (fallen.driver_id, fallen.closed_at, True)
    put_to(fallen.offer, make_driver())
    assert kinds(me.actor) == []


def test_two_who_fell_off_one_offer_are_one_thing_to_do(me):
    offer = proposal_in("fallen_off", make_offer(me)).offer
    second = proposal_in("fallen_off", offer)
    (todo,) = queue_for(me.actor).todos
    assert todo.proposal["id"] == second.pk
    assert kinds(me.actor) == ["fell_off"]


def test_the_last_minutes_of_what_nobody_has_answered(me):
    offer = make_offer(me)
    (proposal,) = put_to(offer, make_driver())
    for span, expected in (({"minutes": 5}, []), ({"minutes": 3}, ["ending"]), ({"seconds": -1}, [])):
        ends_in(offer, **span)
        assert kinds(me.actor) == expected
    ends_in(offer, minutes=3)
    answer(proposal, "accept")
    assert kinds(me.actor) == ["yes"]


def test_words_to_read_once_and_not_beside_an_answer_to_give(me):
    silent = put_to(make_offer(me), make_driver())[0]
    writes(silent)
    writes(silent, "Hello?")
    asking = proposal_in("counter_offered", make_offer(me))
    writes(asking)
    assert kinds(me.actor) == ["counter", "chat"]
    talk = queue_for(me.actor).todos[1].conversation
    assert (talk["driver_id"], talk["unread"], talk["last_message"]["message"]) == (silent.driver_id, 2, "Hello?")


def test_a_rate_that_was_answered_is_not_left_to_read(me):
    proposal = proposal_in("counter_offered", make_offer(me))
    writes(proposal)
    answer(proposal, "counter", by=me.actor, rate=Decimal(900))
    assert kinds(me.actor) == ["chat"]
    other = proposal_in("counter_offered", make_offer(me))
    answer(other, "counter", by=me.actor, rate=Decimal(900))
    assert kinds(me.actor) == ["chat"]


def test_the_most_urgent_first_then_who_has_waited_longest(me):
    writes(put_to(make_offer(me), make_driver())[0])
    first = proposal_in("accepted", make_offer(me))
    second = proposal_in("counter_offered", make_offer(me))
    proposal_in("fallen_off", make_offer(me))
    late, later = make_offer(me), make_offer(me)
    ends_in(later, minutes=3)
    ends_in(late, minutes=2)
    assert kinds(me.actor) == ["ending", "ending", "fell_off", "yes", "counter", "chat"]
    todos = queue_for(me.actor).todos
    assert [todo.offer["id"] for todo in todos[:2]] == [late.pk, later.pk]
    assert [todo.proposal["id"] for todo in todos[3:5]] == [first.pk, second.pk]


def test_ones_own_offers_and_those_one_follows(me):
    proposal = proposal_in("counter_offered", make_offer())
    assert kinds(me.actor) == []
    services.set_followers(actor=make_user("manager").actor, offer_id=proposal.offer_id, user_ids=[me.pk])
    assert kinds(me.actor) == ["counter"]


def test_a_manager_may_see_everybodys(me, settings):
    proposal_in("counter_offered", make_offer(me))
    manager, looker = make_user("manager"), make_user()
    assert kinds(manager.actor) == []
    assert kinds(manager.actor, mine=False) == ["counter"]
    assert queue_for(manager.actor, mine=False).todos[0].may
    assert kinds(looker.actor, mine=False) == []
    settings.DISPATCHERS_SEE = "all"
    assert kinds(looker.actor, mine=False) == ["counter"]
    assert not queue_for(looker.actor, mine=False).todos[0].may


def test_drivers_have_no_queue():
    driver = make_driver().actor
    for read in (queue_for, turns_of, uncovered_for):
        with pytest.raises(PermissionDenied):
            read(driver)


def test_more_than_are_shown_are_counted(me, monkeypatch):
    monkeypatch.setattr(queue, "MOST", 2)
    for _ in range(3):
        proposal_in("counter_offered", make_offer(me))
    found = queue_for(me.actor)
    assert (len(found.todos), found.count) == (2, 3)


def test_what_is_not_covered_by_pickup(me, monkeypatch):
    now = clock.now()
    somewhen = make_offer(me)
    later = make_offer(me, pickup_from=now + timedelta(hours=9))
    soon = make_offer(me, pickup_from=now + timedelta(hours=1), status="draft")
    make_offer()
    proposal_in("awarded", make_offer(me))
    found = uncovered_for(me.actor)
    assert [each["id"] for each in found.offers] == [soon.pk, later.pk, somewhen.pk]
    monkeypatch.setattr(queue, "MOST_UNCOVERED", 2)
    found = uncovered_for(me.actor)
    assert (len(found.offers), found.count) == (2, 3)
    assert uncovered_for(make_user("manager").actor, mine=False).count == 4


def test_as_many_queries_for_thirty_of_each_as_for_one(me):
    def one_of_each() -> None:
        writes(put_to(make_offer(me), make_driver())[0])
        answer(put_to(make_offer(me), make_driver())[0], "counter", rate=Decimal(975))
        proposal_in("fallen_off", make_offer(me))
        ends_in(make_offer(me), minutes=3)

    def queries() -> list[int]:
        counts = []
        for read in (queue_for, turns_of, uncovered_for):
            with CaptureQueriesContext(connection) as captured:
                read(me.actor)
            counts.append(len(captured))
        return counts

    one_of_each()
    few = queries()
    with unheard():
        for _ in range(7):
            one_of_each()
    assert queries() == few
    assert few[1] <= 6
