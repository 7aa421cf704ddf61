from datetime import timedelta

import pytest

from chat.models import Conversation
from drivers.models import Driver
from kernel import clock
from kernel.errors import Invalid, NotFound, PermissionDenied, Refusal
from offers import services
from offers.models import Booking, Offer, Proposal
from offers.services import awarding
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import (
    STATUSES,
    answer,
    award,
    make_offer,
    mark,
    owner_of,
    proposal_in,
    put_to,
    run_out,
    told,
)
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def test_one_wins_and_the_others_are_told_at_once():
    offer = make_offer()
    winner, accepted, waiting, gone = put_to(offer, *(make_driver() for _ in range(4)))
    answer(winner, "accept")
    answer(accepted, "accept")
    answer(gone, "reject")
    before = mark()
    awarded = award(winner)
    assert (awarded.status, awarded.version) == ("assigned", 2)
    kept = {each.pk: each for each in offer.proposals.all()}
    assert (kept[winner.pk].status, kept[winner.pk].won_offer_id) == ("awarded", offer.pk)
    assert {(kept[each.pk].status, kept[each.pk].reason) for each in (accepted, waiting)} == {("lost", "covered")}
    assert kept[gone.pk].status == "rejected"
    assert Booking.objects.get(driver_id=winner.driver_id).offer_id == offer.pk
    events = told(before)
    for loser in (accepted, waiting):
        assert ("driver", loser.driver_id, "proposal_updated", loser.pk) in events
        assert Conversation.objects.get(pk=loser.conversation_id).status == "closed"
        assert kept[loser.pk].last_seen_offer["status"] == "active"
    assert Conversation.objects.get(pk=gone.conversation_id).status == "closed"
    assert ("driver", winner.driver_id, "offer_status_changed", offer.pk) in events
    assert ("dispatcher", offer.owner_id, "offer_status_changed", offer.pk) in events
    assert ("driver", gone.driver_id) not in {event[:2] for event in events}


def test_nobody_learns_who_won():
    offer = make_offer()
    winner, loser = put_to(offer, make_driver(driver_name="Winifred Winner"), make_driver())
    answer(winner, "accept")
    award(winner)
    assert "Winifred" not in str(list(Conversation.objects.get(pk=loser.conversation_id).messages.values()))
    assert set(Proposal.objects.get(pk=loser.pk).rounds.values_list("actor_name", flat=True)) == {
        owner_of(offer).name,
        "Driver Offers",
    }


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "accepted"])
def test_only_what_is_accepted_is_awarded(status):
    proposal = proposal_in(status)
    with nothing_changed(), pytest.raises(Refusal) as refused:
        award(proposal)
    assert refused.value.code == ("offer_already_taken" if status in ("awarded", "lost") else "conflict")


def test_the_second_of_two_awards_is_taken():
    offer = make_offer()
    one, two = put_to(offer, make_driver(), make_driver())
    answer(one, "accept")
    answer(two, "accept")
    award(one)
    for proposal in (one, two):
        with nothing_changed(), pytest.raises(Refusal) as refused:
            award(proposal)
        assert refused.value.code == "offer_already_taken"


def test_who_may_not_award_is_refused(settings):
    proposal = proposal_in("accepted")
    driver = Driver.objects.get(pk=proposal.driver_id)

    def award_as(actor, proposal_id=proposal.pk):
        return services.award(actor=actor, offer_id=proposal.offer_id, proposal_id=proposal_id)

    for actor, refusal in (
        (make_user().actor, NotFound),
        (make_driver().actor, NotFound),
        (driver.actor, PermissionDenied),
    ):
        with nothing_changed(), pytest.raises(refusal):
            award_as(actor)
    elsewhere = proposal_in("accepted")
    with nothing_changed(), pytest.raises(NotFound):
        award_as(owner_of(proposal.offer), elsewhere.pk)
    settings.DISPATCHERS_SEE = "all"
    with nothing_changed(), pytest.raises(PermissionDenied):
        award_as(make_user().actor)
    assert award_as(make_user("admin").actor).status == "assigned"


def test_a_driver_is_in_one_place():
    driver = make_driver()
    first, second = (proposal_in("accepted", driver=driver) for _ in range(2))
    before = mark()
    award(first)
    lost = Proposal.objects.get(pk=second.pk)
    assert (lost.status, lost.reason) == ("lost", "booked_elsewhere")
    assert Offer.objects.get(pk=second.offer_id).status == "active"
    assert Conversation.objects.get(pk=lost.conversation_id).status == "open"
    assert {event[:2] for event in told(before) if event[2:] == ("proposal_updated", lost.pk)} == {
        ("driver", driver.pk),
        ("dispatcher", second.offer.owner_id),
    }


