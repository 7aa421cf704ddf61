from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Conversation, Message
from kernel import clock
from offers import services
from offers.models import Offer, Proposal
from offers.services import awarding
from offers.tasks import SCHEDULES, expire_due
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, award, make_offer, mark, proposal_in, put_to, run_out, told
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def standing_offer():
    return make_offer(expires_at=clock.now() + timedelta(hours=1))


@pytest.mark.parametrize("status", ["sent", "viewed", "counter_offered"])
def test_an_answer_that_is_due_expires_and_the_offer_stays(status):
    proposal = proposal_in(status)
    run_out(proposal)
    before = mark()
    assert services.expire_due() == 1
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.status, kept.version) == ("expired", proposal.version + 1)
    assert kept.last_seen_offer["id"] == proposal.offer_id
    assert Offer.objects.get(pk=proposal.offer_id).status == "active"
    assert Conversation.objects.get(pk=kept.conversation_id).status == "open"
    assert Message.objects.filter(conversation_id=kept.conversation_id).last().message_type == "system"
    assert {event[:3] for event in told(before, ["proposal_updated"])} == {
        ("driver", kept.driver_id, "proposal_updated"),
        ("dispatcher", proposal.offer.owner_id, "proposal_updated"),
    }


def test_an_offer_expires_with_everything_that_is_open_on_it():
    offer = standing_offer()
    proposal = put_to(offer, make_driver())[0]
    run_out(offer)
    before = mark()
    services.expire_due()
    assert Offer.objects.get(pk=offer.pk).status == "expired"
    assert Offer.objects.get(pk=offer.pk).version == 2
    assert Proposal.objects.get(pk=proposal.pk).status == "expired"
    assert Conversation.objects.get(pk=proposal.conversation_id).status == "closed"
    assert told(before, ["offer_status_changed"]) == {("dispatcher", offer.owner_id, "offer_status_changed", offer.pk)}


@pytest.mark.parametrize("status", ["accepted", "awarded"])
def test_an_offer_does_not_expire_while_somebody_has_said_yes(status):
    proposal = proposal_in(status, standing_offer())
    run_out(proposal.offer, proposal)
    with nothing_changed():
        assert services.expire_due() == 0


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_only_active_offers_expire(status):
    offer = standing_offer()
    Offer.objects.filter(pk=offer.pk).update(status=status)
    run_out(offer)
    with nothing_changed():
        assert services.expire_due() == 0


def test_when_nothing_is_due_it_is_cheap():
    for _ in range(3):
        proposal_in("sent")
        proposal_in("awarded")
    with CaptureQueriesContext(connection) as queries:
        assert services.expire_due() == 0
    assert len(queries) <= 4


def test_a_limit_leaves_the_rest_for_the_next_time():
    proposals = [proposal_in("sent") for _ in range(3)]
    run_out(*proposals)
    assert services.expire_due(limit=2) == 2
    assert services.expire_due(limit=2) == 1


def test_it_is_done_every_two_seconds():
    (schedule,) = (each for each in SCHEDULES if each.task == expire_due)
    assert (schedule.every <= 2, schedule.only_if) == (True, services.is_anything_due)


def test_it_is_known_when_there_is_something_to_do(monkeypatch):
    """An answer that is due, an offer that no driver took, a proposal that a booked driver still has open elsewhere."""
    assert not services.is_anything_due()
    proposal = proposal_in("sent", standing_offer())
    assert not services.is_anything_due()
    run_out(proposal)
    assert services.is_anything_due()
    services.expire_due()
    assert not services.is_anything_due()
    run_out(proposal.offer)
    assert services.is_anything_due()
    services.expire_due()
    assert not services.is_anything_due()
    driver = make_driver()
    waiting, other = (put_to(standing_offer(), driver)[0] for _each in range(2))
    with monkeypatch.context() as crash:
        crash.setattr(awarding, "close_elsewhere", lambda **_: 0)  # The process ends after an award.
        answer(waiting, "accept")
        award(waiting)
    assert services.is_anything_due()
    services.expire_due()
    assert Proposal.objects.get(pk=other.pk).status == "lost"
    assert not services.is_anything_due()
