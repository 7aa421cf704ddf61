from copy import copy
from datetime import timedelta
from decimal import Decimal

import pytest

from chat.models import Message
from kernel import clock
from kernel.errors import Invalid, NotFound, PermissionDenied, Refusal, StaleVersion
from offers import services
from offers.enums import Action
from offers.models import Booking, Offer, Proposal, Round
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
from tests.offers.test_rules_transitions import CONTRACT

pytestmark = pytest.mark.django_db

ANSWERS = {
    "driver": ("view", "accept", "counter", "reject", "retract"),
    "office": ("accept", "counter", "reject"),
}
REFUSED = {
    "expired": "proposal_expired",
    "lost": "offer_already_taken",
    "rejected": "proposal_closed",
    "withdrawn": "proposal_closed",
    "fallen_off": "proposal_closed",
}


@pytest.fixture(scope="module")
def one_of_each(for_the_module) -> dict[str, Proposal]:
    """A proposal in each status."""
    return for_the_module(lambda: {status: proposal_in(status) for status in STATUSES})


@pytest.mark.parametrize("action", ANSWERS["driver"])
@pytest.mark.parametrize("side", ["driver", "office"])
@pytest.mark.parametrize("status", STATUSES)
def test_respond_does_what_the_table_says_and_nothing_else(one_of_each, status, side, action):
    proposal = copy(one_of_each[status])
    actor = None if side == "driver" else owner_of(proposal.offer)
    rate = Decimal("912.25") if action == "counter" else None
    target = CONTRACT[status][side].get(action)
    if target is None:
        with nothing_changed(), pytest.raises(Refusal) as refused:
            answer(proposal, action, by=actor, rate=rate)
        wanted = "permission_denied" if action not in ANSWERS[side] else REFUSED.get(status, "conflict")
        assert refused.value.code == wanted
        return
    answered = answer(proposal, action, by=actor, rate=rate)
    kept = Proposal.objects.get(pk=proposal.pk)
    assert answered.status == kept.status == target
    assert answered.version == kept.version == proposal.version + (status != target or action != "view")
    if kept.version > proposal.version:
        last = Round.objects.filter(proposal=proposal).order_by("pk").last()
        assert (last.action, last.version, last.actor_type) == (
            action,
            kept.version,
            "driver" if side == "driver" else "dispatcher",
        )


def test_every_answer_is_told_to_the_team_and_that_driver_only():
    offer = make_offer()
    follower = make_user()
    services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=[follower.pk])
    mine, other = put_to(offer, make_driver(), make_driver())
    before = mark()
    answer(mine, "counter", rate=Decimal("900"))
    people = {("dispatcher", offer.owner_id), ("dispatcher", follower.pk), ("driver", mine.driver_id)}
    assert {event[:2] for event in told(before)} == people
    assert {event[2] for event in told(before)} == {"proposal_updated", "new_message"}
    assert ("driver", other.driver_id) not in people


def test_accept_agrees_on_the_standing_offer():
    accepted = answer(proposal_in("counter_offered"), "accept")
    assert accepted.agreed_rate == Decimal("850.00")
    assert accepted.agreed_at is not None
    assert accepted.responded_at is not None


def test_the_office_accepts_at_the_drivers_rate():
    proposal = proposal_in("counter_offered")
    accepted = answer(proposal, "accept", by=owner_of(proposal.offer))
    assert accepted.agreed_rate == Decimal("975.50")


def test_the_offices_counter_is_a_new_standing_offer():
    proposal = proposal_in("counter_offered")
    countered = answer(proposal, "counter", by=owner_of(proposal.offer), rate=Decimal("910"))
    assert (countered.status, countered.offered_rate) == ("sent", Decimal("910"))
    assert Offer.objects.get(pk=proposal.offer_id).proposed_rate == Decimal("850.00")
    assert answer(countered, "accept").agreed_rate == Decimal("910")


def test_the_office_declines_a_counter_and_its_offer_stands():
    proposal = proposal_in("counter_offered")
    declined = answer(proposal, "reject", by=owner_of(proposal.offer), note="Too much")
    assert (declined.status, declined.offered_rate) == ("viewed", Decimal("850.00"))
    assert answer(declined, "accept").agreed_rate == Decimal("850.00")


def test_a_counter_appears_in_the_chat_as_its_own_kind_of_message():
    proposal = proposal_in("sent")
    answer(proposal, "counter", rate=Decimal("990.50"), note="Long dead-head")
    message = Message.objects.filter(conversation_id=proposal.conversation_id).order_by("seq").last()
    assert (message.message_type, message.proposed_rate, message.currency) == (
        "rate_proposal",
        Decimal("990.50"),
        "USD",
    )
    assert (message.sender_type, message.sender_id) == ("driver", proposal.driver_id)
    assert "990.50" in message.message
    assert "Long dead-head" in message.message


def test_a_refusal_keeps_its_reason_and_what_the_driver_saw():
    proposal = answer(proposal_in("sent"), "reject", reason="rate_too_low", note="Sorry")
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.reason, kept.note) == ("rate_too_low", "Sorry")
    assert kept.closed_at is not None
    assert kept.last_seen_offer["pickup_location"] == "Dallas, TX 75201"


def test_retract_takes_the_agreement_back():
    retracted = answer(proposal_in("accepted"), "retract")
    assert (retracted.status, retracted.agreed_rate, retracted.agreed_at) == ("viewed", None, None)