def test_a_booked_driver_is_not_awarded_twice(monkeypatch):
    driver = make_driver()
    first, second = (proposal_in("accepted", driver=driver) for _ in range(2))
    monkeypatch.setattr(awarding, "close_elsewhere", lambda **_: 0)
    award(first)
    with nothing_changed(), pytest.raises(Refusal) as refused:
        award(second)
    assert refused.value.code == "conflict"


def test_what_a_crash_has_left_open_the_sweep_closes(monkeypatch):
    driver = make_driver()
    first, second = (proposal_in("accepted", driver=driver) for _ in range(2))
    with monkeypatch.context() as crash:
        crash.setattr(awarding, "close_elsewhere", lambda **_: 0)
        award(first)
    assert Proposal.objects.get(pk=second.pk).status == "accepted"
    assert services.expire_due() == 1
    assert Proposal.objects.get(pk=second.pk).reason == "booked_elsewhere"
    with nothing_changed():
        assert services.expire_due() == 0


# --- falling off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["driver", "office"])
def test_falling_off_makes_the_offer_active_again(by):
    offer = make_offer(reference="REF-1")
    loser = put_to(offer, make_driver())[0]
    proposal = proposal_in("awarded", offer)
    actor = Driver.objects.get(pk=proposal.driver_id).actor if by == "driver" else owner_of(offer)
    before = mark()
    active = services.fall_off(actor=actor, offer_id=offer.pk, reason="breakdown", note="Axle")
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (active.status, active.version, active.covered_at) == ("active", 3, None)
    assert (kept.status, kept.reason, kept.note, kept.won_offer_id) == ("fallen_off", "breakdown", "Axle", None)
    assert Booking.objects.get(driver_id=proposal.driver_id).offer_id is None
    assert "reference" not in kept.last_seen_offer
    assert kept.last_seen_offer["pickup_location"] == "Dallas, TX 75201"
    assert (kept.last_seen_offer["status"], kept.last_seen_offer["version"]) == ("active", active.version)
    assert Conversation.objects.get(pk=kept.conversation_id).status == "closed"
    lost = Proposal.objects.get(pk=loser.pk)
    assert lost.status == "lost"
    assert Conversation.objects.get(pk=lost.conversation_id).status == "open"
    events = told(before)
    assert ("dispatcher", offer.owner_id, "offer_status_changed", offer.pk) in events
    assert ("driver", kept.driver_id, "offer_updated", offer.pk) in events
    assert ("driver", kept.driver_id, "proposal_updated", kept.pk) in events
    assert ("driver", lost.driver_id) not in {event[:2] for event in events}
    assert put_to(make_offer(), Driver.objects.get(pk=proposal.driver_id))


def test_a_load_that_falls_back_after_its_time_is_not_over_at_once():
    offer = make_offer(expires_at=clock.now() + timedelta(hours=1))
    proposal_in("awarded", offer)
    run_out(offer)
    services.expire_due()
    active = services.fall_off(actor=owner_of(offer), offer_id=offer.pk, reason="hours")
    assert (active.status, active.expires_at) == ("active", None)


def test_who_may_not_fall_off_is_refused(settings):
    offer = make_offer()
    loser = Driver.objects.get(pk=put_to(offer, make_driver())[0].driver_id)
    proposal_in("awarded", offer)
    settings.DISPATCHERS_SEE = "all"
    for actor, code in (
        (loser.actor, "conflict"),
        (make_driver().actor, "not_found"),
        (make_user().actor, "permission_denied"),
    ):
        with nothing_changed(), pytest.raises(Refusal) as refused:
            services.fall_off(actor=actor, offer_id=offer.pk, reason="other")
        assert refused.value.code == code
    services.fall_off(actor=make_user("manager").actor, offer_id=offer.pk, reason="other")
    with nothing_changed(), pytest.raises(Refusal) as refused:
        services.fall_off(actor=owner_of(offer), offer_id=offer.pk, reason="other")
    assert refused.value.code == "conflict"


def test_a_reason_must_be_one_of_the_known():
    proposal = proposal_in("awarded")
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        services.fall_off(actor=owner_of(proposal.offer), offer_id=proposal.offer_id, reason="no mood")
    assert "reason" in invalid.value.fields


def test_a_load_can_be_awarded_again_after_a_truck_fell_off():
    offer = make_offer()
    proposal_in("fallen_off", offer)
    second = proposal_in("accepted", offer)
    assert award(second).status == "assigned"
