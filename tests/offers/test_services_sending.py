from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.models import Conversation, Member, Message
from drivers.models import Driver
from kernel import clock
from kernel.errors import Invalid, MessageTooLong, NotFound, PermissionDenied, Refusal
from offers import services
from offers.models import Offer, Proposal, Round
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, award, make_offer, mark, owner_of, proposal_in, put_to, run_out, told
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def send(offer, *drivers, by=None, **options):
    ids = [driver if isinstance(driver, int) else driver.pk for driver in drivers]
    return services.send_offer(actor=by or owner_of(offer), offer_id=offer.pk, driver_ids=ids, **options)


def skipped(sending):
    return {each.driver_id: each.code for each in sending.skipped}


def test_a_driver_gets_a_proposal_a_conversation_and_the_load_as_they_may_know_it():
    offer = make_offer(reference="REF-9", customer_name="Zyxwell", weight_lbs=Decimal("2400"))
    driver, before = make_driver(), mark()
    (proposal,) = send(offer, driver, message="Can you be there by six?").sent
    assert (proposal.status, proposal.offered_rate, proposal.version) == ("sent", Decimal("850"), 1)
    messages = Message.objects.filter(conversation_id=proposal.conversation_id).order_by("seq")
    line, words = messages
    assert (line.message_type, words.message_type) == ("system", "text")
    assert "Dallas, TX 75201 → Tulsa, OK 74103" in line.message
    assert "$850" in line.message
    for secret in ("REF-9", "Zyxwell", "Hidden", "Covert"):
        assert secret not in line.message
    assert (words.message, words.sender_id) == ("Can you be there by six?", offer.owner_id)
    events = told(before)
    assert ("driver", driver.pk, "proposal_updated", proposal.pk) in events
    assert ("driver", driver.pk, "offer_updated", offer.pk) in events
    assert ("dispatcher", offer.owner_id, "proposal_updated", proposal.pk) in events
    assert Offer.objects.get(pk=offer.pk).first_sent_at is not None


def test_the_office_sits_in_the_conversation():
    offer, follower = make_offer(), make_user()
    services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=[follower.pk])
    (proposal,) = send(offer, make_driver()).sent
    seats = Member.objects.filter(conversation_id=proposal.conversation_id)
    assert set(seats.values_list("actor_id", "role")) == {
        (offer.owner_id, "owner"),
        (follower.pk, "follower"),
        (proposal.driver_id, "driver"),
    }


@pytest.mark.parametrize(
    ("code", "fields", "overruled"),
    [
        ("inactive", {"is_active": False}, False),
        ("in_transit", {"status": "In Transit"}, True),
        ("in_transit", {"status": "loaded"}, True),
        ("not_available", {"status": "Out of Service"}, True),
        ("not_available", {"status": None}, True),
        ("does_not_fit", {"dimensions": "60x40x40"}, True),
    ],
)
def test_whom_it_cannot_be_put_to_is_skipped_with_a_reason(code, fields, overruled):
    offer, driver = make_offer(dimensions="120x48x60"), make_driver(**fields)
    with nothing_changed():
        assert skipped(send(offer, driver)) == {driver.pk: code}
    forced = send(offer, driver, force=True)
    assert skipped(forced) == ({} if overruled else {driver.pk: code})
    assert len(forced.sent) == overruled


def test_an_unknown_size_is_no_reason():
    assert send(make_offer(dimensions="about two skids"), make_driver(dimensions="big")).sent
    assert send(make_offer(), make_driver(dimensions=None)).sent


def test_who_has_another_load_is_not_asked_even_by_force():
    driver = make_driver()
    taken = proposal_in("awarded", driver=driver)
    offer = make_offer()
    with nothing_changed():
        assert skipped(send(offer, driver, force=True)) == {driver.pk: "booked_elsewhere"}
    services.set_status(actor=owner_of(taken.offer), offer_id=taken.offer_id, status="completed", version=None)
    assert send(offer, driver).sent


def test_nobody_is_skipped_for_somebody_else():
    offer, good, unknown = make_offer(), make_driver(), 10**6
    sending = send(offer, unknown, good, good)
    assert [proposal.driver_id for proposal in sending.sent] == [good.pk]
    assert skipped(sending) == {unknown: "not_found"}
    assert all(str(each.message) for each in sending.skipped)


@pytest.mark.parametrize("status", ["sent", "viewed", "counter_offered", "accepted"])
def test_again_to_who_has_it_is_no_second_proposal(status):
    proposal = proposal_in(status)
    with nothing_changed():
        assert skipped(send(proposal.offer, proposal.driver_id)) == {proposal.driver_id: "already_sent"}


@pytest.mark.parametrize("status", ["rejected", "expired", "withdrawn", "fallen_off", "lost"])
def test_again_to_who_has_left_is_the_same_proposal_with_its_history(status):
    proposal = proposal_in(status)
    if status == "lost":
        services.fall_off(actor=owner_of(proposal.offer), offer_id=proposal.offer_id, reason="hours")
    rounds = Round.objects.filter(proposal=proposal).count()
    (again,) = send(proposal.offer, proposal.driver_id).sent
    kept = Proposal.objects.get(pk=again.pk)
    assert (kept.pk, kept.status, kept.version) == (proposal.pk, "sent", proposal.version + 1)
    assert (kept.reason, kept.note, kept.closed_at, kept.last_seen_offer) == ("", "", None, None)
    assert (kept.viewed_at, kept.responded_at, kept.agreed_rate, kept.won_offer_id) == (None, None, None, None)
    assert kept.expires_at > clock.now()
    assert Round.objects.filter(proposal=proposal).count() == rounds + 1
    assert Conversation.objects.get(pk=kept.conversation_id).status == "open"
    assert answer(kept, "accept").status == "accepted"


