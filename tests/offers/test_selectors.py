import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import selectors as chat
from chat.models import Message
from drivers.models import Driver
from kernel.actors import SYSTEM
from kernel.clock import iso
from kernel.errors import NotFound, PermissionDenied
from offers import events, selectors, services
from offers.models import Offer, Proposal
from presence.log.renderers import Wanted, render
from presence.log.telling import unheard
from presence.models import StreamEvent
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import STATUSES, answer, award, make_offer, owner_of, proposal_in, put_to

pytestmark = pytest.mark.django_db

SECRET_FIELDS = {
    "reference": "REF-SECRET-77",
    "customer_name": "Zyxwell Foods",
    "customer_rate": Decimal("4321.98"),
    "rate_ceiling": Decimal("3987.65"),
    "pickup_location": "17 Hidden Gate Rd, Dallas, TX 75201",
    "delivery_location": "99 Covert Dock, Tulsa, OK 74103",
    "pickup_lat": Decimal("32.787654"),
    "pickup_lon": Decimal("-96.798765"),
    "stops": [
        {"kind": "pickup", "location": "5 Concealed Way, Denver, CO 80202", "lat": 39.748765, "lon": -104.99123,
         "note": "Ask for Rayburn"},
    ],
}  # fmt: skip
OFFICE_ONLY = ("customer_name", "customer_rate", "rate_ceiling", "counts", "invited_driver_ids", "followers")
OFFICE_ONLY_VALUES = ("Zyxwell", "4321.98", "3987.65", "Othello Otherdriver", "Filippa Follower")
UNTIL_AWARDED = ("REF-SECRET-77", "Hidden", "Covert", "Concealed", "Rayburn", "32.787", "96.798", "39.748", "104.991")


def of(driver_id):
    return Driver.objects.get(pk=driver_id).actor


def secret_offer():
    offer = make_offer(**SECRET_FIELDS, invited_driver_ids=[make_driver(driver_name="Othello Otherdriver").pk])
    follower = make_user(full_name="Filippa Follower")
    services.set_followers(actor=owner_of(offer), offer_id=offer.pk, user_ids=[follower.pk])
    return Offer.objects.get(pk=offer.pk)


def everything_told_to(viewer):
    """All that a person could get: their lists, their chats, and their whole stream as it would be replayed."""
    told = StreamEvent.objects.filter(actor_type=viewer.type, actor_id=viewer.id).exclude(kind="new_message")
    return json.dumps(
        [
            selectors.offer_dicts(selectors.offers_for(viewer), viewer),
            selectors.proposal_dicts(selectors.proposals_for(viewer), viewer),
            list(Message.objects.filter(conversation__in=chat.conversations_for(viewer)).values_list("message")),
            render([(each.kind, Wanted(viewer, each.object_id, each.detail, each.at)) for each in told]),
            selectors.activity_for(viewer)[0:100],
            selectors.stats_for(viewer),
            list(selectors.SUBJECTS.describe([(each.pk, viewer.id) for each in Offer.objects.all()], viewer).values()),
        ],
        default=str,
    )


@pytest.mark.parametrize("status", STATUSES)
def test_a_driver_gets_nothing_that_is_not_theirs_to_know(status):
    offer = secret_offer()
    put_to(offer, Driver.objects.get(driver_name="Othello Otherdriver"))
    proposal = proposal_in(status, offer)
    viewer = of(proposal.driver_id)
    (shown,) = selectors.offer_dicts(selectors.offers_for(viewer), viewer)
    assert not shown.keys() & set(OFFICE_ONLY)
    everything = everything_told_to(viewer)
    for value in OFFICE_ONLY_VALUES:
        assert value not in everything
    if status == "awarded":
        assert shown["reference"] == "REF-SECRET-77"
        assert shown["pickup_location"] == "17 Hidden Gate Rd, Dallas, TX 75201"
        assert (shown["pickup_lat"], shown["stops"][0]["note"]) == (32.787654, "Ask for Rayburn")
        return
    assert "reference" not in shown
    assert (shown["pickup_location"], shown["delivery_location"]) == ("Dallas, TX 75201", "Tulsa, OK 74103")
    assert (shown["pickup_lat"], shown["pickup_lon"]) == (32.79, -96.8)
    assert (shown["stops"][0]["location"], shown["stops"][0]["lat"]) == ("Denver, CO 80202", 39.75)
    for value in UNTIL_AWARDED:
        assert value not in everything


