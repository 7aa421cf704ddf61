"""What has happened and how things stand, by REST; and that lists take as many queries for thirty rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers import services
from presence.log.telling import unheard
from tests.offers.scenes import office, truck
from tests.offers.test_api_offers import refusal

pytestmark = pytest.mark.django_db


def test_activity_is_shown_as_far_as_one_may_see(scene):
    scene.answer(scene.dan, "accept")
    theirs = scene.by(scene.finn).read("activity").json()
    assert theirs["count"] >= 3
    first = theirs["results"][0]
    assert first["actor"] == scene.dan.actor.as_dict()
    assert first["verb"] == "accept"
    assert scene.by(scene.otto).read("activity").json()["results"] == []
    assert scene.by(scene.fay).read("activity").json()["results"] == []
    assert scene.by(scene.mona).read("activity").json()["count"] >= theirs["count"]
    assert len(scene.by(scene.finn).read("activity", limit=2).json()["results"]) == 2
    refusal(scene.by(scene.finn).read("activity", limit="0"), 400, "validation_error")
    refusal(scene.by(scene.finn).read("activity", offset="-3"), 400, "validation_error")
    refusal(scene.by(None).read("activity"), 401, "not_authenticated")


def test_a_driver_s_activity_names_no_other_driver(scene):
    scene.answer(scene.eve, "counter", rate="999.00")
    told = scene.by(scene.dan).read("activity").content.decode()
    for secret in (scene.eve.driver_name, "999.00", "Zyxwell", "Hidden Gate", "4321.98", "3987.65"):
        assert secret not in told


def test_stats_count_what_one_may_see(scene):
    scene.answer(scene.dan, "accept")
    stats = scene.by(scene.finn).read("stats").json()
    assert stats["offers"]["active"] == 1
    assert stats["proposals"]["accepted"] == stats["proposals"]["sent"] == 1
    assert stats["median_first_answer_s"] >= 0
    assert stats["median_cover_s"] is None
    assert stats["at"].endswith("Z")
    assert sum(scene.by(scene.otto).read("stats").json()["offers"].values()) == 0
    refusal(scene.by(None).read("stats"), 401, "not_authenticated")


def queries_of(caller, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = caller.read(path)
    assert answer.status_code == 200, answer.content
    return len(queries)


LISTS = [
    "offers", "offers?search=Dallas&unread=false", "proposals", "proposals?status=sent,viewed", "activity", "stats",
    "conversations", "conversations?search=Dallas", "conversations?unread=true", "me",
]  # fmt: skip


def queries_of_all(callers, paths) -> dict[tuple[str, str], int]:
    return {(who, path): queries_of(caller, path) for who, caller in callers.items() for path in paths}


def test_a_list_of_thirty_takes_as_many_queries_as_one(scene):
    callers = {who: scene.by(getattr(scene, who)) for who in ("olga", "mona", "dan")}
    queries_of_all(callers, LISTS)
    with_one = queries_of_all(callers, LISTS)
    with unheard():
        for _ in range(29):
            scene.send(scene.new_offer(), scene.dan)
    assert queries_of_all(callers, LISTS) == with_one


def test_what_is_seen_as_it_was_costs_a_driver_as_many_queries_for_thirty_as_for_one(scene):
    paths = ["offers", "offers?status=active,cancelled", "proposals", "conversations"]
    callers = {"dan": scene.by(scene.dan)}
    scene.answer(scene.dan, "reject")
    queries_of_all(callers, paths)
    with_one = queries_of_all(callers, paths)
    with unheard():
        for _ in range(29):
            offer = scene.new_offer()
            scene.send(offer, scene.dan)
            scene.answer(scene.dan, "reject", offer)
    assert queries_of_all(callers, paths) == with_one


def test_an_offer_with_thirty_drivers_and_followers_takes_as_many_queries_as_with_one(scene):
    caller, offer = scene.by(scene.olga), scene.new_offer()
    scene.send(offer, scene.dan)
    services.set_followers(actor=scene.olga.actor, offer_id=offer.pk, user_ids=[scene.finn.pk])
    queries_of(caller, f"offers/{offer.pk}")
    with_one = queries_of(caller, f"offers/{offer.pk}")
    scene.send(offer, *[truck(f"Truck{number}", f"214-555-01{number:02}") for number in range(40, 69)])
    many = [scene.finn.pk, *[office(f"person{number}").pk for number in range(29)]]
    services.set_followers(actor=scene.olga.actor, offer_id=offer.pk, user_ids=many)
    assert queries_of(caller, f"offers/{offer.pk}") == with_one


def test_a_grid_of_thirty_takes_as_many_queries_as_one(scene):
    caller, offer = scene.by(scene.olga), scene.new_offer()
    scene.send(offer, scene.dan)
    queries_of(caller, f"offers/{offer.pk}/proposals")
    with_one = queries_of(caller, f"offers/{offer.pk}/proposals")
    scene.send(offer, *[truck(f"Truck{number}", f"214-555-01{number:02}") for number in range(40, 69)])
    assert queries_of(caller, f"offers/{offer.pk}/proposals") == with_one
