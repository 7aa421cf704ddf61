from datetime import timedelta
from decimal import Decimal

import pytest

from chat.models import Conversation, Message
from drivers.models import Driver
from journal.models import Entry
from kernel import clock
from kernel.errors import Invalid, NotFound, PermissionDenied, Refusal, StaleVersion
from offers import services
from offers.models import Booking, Offer, Proposal
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import answer, make_offer, mark, owner_of, proposal_in, put_to, run_out, told
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def change(offer, version=None, by=None, **fields):
    now = Offer.objects.get(pk=offer.pk)
    return services.update_offer(
        actor=by or owner_of(now), offer_id=now.pk, version=version or now.version, fields=fields
    )


def set_status(offer, status, version=None, by=None):
    return services.set_status(actor=by or owner_of(offer), offer_id=offer.pk, status=status, version=version)


def in_hours(hours):
    return clock.now() + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("sent", "sent"), ("viewed", "sent"), ("accepted", "sent"), ("counter_offered", "counter_offered")],
)
@pytest.mark.parametrize(
    "terms",
    [
        {"proposed_rate": Decimal("900")},
        {"pickup_from": in_hours},
        {"weight_lbs": Decimal("1200")},
        {"dimensions": "48x40x60"},
        {"pieces": 4},
        {"delivery_location": "1 Dock Rd, Denver, CO 80202"},
        {"stops": [{"kind": "delivery", "location": "Oklahoma City, OK 73102"}]},
    ],
    ids=lambda terms: next(iter(terms)),
)
def test_new_terms_are_put_to_everybody_who_is_still_in_it(terms, status, becomes):
    proposal = proposal_in(status)
    terms = {name: value(3) if callable(value) else value for name, value in terms.items()}
    before, lines = mark(), Message.objects.filter(conversation_id=proposal.conversation_id).count()
    offer = change(proposal.offer, **terms)
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.status, kept.version) == (becomes, proposal.version + 1)
    assert kept.offered_rate == terms.get("proposed_rate", Decimal("850"))
    assert kept.agreed_rate is None
    assert offer.version == proposal.offer.version + 1
    assert Message.objects.filter(conversation_id=proposal.conversation_id).count() == lines + 1
    people = {("dispatcher", offer.owner_id), ("driver", kept.driver_id)}
    assert {event[:2] for event in told(before, ["offer_updated"])} == people
    assert {event[:2] for event in told(before, ["proposal_updated"])} == people


@pytest.mark.parametrize("status", ["rejected", "expired", "withdrawn"])
def test_new_terms_are_nothing_to_who_has_left(status):
    proposal = proposal_in(status)
    before = mark()
    change(proposal.offer, proposed_rate=Decimal("900"))
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.version, kept.offered_rate) == (proposal.version, Decimal("850"))
    assert ("driver", kept.driver_id) not in {event[:2] for event in told(before)}


def test_what_is_no_term_asks_nobody_anew():
    proposal = proposal_in("accepted")
    offer = change(proposal.offer, notes="Dock 4", reference="B-7", rate_ceiling=Decimal("1000"))
    assert Proposal.objects.get(pk=proposal.pk).status == "accepted"
    assert offer.version == 2


def test_an_office_counter_is_overruled_by_a_new_rate_only():
    proposal = proposal_in("counter_offered")
    answer(proposal, "counter", by=owner_of(proposal.offer), rate=Decimal("910"))
    change(proposal.offer, pieces=2)
    assert Proposal.objects.get(pk=proposal.pk).offered_rate == Decimal("910")
    change(proposal.offer, proposed_rate=Decimal("880"))
    assert Proposal.objects.get(pk=proposal.pk).offered_rate == Decimal("880")


def test_a_new_location_is_looked_up_again():
    offer = make_offer()
    moved = change(offer, pickup_location="1 Dock Rd, Denver, CO 80202")
    assert (moved.pickup_place, moved.pickup_zone) == ("Denver, CO 80202", "America/Denver")
    assert moved.distance_miles > offer.distance_miles