@pytest.mark.parametrize("status", ["rejected", "expired", "withdrawn", "lost", "fallen_off"])
def test_who_has_left_sees_the_offer_as_last_seen(status):
    proposal = proposal_in(status)
    offer, viewer = Offer.objects.get(pk=proposal.offer_id), of(proposal.driver_id)
    if offer.status == "assigned":
        services.fall_off(actor=owner_of(offer), offer_id=offer.pk, reason="hours")
    offer.refresh_from_db()
    services.update_offer(
        actor=owner_of(offer), offer_id=offer.pk, version=offer.version, fields={"proposed_rate": Decimal("1234.56")}
    )
    services.set_status(actor=owner_of(offer), offer_id=offer.pk, status="cancelled", version=None)
    (shown,) = selectors.offer_dicts(selectors.offers_for(viewer), viewer)
    assert shown["proposed_rate"] == "850.00"
    assert shown["status"] == "active"
    assert shown["as_of"] == iso(Proposal.objects.get(pk=proposal.pk).closed_at)
    assert shown["proposal"]["status"] == status
    assert "1234.56" not in json.dumps(selectors.offer_dicts(selectors.offers_for(viewer), viewer))
    assert "cancelled" not in selectors.stats_for(viewer)["offers"]


def test_who_sees_which_offers(settings):
    mine, followed, other = make_offer(), make_offer(), make_offer()
    owner = owner_of(mine)
    services.set_followers(actor=owner_of(followed), offer_id=followed.pk, user_ids=[owner.id])
    driver = make_driver()
    put_to(other, driver)

    def seen(viewer):
        offers = set(selectors.offers_for(viewer).values_list("pk", flat=True))
        proposals = set(selectors.proposals_for(viewer).values_list("offer_id", flat=True))
        assert proposals <= offers
        return offers

    everything = {mine.pk, followed.pk, other.pk}
    assert seen(owner) == {mine.pk, followed.pk}
    assert seen(make_user("manager").actor) == seen(make_user("admin").actor) == everything
    assert seen(driver.actor) == {other.pk}
    assert seen(make_driver().actor) == seen(make_user().actor) == seen(SYSTEM) == set()
    settings.DISPATCHERS_SEE = "all"
    assert seen(make_user().actor) == everything
    assert seen(make_driver().actor) == set()


def test_what_is_not_seen_is_not_there():
    proposal = proposal_in("sent")
    for stranger in (make_user().actor, make_driver().actor):
        with pytest.raises(NotFound):
            selectors.offer_for(stranger, proposal.offer_id)
        with pytest.raises(NotFound):
            selectors.proposal_for(stranger, proposal.pk)
        with pytest.raises(NotFound):
            selectors.grid_for(stranger, proposal.offer_id)
    with pytest.raises(PermissionDenied):
        selectors.grid_for(of(proposal.driver_id), proposal.offer_id)


def test_the_office_sees_how_many_are_where():
    offer = make_offer()
    proposal_in("sent", offer)
    proposal_in("rejected", offer)
    proposal_in("rejected", offer)
    (shown,) = selectors.offer_dicts([offer], owner_of(offer))
    assert shown["counts"] == {"sent": 1, "rejected": 2}
    assert (shown["proposed_rate"], shown["customer_rate"], shown["weight_lbs"]) == ("850.00", None, None)


def test_unread_counts_what_others_have_said():
    proposal = proposal_in("counter_offered")
    owner = owner_of(proposal.offer)
    assert selectors.offer_dicts([proposal.offer], owner)[0]["unread"] == 1
    assert selectors.offer_dicts([proposal.offer], of(proposal.driver_id))[0]["unread"] == 0


