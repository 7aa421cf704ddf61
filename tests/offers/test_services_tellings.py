"""The passing word for those of the office who see an offer without working on it."""

from decimal import Decimal

import pytest

from offers import services
from offers.services import tellings
from presence.doorbell import topics
from presence.engine import coalescing
from tests.accounts.factories import make_user
from tests.offers.factories import answer, award, make_offer, owner_of, proposal_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(monkeypatch):
    """What was passed on, `(kind, data, topics, but)`."""
    said = []
    monkeypatch.setattr(
        tellings, "pass_on", lambda kind, data, *, to, but=(): said.append((kind, dict(data), list(to), set(but)))
    )
    return said


@pytest.mark.parametrize(("see", "topic"), [("own", topics.MANAGERS), ("all", topics.OFFICE)])
def test_whoever_looks_without_following_is_touched(settings, passed, see, topic):
    settings.DISPATCHERS_SEE = see
    offer, follower = make_offer(), make_user()
    services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=[follower.pk])
    passed.clear()
    services.touch(offer_ids=[offer.pk, 10**6])
    team = {("dispatcher", offer.owner_id), ("dispatcher", follower.pk)}
    assert passed == [("offer_touched", {"offer_id": offer.pk, "version": 2}, [topic], team)]


def test_every_change_touches(passed):
    proposal = proposal_in("counter_offered")
    offer, owner = proposal.offer, owner_of(proposal.offer)
    changes = [
        lambda: services.update_offer(actor=owner, offer_id=offer.pk, version=1, fields={"notes": "x"}),
        lambda: answer(proposal, "counter", rate=Decimal("870")),
        lambda: answer(proposal, "accept", by=owner),
        lambda: award(proposal),
        lambda: services.fall_off(actor=owner, offer_id=offer.pk, reason="hours"),
        lambda: services.send_offer(actor=owner, offer_id=offer.pk, driver_ids=[proposal.driver_id]),
        lambda: services.withdraw(actor=owner, offer_id=offer.pk, driver_ids=None),
        lambda: services.handover(actor=owner, offer_id=offer.pk, owner_id=make_user("manager").pk),
        lambda: services.copy_offer(actor=owner_of(offer), offer_id=offer.pk),
        lambda: services.set_status(actor=owner_of(offer), offer_id=offer.pk, status="cancelled", version=None),
    ]
    for change in changes:
        passed.clear()
        change()
        assert {each[0] for each in passed} == {"offer_touched"}


@pytest.fixture
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(coalescing, "REST", 0)
    tellings._talked_about.reset()
    yield
    tellings._talked_about.reset()


@pytest.mark.usefixtures("nothing_remembered")
def test_what_is_said_touches_once_however_much_it_is(passed, django_capture_on_commit_callbacks):
    offers = [make_offer(), make_offer()]
    passed.clear()
    with django_capture_on_commit_callbacks(execute=True):
        services.touch_soon(offer_ids=[offers[0].pk])
        services.touch_soon(offer_ids=[offer.pk for offer in offers])
        services.touch_what_was_said()  # It is not committed yet.
    assert passed == []
    services.touch_what_was_said()
    assert sorted(each[1]["offer_id"] for each in passed) == sorted(offer.pk for offer in offers)
    passed.clear()
    services.touch_what_was_said()
    assert passed == []