@pytest.mark.parametrize("action", ["accept", "counter"])
def test_terms_are_accepted_and_countered_only_as_seen(action):
    proposal = proposal_in("viewed")
    rate = Decimal("900") if action == "counter" else None
    with nothing_changed(), pytest.raises(StaleVersion) as stale:
        answer(proposal, action, rate=rate, version=proposal.version - 1)
    current = stale.value.extra["current"]
    assert (current["version"], current["offered_rate"]) == (proposal.version, "850.00")
    assert current["offer"]["pickup_place"] == "Dallas, TX 75201"
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        answer(proposal, action, rate=rate, version=None)
    assert "version" in invalid.value.fields


@pytest.mark.parametrize("action", ["accept", "counter"])
def test_an_answer_sent_twice_counts_once_and_finds_itself(action):
    proposal = proposal_in("viewed")
    rate = Decimal("900") if action == "counter" else None
    first = answer(proposal, action, rate=rate, version=proposal.version)
    with nothing_changed(), pytest.raises(StaleVersion) as stale:
        answer(proposal, action, rate=rate, version=proposal.version)
    assert stale.value.extra["current"]["status"] == first.status


@pytest.mark.parametrize("action", ["view", "reject"])
def test_other_answers_do_not_need_the_latest_version(action):
    proposal = proposal_in("sent")
    services.update_offer(
        actor=owner_of(proposal.offer), offer_id=proposal.offer_id, version=1, fields={"proposed_rate": Decimal("900")}
    )
    assert answer(proposal, action, version=1).version == 3


def test_seeing_twice_is_no_change():
    proposal = proposal_in("viewed")
    with nothing_changed():
        assert answer(proposal, "view").version == proposal.version


@pytest.mark.parametrize(
    "said",
    [
        {"action": "counter"},
        {"action": "counter", "rate": Decimal("0")},
        {"action": "counter", "rate": Decimal("-5")},
        {"action": "counter", "rate": Decimal("1.001")},
        {"action": "counter", "rate": Decimal("100000000")},
        {"action": "reject", "reason": "no_mood"},
        {"action": "award"},
        {"action": "withdraw"},
        {"action": "haggle"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_name(said):
    proposal = proposal_in("sent")
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        answer(proposal, **said)
    assert invalid.value.fields


def test_nobody_answers_what_they_do_not_see():
    proposal = proposal_in("counter_offered")
    for stranger in (make_driver().actor, make_user().actor):
        with nothing_changed(), pytest.raises(NotFound):
            answer(proposal, "accept", by=stranger)


def test_who_may_only_look_may_not_answer(settings):
    settings.DISPATCHERS_SEE = "all"
    proposal = proposal_in("counter_offered")
    with nothing_changed(), pytest.raises(PermissionDenied):
        answer(proposal, "accept", by=make_user().actor)
    assert answer(proposal, "accept", by=make_user("manager").actor).status == "accepted"


def test_expiry_is_judged_before_anybody_has_written_it_down():
    proposal = proposal_in("viewed")
    run_out(proposal)
    with nothing_changed(), pytest.raises(Refusal) as refused:
        answer(proposal, "accept")
    assert refused.value.code == "proposal_expired"


def test_who_has_accepted_does_not_expire():
    proposal = proposal_in("accepted")
    run_out(proposal)
    services.expire_due()
    assert award(proposal).status == "assigned"


def test_lost_as_covered_is_taken_only_while_it_is():
    proposal = proposal_in("lost")
    offer = proposal.offer
    services.fall_off(actor=owner_of(offer), offer_id=offer.pk, reason="family")
    with nothing_changed(), pytest.raises(Refusal) as refused:
        answer(proposal, "accept")
    assert refused.value.code == "proposal_closed"


def test_the_moment_of_pressing_is_kept_and_decides_nothing():
    proposal = proposal_in("sent")
    pressed = clock.now() - timedelta(hours=1)
    answer(proposal, "accept", pressed_at=pressed)
    last = Round.objects.filter(proposal=proposal, action=Action.ACCEPT).get()
    assert last.pressed_at == pressed
    assert last.at > pressed


def test_the_first_who_accepts_has_the_load_at_once():
    offer = make_offer(award_mode="first_accept")
    first, second = put_to(offer, make_driver(), make_driver())
    assert answer(first, "accept").status == "awarded"
    assert Offer.objects.get(pk=offer.pk).status == "assigned"
    with nothing_changed(), pytest.raises(Refusal) as refused:
        answer(second, "accept")
    assert refused.value.code == "offer_already_taken"


def test_the_offices_yes_to_a_counter_awards_at_once_too():
    offer = make_offer(award_mode="first_accept")
    proposal = proposal_in("counter_offered", offer)
    assert answer(proposal, "accept", by=owner_of(offer)).status == "awarded"
    assert Offer.objects.get(pk=offer.pk).status == "assigned"


def test_who_has_another_load_cannot_take_one_at_once():
    driver = make_driver()
    offer = make_offer(award_mode="first_accept")
    proposal = put_to(offer, driver)[0]
    Booking.objects.create(driver_id=driver.pk, offer=make_offer(), since=clock.now())
    with nothing_changed(), pytest.raises(Refusal) as refused:
        answer(proposal, "accept")
    assert refused.value.code == "conflict"


def test_the_time_of_the_first_answer_is_kept():
    offer = make_offer()
    first, second = put_to(offer, make_driver(), make_driver())
    answer(first, "view")
    assert Offer.objects.get(pk=offer.pk).first_answered_at is None
    answer(first, "reject")
    at = Offer.objects.get(pk=offer.pk).first_answered_at
    answer(second, "reject")
    assert at is not None
    assert Offer.objects.get(pk=offer.pk).first_answered_at == at
