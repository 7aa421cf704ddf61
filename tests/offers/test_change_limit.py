"""How much one person may change at once: the same bucket behind every door."""

import pytest

from chat import services as chat
from chat.models import Message
from kernel.errors import RateLimited
from offers.models import Proposal
from presence.live import commands
from tests.offers.scenes import browser_of, nothing_changed
from tests.offers.test_commands import run

pytestmark = pytest.mark.django_db

BURST = 6


@pytest.fixture(autouse=True)
def limited(settings, scene) -> None:
    """From when the scene stands."""
    settings.CHANGES_BURST, settings.CHANGES_PER_SECOND = BURST, 0.001
    settings.MESSAGES_BURST, settings.MESSAGES_PER_SECOND = 3, 0.001


def turn(action: str, proposal: Proposal, **said) -> dict:
    proposal.refresh_from_db()
    return {"action": action, "version": proposal.version, **said}


def back_and_forth(proposal: Proposal, times: int):
    for number in range(times):
        yield turn("retract" if number % 2 else "accept", proposal)


def test_answers_by_rest_are_limited(scene):
    proposal, caller = scene.proposal(scene.dan), scene.by(scene.dan)
    path = f"proposals/{proposal.pk}/respond"
    statuses = [caller.send("PUT", path, said).status_code for said in back_and_forth(proposal, BURST)]
    assert statuses == [200] * BURST
    with nothing_changed():
        refused = caller.send("PUT", path, turn("accept", proposal))
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) > 0


def test_answers_by_the_live_connection_are_of_the_same_bucket(scene):
    proposal, caller = scene.proposal(scene.dan), scene.by(scene.dan)
    path = f"proposals/{proposal.pk}/respond"
    for number, said in enumerate(back_and_forth(proposal, BURST)):
        if number % 2:
            caller.send("PUT", path, said)
        else:
            run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **said)
    with nothing_changed(), pytest.raises(RateLimited) as refused:
        run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **turn("accept", proposal))
    assert refused.value.retryable


def test_a_person_over_the_limit_slows_no_one_else_and_may_read_see_and_leave(scene):
    proposal, caller = scene.proposal(scene.dan), scene.by(scene.dan)
    for said in back_and_forth(proposal, BURST):
        run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **said)
    proposal.refresh_from_db()
    assert caller.send("PATCH", "me", {"preferences": {"sounds": False}}).status_code == 429
    assert caller.read("proposals").status_code == 200
    assert run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **turn("view", proposal))
    assert caller.send("PUT", f"proposals/{proposal.pk}/respond", turn("view", proposal)).status_code == 200
    message = Message.objects.filter(conversation_id=proposal.conversation_id).first()
    assert caller.send("PUT", f"chat/{message.pk}/read", {}).status_code == 200
    assert caller.send("POST", "socket/auth", {}).status_code == 200
    place = f"offers/{proposal.offer_id}/chat/{proposal.driver_id}"
    assert caller.send("POST", place, {"message": "still heard", "client_id": "c"}).status_code == 201
    assert scene.by(scene.olga).send("PATCH", "me", {"preferences": {"sounds": False}}).status_code == 200
    assert caller.send("POST", "auth/logout", {}).status_code != 429


def test_whatever_it_is_that_a_person_changes_counts(scene):
    caller = scene.by(scene.olga)
    changes = [
        ("PATCH", "me", {"preferences": {"sounds": False}}),
        ("POST", "offers", {}),
        ("DELETE", "offers/999999", None),
        ("PATCH", f"offers/{scene.offer.pk}", {"version": 0}),
        ("POST", f"offers/{scene.offer.pk}/withdraw", {"driver_ids": []}),
        ("POST", f"offers/{scene.offer.pk}/copy", {}),
    ]
    assert 429 not in [caller.send(*each).status_code for each in changes]
    with nothing_changed():
        assert [caller.send(*each).status_code for each in changes] == [429] * len(changes)
        with pytest.raises(RateLimited):
            run(scene.olga, "offer_status_change", offer_id=scene.offer.pk, status="cancelled", version=1)


def test_a_form_of_a_page_counts_as_well(scene):
    browser = browser_of(scene.olga.actor)
    statuses = [browser.post("/offers/new", {}).status_code for _each in range(BURST)]
    assert 429 not in statuses
    refused = browser.post("/offers/new", {})
    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (429, True)
    assert browser.get("/offers/").status_code == 200


@pytest.mark.parametrize(
    "said",
    [{"action": "counter", "rate": "930.00"}, {"action": "counter", "rate": "930.00", "note": "words"}],
    ids=["a counter", "a counter with words"],
)
def test_what_is_said_with_an_answer_counts_as_a_message(scene, said):
    proposal = scene.proposal(scene.dan)
    for _each in range(3):
        proposal.refresh_from_db()
        run(scene.dan, "driver_proposal", proposal_id=proposal.pk, version=proposal.version, **said)
    proposal.refresh_from_db()
    with nothing_changed(), pytest.raises(RateLimited):
        run(scene.dan, "driver_proposal", proposal_id=proposal.pk, version=proposal.version, **said)
    send = chat.Send(scene.dan.actor, proposal.offer_id, proposal.driver_id, "and a message more", "c")
    assert isinstance(chat.send_messages(sends=[send])[0], RateLimited)
    assert run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **turn("accept", proposal))


def test_without_limits_there_are_none(scene, settings):
    settings.CHANGES_BURST = 0
    proposal = scene.proposal(scene.dan)
    for said in back_and_forth(proposal, 4 * BURST):
        run(scene.dan, "driver_proposal", proposal_id=proposal.pk, **said)


def test_every_command_that_writes_has_a_limit():
    """Receipts end at the last message, and typing is only passed on; everything else that is kept is counted."""
    counted = {name for name, command in commands._commands.items() if command.is_a_change({"action": "accept"})}
    by_message_limit = {"send_message"}
    bounded = {"mark_message_delivered", "mark_message_read", "typing_start", "typing_stop"}
    reading = {"join_offer_chat", "leave_offer_chat", "get_offer_details", "get_stats", "get_activity"}
    assert commands._commands.keys() == counted | by_message_limit | bounded | reading
    assert counted == {"driver_proposal", "offer_status_change"}