def test_the_grid_shows_how_far_whether_here_and_what_was_said_last():
    offer = make_offer()
    near = put_to(offer, make_driver(latitude="32.79040000", longitude="-96.80440000"))[0]
    lost = put_to(offer, make_driver(latitude=None, longitude=None, city_state_zip="somewhere"))[0]
    answer(near, "counter", rate=Decimal("900"))
    first, second = selectors.grid_for(owner_of(offer), offer.pk)
    assert first["distance_miles"] < 5
    assert (first["online"], first["last_seen"], first["unread"]) == (False, None, 1)
    assert first["last_message"]["message_type"] == "rate_proposal"
    assert (second["id"], second["distance_miles"], second["unread"]) == (lost.pk, None, 0)


def test_rounds_tell_the_whole_negotiation():
    proposal = proposal_in("counter_offered")
    answer(proposal, "accept", by=owner_of(proposal.offer), note="Deal")
    (shown,) = selectors.proposal_dicts([Proposal.objects.get(pk=proposal.pk)], of(proposal.driver_id))
    assert [(each["action"], each["rate"], each["by"]["type"]) for each in shown["rounds"]] == [
        ("send", "850.00", "dispatcher"),
        ("counter", "975.50", "driver"),
        ("accept", "975.50", "dispatcher"),
    ]
    assert shown["rounds"][2]["note"] == "Deal"
    assert shown["agreed_rate"] == "975.50"


def test_trucks_that_the_older_system_has_deleted_are_called_by_their_number():
    proposal = proposal_in("sent")
    Driver.objects.filter(pk=proposal.driver_id).delete()
    (row,) = selectors.grid_for(owner_of(proposal.offer), proposal.offer_id)
    gone = proposal.driver_id
    assert row["driver"] == {"id": gone, "name": f"#{gone}", "truck_number": None, "phone": None}


def test_activity_reaches_as_far_as_ones_sight():
    mine, other = proposal_in("counter_offered"), proposal_in("sent")
    owner, driver = owner_of(mine.offer), of(mine.driver_id)

    def objects(viewer):
        return {(each["object_type"], each["object_id"]) for each in selectors.activity_for(viewer)[0:100]}

    assert objects(driver) == {("proposal", str(mine.pk))}
    assert objects(owner) == {("proposal", str(mine.pk)), ("offer", str(mine.offer_id))}
    assert ("proposal", str(other.pk)) in objects(make_user("manager").actor)
    assert selectors.activity_for(owner).count() == 3
    assert selectors.activity_for(owner)[0:1][0]["verb"] == "counter"


def test_stats_count_what_one_sees():
    offer = make_offer()
    proposal_in("lost", offer)
    owner = owner_of(offer)
    stats = selectors.stats_for(owner)
    assert (stats["offers"], stats["proposals"]) == ({"assigned": 1}, {"awarded": 1, "lost": 1})
    assert stats["median_first_answer_s"] is not None
    assert stats["median_cover_s"] is not None
    assert stats["online"] == {"drivers": 0, "dispatchers": 0}
    assert selectors.stats_for(make_user().actor)["offers"] == {}


def test_conversations_are_found_by_what_they_are_about():
    proposal = proposal_in("sent", make_offer(reference="REF-SECRET-77"))
    owner, driver = owner_of(proposal.offer), of(proposal.driver_id)

    def found(text, viewer):
        return chat.conversations_for(viewer).filter(selectors.SUBJECTS.search(text, viewer)).exists()

    assert found("tulsa", owner)
    assert found("tulsa", driver)
    assert found("SECRET", owner)
    assert found(driver.name, owner)
    for secret in ("SECRET", "Hidden", driver.name):
        assert not found(secret, driver)


# --- queries ----------------------------------------------------------------------------------------------------------


