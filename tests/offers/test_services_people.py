import pytest

from accounts.models import User
from chat.models import Member
from drivers.models import Driver
from kernel.errors import Invalid, NotFound, PermissionDenied
from offers import selectors, services
from offers.events import offers_as_seen as events_of_offers
from offers.models import Offer
from presence.log.renderers import Wanted
from presence.models import StreamEvent
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, mark, owner_of, proposal_in, told
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db


def hand_over(offer, to, by=None):
    return services.handover(actor=by or owner_of(offer), offer_id=offer.pk, owner_id=to)


def follow(offer, *users, by=None):
    ids = [user if isinstance(user, int) else user.pk for user in users]
    return services.set_followers(actor=by or owner_of(offer), offer_id=offer.pk, user_ids=ids)


def seats(proposal):
    rows = Member.objects.filter(conversation_id=proposal.conversation_id, left_at=None, actor_type="dispatcher")
    return set(rows.values_list("actor_id", "role"))


def test_handing_over_changes_the_owner_and_lets_the_former_one_go():
    proposal = proposal_in("viewed")
    former, new = owner_of(proposal.offer), make_user()
    before = mark()
    offer = hand_over(proposal.offer, new.pk)
    assert (offer.owner_id, offer.created_by_id, offer.version) == (new.pk, former.id, 2)
    assert seats(proposal) == {(new.pk, "owner")}
    events = told(before)
    assert ("dispatcher", new.pk, "offer_updated", offer.pk) in events
    assert ("dispatcher", new.pk, "proposal_updated", proposal.pk) in events
    assert ("driver", proposal.driver_id, "offer_updated", offer.pk) in events
    # What they are told of is shown as redacted: they see no more of it.
    assert {event[2] for event in events if event[:2] == ("dispatcher", former.id)} == {"offer_updated"}
    (kept,) = StreamEvent.objects.filter(pk__gt=before, actor_type="dispatcher", actor_id=former.id)
    assert events_of_offers([Wanted(former, kept.object_id, kept.detail, kept.at)]) == [None]
    with nothing_changed(), pytest.raises(NotFound):
        hand_over(offer, former.id, by=former)


def test_a_follower_who_becomes_the_owner_follows_no_more():
    proposal, follower = proposal_in("sent"), make_user()
    follow(proposal.offer, follower)
    offer = hand_over(proposal.offer, follower.pk)
    assert offer.follower_ids == frozenset()
    assert seats(proposal) == {(follower.pk, "owner")}


def test_handing_over_to_the_owner_is_no_change():
    offer = make_offer()
    with nothing_changed():
        assert hand_over(offer, offer.owner_id).version == 1


def test_an_offer_is_given_only_to_somebody_who_is_there():
    offer, gone = make_offer(), make_user(is_active=False)
    for id_ in (gone.pk, 10**6):
        with nothing_changed(), pytest.raises(Invalid) as invalid:
            hand_over(offer, id_)
        assert "owner" in invalid.value.fields
        with nothing_changed(), pytest.raises(Invalid) as invalid:
            follow(offer, id_)
        assert "user_ids" in invalid.value.fields


def test_followers_come_and_go():
    proposal, one, two = proposal_in("sent"), make_user(), make_user()
    owner = proposal.offer.owner_id
    assert follow(proposal.offer, one, two, owner).follower_ids == {one.pk, two.pk}
    assert seats(proposal) == {(owner, "owner"), (one.pk, "follower"), (two.pk, "follower")}
    before = mark()
    offer = follow(proposal.offer, two)
    assert (offer.follower_ids, offer.version) == ({two.pk}, 3)
    assert seats(proposal) == {(owner, "owner"), (two.pk, "follower")}
    assert {event[:2] for event in told(before)} == {
        ("dispatcher", owner),
        ("dispatcher", one.pk),
        ("dispatcher", two.pk),
        ("driver", proposal.driver_id),
    }
    assert {event[2] for event in told(before)} == {"offer_updated"}
    with nothing_changed():
        follow(offer, two)
    with nothing_changed(), pytest.raises(NotFound):
        follow(offer, one, by=one.actor)


def test_a_new_follower_is_given_the_proposals_too():
    proposal, follower = proposal_in("accepted"), make_user()
    before = mark()
    follow(proposal.offer, follower)
    mine = {event[2:] for event in told(before) if event[:2] == ("dispatcher", follower.pk)}
    assert mine == {("offer_updated", proposal.offer_id), ("proposal_updated", proposal.pk)}


def test_a_follower_works_on_the_offer():
    offer, follower = make_offer(), make_user()
    follow(offer, follower)
    changed = services.update_offer(actor=follower.actor, offer_id=offer.pk, version=2, fields={"notes": "Mine"})
    assert changed.notes == "Mine"


def test_who_may_not_change_people_is_refused(settings):
    proposal = proposal_in("sent")
    driver = Driver.objects.get(pk=proposal.driver_id)
    settings.DISPATCHERS_SEE = "all"
    for actor, refusal in (
        (driver.actor, PermissionDenied),
        (make_driver().actor, NotFound),
        (make_user().actor, PermissionDenied),
    ):
        with nothing_changed(), pytest.raises(refusal):
            hand_over(proposal.offer, proposal.offer.owner_id, by=actor)
        with nothing_changed(), pytest.raises(refusal):
            follow(proposal.offer, by=actor)
    manager = make_user("manager")
    assert hand_over(proposal.offer, manager.pk, by=manager.actor).owner_id == manager.pk


def test_people_the_older_system_has_deleted_do_not_hide_an_offer():
    offer = make_offer()
    User.objects.filter(pk=offer.owner_id).delete()
    manager = make_user("manager").actor
    (shown,) = selectors.offer_dicts(selectors.offers_for(manager).filter(pk=offer.pk), manager)
    assert shown["owner"] == {
        "type": "dispatcher",
        "id": offer.owner_id,
        "name": f"#{offer.owner_id}",
        "role": "dispatcher",
    }
    assert Offer.objects.filter(pk=offer.pk).exists()
