"""Proposals by REST: who sees which, and answers to them."""

import pytest

from offers import services
from tests.offers.scenes import nothing_changed, soon
from tests.offers.test_api_offers import MISSING, ids, refusal

pytestmark = pytest.mark.django_db


def test_everybody_sees_their_own(scene):
    dan, eve = scene.proposal(scene.dan), scene.proposal(scene.eve)
    other = scene.new_offer(scene.otto)
    scene.send(other, scene.dan)
    theirs = scene.proposal(scene.dan, other)
    assert ids(scene.by(scene.dan).read("proposals")) == [theirs.pk, dan.pk]
    assert ids(scene.by(scene.eve).read("proposals")) == [eve.pk]
    assert ids(scene.by(scene.fay).read("proposals")) == []
    assert ids(scene.by(scene.finn).read("proposals")) == [eve.pk, dan.pk]
    assert ids(scene.by(scene.mona).read("proposals")) == [theirs.pk, eve.pk, dan.pk]
    assert ids(scene.by(scene.mona).read("proposals", offer_id=other.pk)) == [theirs.pk]
    assert ids(scene.by(scene.dan).read("proposals", offer_id=MISSING)) == []
    scene.answer(scene.dan, "accept")
    assert ids(scene.by(scene.dan).read("proposals", status="accepted")) == [dan.pk]
    assert ids(scene.by(scene.olga).read("proposals", status="accepted,sent")) == [eve.pk, dan.pk]


@pytest.mark.parametrize(("name", "value"), [("offer_id", "x"), ("offer_id", "0"), ("status", "open"), ("limit", "-1")])
def test_filters_that_cannot_be_used_are_named(scene, name, value):
    error = refusal(scene.by(scene.dan).read("proposals", **{name: value}), 400, "validation_error")
    assert set(error["fields"]) == {name}


def test_one_proposal_as_promised(scene):
    proposal = scene.proposal(scene.dan)
    shown = scene.by(scene.dan).read(f"proposals/{proposal.pk}").json()
    assert shown["offer_id"] == scene.offer.pk
    assert shown["driver"]["name"] == scene.dan.driver_name
    assert (shown["status"], shown["offered_rate"], shown["currency"]) == ("sent", "850.00", "USD")
    assert shown["agreed_rate"] is shown["driver_proposed_rate"] is shown["viewed_at"] is None
    assert [each["action"] for each in shown["rounds"]] == ["send"]
    for person in (scene.eve, scene.fay, scene.otto):
        refusal(scene.by(person).read(f"proposals/{proposal.pk}"), 404, "not_found")
    refusal(scene.by(scene.dan).read(f"proposals/{MISSING}"), 404, "not_found")


def respond(scene, person, action, driver=None, **said):
    proposal = scene.proposal(driver or person)
    body = {"action": action, "version": proposal.version} | said
    return scene.by(person).send("PUT", f"proposals/{proposal.pk}/respond", body)


def test_a_negotiation_from_both_sides(scene):
    assert respond(scene, scene.dan, "view").json()["status"] == "viewed"
    countered = respond(scene, scene.dan, "counter", rate="925.50", note="Deadhead", pressed_at=soon(0)).json()
    assert (countered["status"], countered["driver_proposed_rate"]) == ("counter_offered", "925.50")
    back = respond(scene, scene.olga, "counter", driver=scene.dan, rate=900).json()
    assert (back["status"], back["offered_rate"]) == ("sent", "900.00")
    agreed = respond(scene, scene.dan, "accept").json()
    assert (agreed["status"], agreed["agreed_rate"]) == ("accepted", "900.00")
    assert respond(scene, scene.dan, "retract").json()["status"] == "viewed"
    declined = respond(scene, scene.dan, "reject", reason="home_time", note="Going home").json()
    assert (declined["status"], declined["reason"]) == ("rejected", "home_time")
    assert [each["action"] for each in declined["rounds"]] == [
        "send", "view", "counter", "counter", "accept", "retract", "reject",
    ]  # fmt: skip


def test_an_old_version_is_answered_with_the_terms_as_they_are(scene):
    old = scene.proposal(scene.dan).version
    path, caller = f"offers/{scene.offer.pk}", scene.by(scene.olga)
    caller.send("PATCH", path, {"version": caller.read(path).json()["version"], "proposed_rate": "700"})
    with nothing_changed():
        error = refusal(respond(scene, scene.dan, "accept", version=old), 409, "stale_version")
        assert error["current"]["offered_rate"] == "700.00"
        refusal(respond(scene, scene.dan, "counter", version=old, rate="800"), 409, "stale_version")


@pytest.mark.parametrize(
    ("said", "at_fault"),
    [
        ({"action": "steal"}, "action"),
        ({"action": "award"}, "action"),
        ({"action": "counter"}, "rate"),
        ({"action": "counter", "rate": "-1"}, "rate"),
        ({"action": "counter", "rate": "NaN"}, "rate"),
        ({"action": "reject", "reason": "boring"}, "reason"),
        ({"action": "accept", "version": "1"}, "version"),
        ({"action": "accept", "version": None}, "version"),
        ({"action": "accept", "note": "x" * 501}, "note"),
        ({"action": "accept", "pressed_at": "just now"}, "pressed_at"),
        ({"action": "accept", "bribe": 5}, "bribe"),
    ],
)
def test_answers_that_cannot_be_used_are_named(scene, said, at_fault):
    with nothing_changed():
        body = {"version": 1} | said
        answer = scene.by(scene.dan).send("PUT", f"proposals/{scene.proposal(scene.dan).pk}/respond", body)
        assert set(refusal(answer, 400, "validation_error")["fields"]) == {at_fault}


def test_others_cannot_answer_and_closed_ones_cannot_be_answered(scene):
    with nothing_changed():
        for person in (scene.eve, scene.fay, scene.otto):
            refusal(respond(scene, person, "accept", driver=scene.dan), 404, "not_found")
        refusal(respond(scene, scene.olga, "accept", driver=scene.dan), 409, "conflict")
        refusal(respond(scene, scene.olga, "view", driver=scene.dan), 403, "permission_denied")
    services.withdraw(actor=scene.olga.actor, offer_id=scene.offer.pk, driver_ids=[scene.dan.pk])
    with nothing_changed():
        refusal(respond(scene, scene.dan, "accept"), 409, "proposal_closed")
    accepted = scene.answer(scene.eve, "accept")
    services.award(actor=scene.olga.actor, offer_id=scene.offer.pk, proposal_id=accepted.pk)
    with nothing_changed():
        refusal(respond(scene, scene.dan, "accept"), 409, "proposal_closed")


def test_the_grid_is_the_office_s(scene):
    path = f"offers/{scene.offer.pk}/proposals"
    answer = scene.by(scene.finn).read(path)
    assert answer.status_code == 200, answer.content
    rows = {each["driver_id"]: each for each in answer.json()["results"]}
    assert set(rows) == {scene.dan.pk, scene.eve.pk}
    row = rows[scene.dan.pk]
    assert row["distance_miles"] is not None
    assert row["online"] is False
    assert row["last_message"]["message_type"] == "system"
    assert row["unread"] == 0
    assert answer.json()["count"] == 2
    assert len(scene.by(scene.finn).read(path, limit=1).json()["results"]) == 1
    refusal(scene.by(scene.dan).read(path), 403, "permission_denied")
    refusal(scene.by(scene.fay).read(path), 404, "not_found")
    refusal(scene.by(scene.otto).read(path), 404, "not_found")
    refusal(scene.by(scene.finn).read(path, limit="x"), 400, "validation_error")