def queries_of(read):
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def test_lists_take_as_many_queries_for_thirty_rows_as_for_one():
    owner, driver, manager = make_user(), make_driver(), make_user("manager").actor
    grid = make_offer(owner)

    def readings():
        return {
            (name, viewer.type): queries_of(read)
            for viewer in (owner.actor, driver.actor, manager)
            for name, read in {
                "offers": lambda v=viewer: selectors.offer_dicts(selectors.offers_for(v), v),
                "proposals": lambda v=viewer: selectors.proposal_dicts(selectors.proposals_for(v), v),
                "activity": lambda v=viewer: selectors.activity_for(v)[0:50],
                "stats": lambda v=viewer: selectors.stats_for(v),
            }.items()
        } | {"grid": queries_of(lambda: selectors.grid_for(owner.actor, grid.pk))}

    put_to(make_offer(owner), driver)
    put_to(grid, make_driver())
    one = readings()
    with unheard():
        for number in range(29):
            offer = make_offer(owner)
            services.set_followers(actor=owner.actor, offer_id=offer.pk, user_ids=[make_user().pk])
            put_to(offer, driver)
            if number % 2:
                answer(offer.proposals.get(), "counter", rate=Decimal("900"))
        put_to(grid, *(make_driver() for _ in range(29)))
    assert readings() == one
    assert max(one.values()) <= 12


def test_events_for_two_hundred_drivers_take_a_few_queries():
    offer = make_offer()
    proposals = put_to(offer, *(make_driver() for _ in range(200)))
    drivers = [driver.actor for driver in Driver.objects.all()]
    wanted = [Wanted(viewer, offer.pk, 1, offer.created_at) for viewer in (*drivers, owner_of(offer))]
    with CaptureQueriesContext(connection) as queries:
        shown = events.offers_as_seen(wanted)
    assert len(queries) <= 10
    for viewer, data in zip(drivers, shown, strict=False):
        assert data["proposal"]["driver_id"] == viewer.id
        assert "counts" not in data
    assert shown[-1]["counts"] == {"sent": 200}
    both = [Wanted(of(p.driver_id), p.pk, 1, offer.created_at) for p in proposals]
    with CaptureQueriesContext(connection) as queries:
        assert [each["id"] for each in events.proposals_as_seen(both)] == [p.pk for p in proposals]
    assert len(queries) <= 5


def test_events_of_what_one_does_not_see_any_more_show_nothing(settings):
    proposal = proposal_in("sent")
    former = owner_of(proposal.offer)
    services.handover(actor=former, offer_id=proposal.offer_id, owner_id=make_user().pk)

    def shown(viewer):
        offer = Wanted(viewer, proposal.offer_id, 1, proposal.sent_at)
        own = Wanted(viewer, proposal.pk, 1, proposal.sent_at)
        return [bool(each) for each in (*events.offers_as_seen([offer]), *events.proposals_as_seen([own]))]

    assert shown(former) == [False, False]
    assert shown(make_driver().actor) == [False, False]
    assert shown(make_user("manager").actor) == [True, True]
    assert shown(of(proposal.driver_id)) == [True, True]
    settings.DISPATCHERS_SEE = "all"
    assert shown(former) == [True, True]
    gone = Wanted(former, 10**6, 1, proposal.sent_at)
    assert events.offers_as_seen([gone]) == events.proposals_as_seen([gone]) == [None]


def test_what_is_told_is_what_is_read():
    """The same shape by event and by list, so that a client can put one in the other's place."""
    proposal = proposal_in("accepted")
    award(proposal)
    for viewer in (owner_of(proposal.offer), of(proposal.driver_id)):
        told = events.offers_as_seen([Wanted(viewer, proposal.offer_id, 1, proposal.sent_at)])
        assert told == selectors.offer_dicts(selectors.offers_for(viewer), viewer)
        told = events.proposals_as_seen([Wanted(viewer, proposal.pk, 1, proposal.sent_at)])
        assert told == selectors.proposal_dicts(selectors.proposals_for(viewer), viewer)