def test_changing_nothing_is_no_change():
    offer = make_offer()
    with nothing_changed():
        assert change(offer, proposed_rate=Decimal("850.00"), notes="", status="active").version == 1


def test_an_older_version_is_stale_and_gets_the_current_one():
    offer = make_offer()
    change(offer, notes="First")
    with nothing_changed(), pytest.raises(StaleVersion) as stale:
        change(offer, version=1, notes="Second")
    assert (stale.value.extra["current"]["notes"], stale.value.extra["current"]["version"]) == ("First", 2)


def test_before_and_after_are_written_down():
    offer = make_offer()
    change(offer, proposed_rate=Decimal("900"), notes="Dock 4")
    entry = Entry.objects.get(scope=f"offer:{offer.pk}", verb="update")
    assert entry.before == {"notes": "", "proposed_rate": "850.00"}
    assert entry.after == {"notes": "Dock 4", "proposed_rate": "900.00"}


def test_what_was_awarded_stays_as_agreed():
    proposal = proposal_in("awarded")
    with nothing_changed(), pytest.raises(Refusal) as refused:
        change(proposal.offer, proposed_rate=Decimal("700"))
    assert refused.value.code == "conflict"
    assert change(proposal.offer, notes="Call ahead").notes == "Call ahead"


def test_the_terms_of_a_closed_offer_stay():
    offer = make_offer()
    set_status(offer, "cancelled")
    with nothing_changed(), pytest.raises(Refusal) as refused:
        change(offer, proposed_rate=Decimal("700"))
    assert refused.value.code == "offer_closed"


def test_who_may_not_change_is_refused(settings):
    proposal = proposal_in("sent")
    offer, driver = proposal.offer, make_driver()
    with nothing_changed(), pytest.raises(NotFound):
        change(offer, by=make_user().actor, notes="x")
    with nothing_changed(), pytest.raises(NotFound):
        change(offer, by=driver.actor, notes="x")
    with nothing_changed(), pytest.raises(PermissionDenied):
        change(offer, by=Driver.objects.get(pk=proposal.driver_id).actor, notes="x")
    settings.DISPATCHERS_SEE = "all"
    with nothing_changed(), pytest.raises(PermissionDenied):
        change(offer, by=make_user().actor, notes="x")
    assert change(offer, by=make_user("manager").actor, notes="x").notes == "x"


def test_ends_that_went_with_the_offer_follow_it():
    offer = make_offer(expires_at=in_hours(1))
    follows, own = put_to(offer, make_driver())[0], put_to(offer, make_driver(), expires_in_minutes=5)[0]
    later = change(offer, expires_at=in_hours(3)).expires_at
    assert Proposal.objects.get(pk=follows.pk).expires_at == later
    assert Proposal.objects.get(pk=own.pk).expires_at == own.expires_at
    sooner = change(offer, expires_at=clock.now() + timedelta(minutes=1)).expires_at
    assert {each.expires_at for each in offer.proposals.all()} == {sooner}
    assert [each.version for each in offer.proposals.order_by("pk")] == [3, 2]


def test_extending_an_expired_offer_makes_it_active_again():
    offer = make_offer(expires_at=in_hours(1))
    proposal = put_to(offer, make_driver())[0]
    run_out(offer, proposal)
    services.expire_due()
    assert Offer.objects.get(pk=offer.pk).status == "expired"
    before = mark()
    assert change(offer, expires_at=in_hours(2)).status == "active"
    assert Proposal.objects.get(pk=proposal.pk).status == "expired"
    assert told(before) == {("dispatcher", offer.owner_id, "offer_status_changed", offer.pk)}
    assert Conversation.objects.get(pk=proposal.conversation_id).status == "open"


# --- statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["sent", "viewed", "counter_offered", "accepted"])
def test_cancelling_closes_what_is_open(status):
    proposal = proposal_in(status)
    before = mark()
    offer = set_status(proposal.offer, "cancelled")
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (offer.status, kept.status, kept.reason) == ("cancelled", "lost", "offer_closed")
    assert kept.last_seen_offer["status"] == "active"
    assert Conversation.objects.get(pk=kept.conversation_id).status == "closed"
    assert ("driver", kept.driver_id, "proposal_updated", kept.pk) in told(before)
    assert ("dispatcher", offer.owner_id, "offer_status_changed", offer.pk) in told(before)
    with nothing_changed(), pytest.raises(Refusal) as refused:
        answer(kept, "accept")
    assert refused.value.code == "proposal_closed"


