from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from drivers.models import Driver
from journal.models import Entry
from kernel import clock
from kernel.errors import Invalid, NotFound, PermissionDenied
from offers import services
from offers.models import Offer
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import LOAD, make_offer, mark, proposal_in, told
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def test_places_coordinates_zones_and_miles_are_found():
    offer = make_offer()
    assert (offer.pickup_place, offer.delivery_place) == ("Dallas, TX 75201", "Tulsa, OK 74103")
    assert (offer.pickup_zone, offer.delivery_zone) == ("America/Chicago", "America/Chicago")
    assert round(offer.pickup_lat) == 33
    assert offer.distance_source == "estimated"
    assert 250 < offer.distance_miles < 320
    assert (offer.currency, offer.status, offer.award_mode, offer.version) == ("USD", "active", "dispatcher", 1)


def test_what_is_given_is_kept():
    offer = make_offer(
        pickup_place="Dallas",
        pickup_lat=Decimal("32.1234567"),
        pickup_lon=-97,
        pickup_zone="America/Denver",
        distance_miles=Decimal("301.456"),
    )
    offer.refresh_from_db()
    assert (offer.pickup_place, offer.pickup_zone) == ("Dallas", "America/Denver")
    assert (offer.pickup_lat, offer.pickup_lon) == (Decimal("32.123457"), Decimal("-97"))
    assert (offer.distance_miles, offer.distance_source) == (Decimal("301.46"), "given")


def test_stops_are_completed_and_lengthen_the_way():
    stop = {"kind": "pickup", "location": "5 Main St, Denver, CO 80202", "note": "Ask for Ray"}
    offer = make_offer(stops=[stop])
    offer.refresh_from_db()
    kept = offer.stops[0]
    assert (kept["place"], kept["zone"], kept["note"]) == ("Denver, CO 80202", "America/Denver", "Ask for Ray")
    assert round(kept["lat"]) == 40
    assert offer.distance_miles > 1000


def test_making_one_announces_it_to_its_owner():
    owner, before = make_user(), mark()
    offer = make_offer(owner)
    assert told(before) == {("dispatcher", owner.pk, "offer_created", offer.pk)}
    entry = Entry.objects.get(scope=f"offer:{offer.pk}")
    assert (entry.verb, entry.actor_id) == ("create", owner.pk)


def test_a_draft_stays_one():
    assert make_offer(status="draft").status == "draft"


def soon(**difference):
    return clock.now() + timedelta(**difference)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("pickup_place", {"pickup_location": "Behind the old mill"}),
        ("delivery_place", {"delivery_location": "Xanadu"}),
        ("pickup_location", {"pickup_location": ""}),
        ("proposed_rate", {"proposed_rate": Decimal("0")}),
        ("proposed_rate", {"proposed_rate": Decimal("-1")}),
        ("proposed_rate", {"proposed_rate": None}),
        ("proposed_rate", {"proposed_rate": Decimal("1.234")}),
        ("customer_rate", {"customer_rate": Decimal("-1")}),
        ("rate_ceiling", {"rate_ceiling": Decimal("0")}),
        ("weight_lbs", {"weight_lbs": Decimal("-1")}),
        ("reference", {"reference": "x" * 65}),
        ("notes", {"notes": "x" * 5001}),
        ("award_mode", {"award_mode": "auction"}),
        ("status", {"status": "assigned"}),
        ("created_by", {"created_by": 3}),
        ("version", {"version": 3}),
        ("pickup_lat", {"pickup_place": "Nowhere At All", "pickup_location": "Nowhere At All", "pickup_lat": 3}),
        ("stops.0.place", {"stops": [{"kind": "pickup", "location": "Xanadu"}]}),
    ],
    ids=str,
)
def test_bad_values_are_refused_by_name(field, fields):
    owner = make_user()
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        make_offer(owner, **fields)
    assert field in invalid.value.fields


@pytest.mark.parametrize(
    ("field", "hours"),
    [
        ("delivery_until", {"pickup_from": 5, "delivery_until": 4}),
        ("delivery_from", {"pickup_from": 5, "delivery_from": 4, "delivery_until": 9}),
        ("delivery_until", {"pickup_until": 53, "delivery_until": 4}),
        ("pickup_until", {"pickup_from": 5, "pickup_until": 4}),
        ("delivery_until", {"delivery_from": 5, "delivery_until": 4}),
        ("expires_at", {"expires_at": -1}),
    ],
    ids=str,
)
def test_times_that_make_no_sense_are_refused(field, hours):
    owner = make_user()
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        make_offer(owner, **{name: soon(hours=hour) for name, hour in hours.items()})
    assert field in invalid.value.fields


@pytest.mark.parametrize(("minutes", "is_refused"), [(0, False), (-1, True)])
def test_a_pickup_without_a_beginning_is_compared_by_its_day(minutes, is_refused):
    owner, ends = make_user(), {"pickup_location": "New York, NY 10001", "delivery_location": "Los Angeles, CA 90012"}
    midnight = datetime(2031, 1, 5, 5, tzinfo=UTC)
    times = {
        "pickup_until": midnight + timedelta(hours=16),
        "delivery_until": midnight + timedelta(minutes=minutes),
    }
    if not is_refused:
        assert make_offer(owner, **ends, **times).delivery_until == times["delivery_until"]
        return
    with nothing_changed(), pytest.raises(Invalid) as invalid:
        make_offer(owner, **ends, **times)
    assert "delivery_until" in invalid.value.fields


def test_invited_drivers_must_exist_and_be_few(settings):
    owner, driver = make_user(), make_driver()
    assert make_offer(owner, invited_driver_ids=[driver.pk, driver.pk]).invited_driver_ids == [driver.pk]
    settings.SEND_MAX_DRIVERS = 1
    for ids in ([driver.pk + 1], [driver.pk, driver.pk + 1]):
        with nothing_changed(), pytest.raises(Invalid) as invalid:
            make_offer(owner, invited_driver_ids=ids)
        assert "invited_driver_ids" in invalid.value.fields


def test_a_driver_makes_no_offers():
    driver = make_driver()
    with nothing_changed(), pytest.raises(PermissionDenied):
        services.create_offer(actor=driver.actor, fields=LOAD)


def test_a_copy_is_a_draft_of_ones_own():
    proposal = proposal_in("awarded", make_offer(reference="A-1", notes="Tarp", expires_at=soon(hours=2)))
    manager = make_user("manager")
    before = mark()
    copy = services.copy_offer(actor=manager.actor, offer_id=proposal.offer_id)
    copy = Offer.objects.get(pk=copy.pk)
    assert (copy.status, copy.owner_id, copy.created_by_id, copy.version) == ("draft", manager.pk, manager.pk, 1)
    assert (copy.reference, copy.notes, copy.proposed_rate, copy.expires_at) == ("A-1", "Tarp", Decimal("850"), None)
    assert copy.distance_miles == proposal.offer.distance_miles
    assert not copy.proposals.exists()
    assert told(before) == {("dispatcher", manager.pk, "offer_created", copy.pk)}


def test_only_what_one_sees_can_be_copied_and_only_by_the_office():
    proposal = proposal_in("sent")
    stranger = make_user()
    with nothing_changed(), pytest.raises(NotFound):
        services.copy_offer(actor=stranger.actor, offer_id=proposal.offer_id)
    with nothing_changed(), pytest.raises(PermissionDenied):
        services.copy_offer(actor=Driver.objects.get(pk=proposal.driver_id).actor, offer_id=proposal.offer_id)