def test_sending_a_draft_makes_it_active():
    offer, before = make_offer(status="draft"), mark()
    with nothing_changed():
        send(offer, 10**6)
    sent = send(offer, make_driver()).sent
    kept = Offer.objects.get(pk=offer.pk)
    assert (kept.status, kept.version) == ("active", 2)
    assert ("dispatcher", offer.owner_id, "offer_status_changed", offer.pk) in told(before)
    assert sent


def test_until_when_a_driver_may_answer(settings):
    settings.OFFER_MINUTES = 7
    now = clock.now()
    minute = timedelta(minutes=1)
    (by_default,) = put_to(make_offer(), make_driver())
    assert 6 * minute < by_default.expires_at - now < 8 * minute
    (named,) = put_to(make_offer(), make_driver(), expires_in_minutes=30)
    assert 29 * minute < named.expires_at - now < 31 * minute
    offer = make_offer(expires_at=now + timedelta(minutes=20))
    (with_the_offer,) = put_to(offer, make_driver())
    (no_longer,) = put_to(offer, make_driver(), expires_in_minutes=30)
    assert with_the_offer.expires_at == no_longer.expires_at == offer.expires_at


@pytest.mark.parametrize(
    ("status", "code"),
    [("assigned", "offer_already_taken"), ("cancelled", "offer_closed"), ("expired", "offer_closed")],
)
def test_a_closed_offer_is_not_sent(status, code):
    offer = proposal_in("awarded").offer if status == "assigned" else make_offer(expires_at=clock.now() + timedelta(1))
    if status == "cancelled":
        services.set_status(actor=owner_of(offer), offer_id=offer.pk, status="cancelled", version=None)
    if status == "expired":
        run_out(offer)
    driver = make_driver()
    with nothing_changed(), pytest.raises(Refusal) as refused:
        send(offer, driver)
    assert refused.value.code == code


def test_bounds_of_a_sending(settings):
    offer, driver = make_offer(), make_driver()
    settings.SEND_MAX_DRIVERS, settings.MESSAGE_MAX_LENGTH = 2, 10
    for ids in ([], [driver.pk, driver.pk + 1, driver.pk + 2]):
        with nothing_changed(), pytest.raises(Invalid) as invalid:
            send(offer, *ids)
        assert "driver_ids" in invalid.value.fields
    with nothing_changed(), pytest.raises(MessageTooLong):
        send(offer, driver, message="x" * 11)


def test_who_may_not_send_is_refused(settings):
    proposal, driver = proposal_in("sent"), make_driver()
    recipient = Driver.objects.get(pk=proposal.driver_id)
    for actor, refusal in (
        (make_user().actor, NotFound),
        (driver.actor, NotFound),
        (recipient.actor, PermissionDenied),
    ):
        with nothing_changed(), pytest.raises(refusal):
            send(proposal.offer, driver, by=actor)
        with nothing_changed(), pytest.raises(refusal):
            services.withdraw(actor=actor, offer_id=proposal.offer_id, driver_ids=None)
    settings.DISPATCHERS_SEE = "all"
    with nothing_changed(), pytest.raises(PermissionDenied):
        send(proposal.offer, driver, by=make_user().actor)
    assert send(proposal.offer, driver, by=make_user("manager").actor).sent


def test_two_hundred_drivers_take_as_many_statements_as_two():
    def statements(number):
        offer, drivers = make_offer(), [make_driver() for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            sending = send(offer, *drivers, message="Who is near?")
        assert len(sending.sent) == number
        return len(queries)

    few = statements(2)
    # SQLite splits large inserts; each of the tables written may need a few statements more.
    assert statements(200) <= few + 40
    assert few < 60


# --- withdrawing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["sent", "viewed", "counter_offered", "accepted"])
def test_an_offer_is_taken_back_from_a_driver(status):
    proposal = proposal_in(status)
    before = mark()
    (outcome,) = services.withdraw(
        actor=owner_of(proposal.offer), offer_id=proposal.offer_id, driver_ids=[proposal.driver_id]
    )
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (outcome.ok, kept.status, kept.version) == (True, "withdrawn", proposal.version + 1)
    assert kept.last_seen_offer["pickup_location"] == "Dallas, TX 75201"
    assert Conversation.objects.get(pk=kept.conversation_id).status == "closed"
    assert ("driver", kept.driver_id, "proposal_updated", kept.pk) in told(before)


def test_from_everybody_means_who_could_still_win():
    offer = make_offer()
    one, two = put_to(offer, make_driver(), make_driver())
    answer(two, "reject")
    outcomes = services.withdraw(actor=owner_of(offer), offer_id=offer.pk, driver_ids=None)
    assert [(each.driver_id, each.ok) for each in outcomes] == [(one.driver_id, True)]
    with nothing_changed():
        assert services.withdraw(actor=owner_of(offer), offer_id=offer.pk, driver_ids=None) == []


def test_each_driver_has_an_outcome_of_their_own():
    offer = make_offer()
    winner, loser = put_to(offer, make_driver(), make_driver())
    answer(winner, "accept")
    award(winner)
    with nothing_changed():
        outcomes = services.withdraw(
            actor=owner_of(offer), offer_id=offer.pk, driver_ids=[winner.driver_id, loser.driver_id, 10**6]
        )
    assert [each.code for each in outcomes] == ["conflict", "proposal_closed", "not_found"]
    assert not any(each.ok for each in outcomes)
