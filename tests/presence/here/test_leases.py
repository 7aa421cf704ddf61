"""Leases, and the edges that are told."""

from datetime import timedelta

import pytest

from kernel import clock
from kernel.actors import ActorKey
from presence.doorbell import topics
from presence.here import leases, online
from presence.here.leases import Lease
from presence.models import SocketSession
from tests.presence.factories import key, make_driver, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def lease(number, who, process="p"):
    return Lease(f"lease{number}", process, who, None)


def told(rung):
    return [
        (passing.data["actor"]["id"], passing.data["online"], passing.to)
        for batch in rung
        for passing in batch.passing
        if passing.kind == "presence_changed"
    ]


def lapse_in_the_past(**which):
    SocketSession.objects.filter(**which).update(expires_at=clock.now() - timedelta(seconds=1))


def test_coming_and_going_is_told_once(rung):
    driver = key(make_driver())
    leases.begin(leases=[lease(1, driver)])
    leases.begin(leases=[lease(2, driver)])
    assert told(rung) == [(driver.id, True, (topics.OFFICE,))]
    leases.end(ids=["lease1", "lease2"])
    leases.sweep()
    assert len(rung) == 1  # The grace goes on.
    lapse_in_the_past()
    leases.sweep()
    leases.sweep()
    assert told(rung) == [(driver.id, True, (topics.OFFICE,)), (driver.id, False, (topics.OFFICE,))]
    assert not online.online({driver})[driver].online


def test_coming_back_within_the_grace_is_no_edge(rung):
    driver = key(make_driver())
    leases.begin(leases=[lease(1, driver)])
    leases.end(ids=["lease1"])
    leases.begin(leases=[lease(2, driver)])
    lapse_in_the_past(pk="lease1")
    leases.sweep()
    assert len(rung) == 1
    assert online.online({driver})[driver].online


def test_renewing_is_one_update_for_a_whole_process(django_assert_max_num_queries):
    people = [key(make_driver()) for _ in range(5)]
    mine = [lease(number, who) for number, who in enumerate(people)]
    leases.begin(leases=[*mine, lease(9, people[0], process="other")])
    lapse_in_the_past()
    with django_assert_max_num_queries(3):
        leases.renew(process="p", open_leases=mine)
    assert SocketSession.objects.filter(expires_at__gt=clock.now()).count() == 5
    SocketSession.objects.filter(pk="lease2").delete()
    leases.renew(process="p", open_leases=mine)
    assert SocketSession.objects.filter(expires_at__gt=clock.now()).count() == 5


def test_who_was_told_to_have_gone_while_nobody_could_renew_is_told_to_be_here_again(rung):
    driver, gone = key(make_driver()), key(make_driver())
    leases.begin(leases=[lease(1, driver), lease(2, gone)])
    lapse_in_the_past()
    leases.sweep()
    leases.renew(process="p", open_leases=[lease(1, driver)])
    assert online.online({driver})[driver].online
    assert not online.online({gone})[gone].online
    assert told(rung)[-1] == (driver.id, True, (topics.OFFICE,))


def test_lease_whose_end_was_never_written_is_not_renewed_for_ever(rung):
    driver, other = key(make_driver()), key(make_driver())
    leases.begin(leases=[lease(1, driver), lease(2, other), lease(3, other)])
    SocketSession.objects.exclude(pk="lease3").update(connected_at=clock.now() - timedelta(hours=1))
    # The third has opened after it was asked which ones are open.
    leases.renew(process="p", open_leases=[lease(2, other)])
    assert set(SocketSession.objects.values_list("pk", "process")) == {
        ("lease1", leases.LEFT),
        ("lease2", "p"),
        ("lease3", "p"),
    }
    lapse_in_the_past(process=leases.LEFT)
    leases.sweep()
    assert [online for id_, online, _to in told(rung) if id_ == driver.id] == [True, False]


@pytest.mark.parametrize("left", [True, False])
def test_last_seen_is_when_they_were_here_last(settings, left):
    settings.PRESENCE = settings.PRESENCE | {"GRACE_SECONDS": 12, "LEASE_SECONDS": 60}
    driver = key(make_driver())
    leases.begin(leases=[lease(1, driver)])
    here = clock.now() - timedelta(minutes=5)
    SocketSession.objects.update(
        process=leases.LEFT if left else "p", expires_at=here + timedelta(seconds=12 if left else 60)
    )
    leases.sweep()
    assert online.online({driver})[driver] == (False, here)


def test_process_that_ends_leaves_the_grace_to_all_of_its_people():
    driver = key(make_driver())
    leases.begin(leases=[lease(1, driver), lease(2, driver, process="other")])
    leases.end_process(process="p")
    assert set(SocketSession.objects.values_list("pk", "process")) == {("lease1", leases.LEFT), ("lease2", "other")}


def test_office_person_concerns_only_drivers_whose_chats_they_joined(rung):
    leases.begin(leases=[lease(1, key(make_user()))])
    assert [passing.to for batch in rung for passing in batch.passing] == [()]


def test_somebody_deleted_has_gone_all_the_same(rung):
    driver = make_driver()
    who = key(driver)
    leases.begin(leases=[lease(1, who)])
    driver.delete()
    lapse_in_the_past()
    leases.sweep()
    assert [online for _id, online, _to in told(rung)] == [True, False]


def test_old_leases_are_cleared_away():
    leases.begin(leases=[lease(1, key(make_driver()))])
    SocketSession.objects.update(expires_at=clock.now() - timedelta(hours=1))
    leases.begin(leases=[lease(2, key(make_driver()))])
    leases.clear()
    assert [each.pk for each in SocketSession.objects.all()] == ["lease2"]


def test_online_of_many_is_one_query(django_assert_num_queries):
    people = [key(make_driver()) for _ in range(30)]
    leases.begin(leases=[lease(number, who) for number, who in enumerate(people[:20])])
    with django_assert_num_queries(1):
        seen = online.online({*people, ActorKey("dispatcher", 5)})
    assert sum(each.online for each in seen.values()) == 20
    assert seen[ActorKey("dispatcher", 5)] == (False, None)
    assert online.counts() == {"drivers": 20, "dispatchers": 0}


def test_sweeping_changes_nothing_while_nobody_goes(django_assert_num_queries):
    people = [key(make_driver()) for _ in range(3)]
    leases.begin(leases=[lease(number, who) for number, who in enumerate(people)])
    with django_assert_num_queries(2):
        leases.sweep()
