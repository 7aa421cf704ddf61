"""The market's commands on the live connection: the same services and answers as by REST."""

import pytest

from kernel.errors import Conflict, Invalid, NotFound, PermissionDenied, Refusal, StaleVersion
from presence.live import commands
from presence.live.commands import Call
from tests.offers.scenes import nothing_changed

pytestmark = pytest.mark.django_db
MISSING = 10**12


def run(person, name: str, **fields):
    command = commands.find(name)
    return command.do(Call(actor=person.actor, data=command.read(fields)))


def refused(person, name: str, **fields) -> type[Refusal]:
    with nothing_changed(), pytest.raises(Refusal) as refusal:
        run(person, name, **fields)
    return type(refusal.value)


def test_a_driver_answers(scene):
    proposal = scene.proposal(scene.dan)
    said = {"proposal_id": proposal.pk, "version": proposal.version}
    shown = run(scene.dan, "driver_proposal", action="counter", rate="930.00", **said)
    assert (shown["status"], shown["driver_proposed_rate"]) == ("counter_offered", "930.00")
    assert shown == scene.by(scene.dan).read(f"proposals/{proposal.pk}").json()
    assert refused(scene.dan, "driver_proposal", action="accept", **said) is StaleVersion
    assert refused(scene.eve, "driver_proposal", action="accept", **said) is NotFound
    assert refused(scene.otto, "driver_proposal", action="accept", **said) is NotFound
    assert refused(scene.dan, "driver_proposal", action="counter", **said) is Invalid
    assert refused(scene.dan, "driver_proposal", action="view", version=1, proposal_id=MISSING) is NotFound


def test_a_status_is_changed(scene):
    offer = scene.by(scene.olga).read(f"offers/{scene.offer.pk}").json()
    said = {"offer_id": scene.offer.pk, "version": offer["version"]}
    assert issubclass(refused(scene.olga, "offer_status_change", status="completed", **said), Conflict)
    assert refused(scene.dan, "offer_status_change", status="cancelled", **said) is PermissionDenied
    assert refused(scene.otto, "offer_status_change", status="cancelled", **said) is NotFound
    assert refused(scene.olga, "offer_status_change", status="draft", **said) is Invalid
    shown = run(scene.olga, "offer_status_change", status="cancelled", **said)
    assert shown["status"] == "cancelled"
    assert shown == scene.by(scene.olga).read(f"offers/{scene.offer.pk}").json()
    assert refused(scene.olga, "offer_status_change", status="active", **said) is StaleVersion


def test_details_are_read_and_nothing_more(scene):
    for person in (scene.olga, scene.mona, scene.dan):
        with nothing_changed():
            shown = run(person, "get_offer_details", offer_id=scene.offer.pk)
        assert shown == scene.by(person).read(f"offers/{scene.offer.pk}").json()
    assert refused(scene.fay, "get_offer_details", offer_id=scene.offer.pk) is NotFound
    assert refused(scene.otto, "get_offer_details", offer_id=scene.offer.pk) is NotFound
    assert refused(scene.olga, "get_offer_details", offer_id="1") is Invalid


def test_figures_and_the_journal_as_by_rest(scene):
    for person in (scene.olga, scene.dan):
        by_rest = scene.by(person).read("stats").json()
        assert run(person, "get_stats") | {"at": None} == by_rest | {"at": None}
        page = run(person, "get_activity", limit=2)
        by_rest = scene.by(person).read("activity", limit=2).json()
        assert page["results"] == by_rest["results"]
        assert page["count"] == by_rest["count"]
        assert (page["next"] is None) == (by_rest["next"] is None)
    following = run(scene.olga, "get_activity", limit=2, offset=2)
    assert following["previous"] == "/api/activity?limit=2&offset=0"
    assert refused(scene.olga, "get_activity", limit=0) is Invalid
    assert refused(scene.olga, "get_stats", verbose=True) is Invalid