def test_cancelling_an_assigned_offer_takes_the_driver_off_it():
    proposal = proposal_in("awarded")
    set_status(proposal.offer, "cancelled")
    kept = Proposal.objects.get(pk=proposal.pk)
    assert (kept.status, kept.reason, kept.won_offer_id) == ("fallen_off", "shipper_cancelled", None)
    assert Booking.objects.get(driver_id=kept.driver_id).offer_id is None
    assert "reference" not in kept.last_seen_offer


def test_completing_frees_the_driver():
    driver = make_driver()
    proposal = proposal_in("awarded", driver=driver)
    offer = set_status(proposal.offer, "completed")
    assert (offer.status, Proposal.objects.get(pk=proposal.pk).status) == ("completed", "awarded")
    assert Booking.objects.get(driver_id=driver.pk).offer_id is None
    assert put_to(make_offer(), driver)
    assert Conversation.objects.get(pk=proposal.conversation_id).status == "open"


def test_a_cancelled_offer_can_be_made_active_and_its_chats_open_again():
    proposal = proposal_in("rejected")
    set_status(proposal.offer, "cancelled")
    assert Conversation.objects.get(pk=proposal.conversation_id).status == "closed"
    set_status(proposal.offer, "active")
    assert Conversation.objects.get(pk=proposal.conversation_id).status == "open"
    assert Proposal.objects.get(pk=proposal.pk).status == "rejected"


@pytest.mark.parametrize("now", ["draft", "active", "assigned", "completed", "cancelled", "expired"])
@pytest.mark.parametrize("wanted", ["active", "completed", "cancelled"])
def test_statuses_that_may_be_asked_for(now, wanted):
    offer = offer_in(now)
    allowed = {
        "active": ("draft", "cancelled"),
        "completed": ("assigned",),
        "cancelled": ("draft", "active", "assigned", "expired"),
    }[wanted]
    version = offer.version
    if now == wanted:
        with nothing_changed():
            assert set_status(offer, wanted).version == version
    elif now in allowed:
        changed = set_status(offer, wanted, version)
        assert (changed.status, changed.version) == (wanted, version + 1)
    else:
        with nothing_changed(), pytest.raises(Refusal) as refused:
            set_status(offer, wanted, version)
        assert refused.value.code == ("validation_error" if now == "expired" and wanted == "active" else "conflict")


@pytest.mark.parametrize("wanted", ["draft", "assigned", "expired", "lost and found"])
def test_other_statuses_are_nobodys_to_set(wanted):
    offer = make_offer()
    with nothing_changed(), pytest.raises(Invalid):
        set_status(offer, wanted)


def test_a_status_is_set_on_the_version_that_was_seen():
    offer = make_offer()
    change(offer, notes="x")
    with nothing_changed(), pytest.raises(StaleVersion):
        set_status(offer, "cancelled", version=1)


def test_a_status_may_come_with_the_fields():
    offer = make_offer(expires_at=in_hours(1))
    run_out(offer)
    services.expire_due()
    changed = change(offer, expires_at=in_hours(2), status="active", notes="Again")
    assert (changed.status, changed.notes, changed.version) == ("active", "Again", 3)
    assert change(changed, status="cancelled").status == "cancelled"


def offer_in(status):
    match status:
        case "draft":
            return make_offer(status="draft")
        case "assigned":
            return Offer.objects.get(pk=proposal_in("awarded").offer_id)
        case "completed":
            return set_status(proposal_in("awarded").offer, "completed")
        case "cancelled":
            return set_status(make_offer(), "cancelled")
        case "expired":
            offer = make_offer(expires_at=in_hours(1))
            run_out(offer)
            services.expire_due()
            return Offer.objects.get(pk=offer.pk)
    return make_offer()
