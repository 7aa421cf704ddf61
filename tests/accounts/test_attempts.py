"""What became of a request whose answer was lost: told to its sender, by its key."""

import pytest

from journal.models import IdempotencyKey
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, put_to
from tests.offers.scenes import Caller

pytestmark = pytest.mark.django_db


def became(caller, key="k-1"):
    answer = caller.read("attempts", key=key)
    assert answer.status_code == 200
    return answer.json()


def test_it_says_how_a_request_was_answered_and_to_its_sender_only():
    me, other = make_user(), make_user()
    offer = make_offer(me)
    caller = Caller(me.actor)
    assert became(caller) == {"state": "unknown", "status": None}
    caller.send("POST", f"offers/{offer.pk}/copy", headers={"Idempotency-Key": "k-1"})
    assert became(caller) == {"state": "answered", "status": 201}
    assert became(Caller(other.actor)) == {"state": "unknown", "status": None}
    IdempotencyKey.objects.update(status=None)
    assert became(caller) == {"state": "working", "status": None}


@pytest.mark.parametrize("query", [{}, {"key": ""}, {"key": "x" * 256}])
def test_it_wants_a_key(query):
    assert Caller(make_user().actor).read("attempts", **query).status_code == 400


def test_it_wants_a_sign_in():
    assert Caller(None).read("attempts", key="k-1").status_code == 401


def test_an_answer_of_a_driver_is_given_again_though_its_version_is_old():
    driver = make_driver()
    (proposal,) = put_to(make_offer(), driver)
    caller, path = Caller(driver.actor), f"proposals/{proposal.pk}/respond"
    said = {"action": "counter", "version": proposal.version, "rate": "900.00"}
    first, again = (caller.send("PUT", path, said, headers={"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
    assert again["Idempotent-Replay"] == "true"
    assert proposal.rounds.filter(action="counter").count() == 1


def test_a_change_and_its_cancelling_are_done_once_by_their_keys():
    me = make_user()
    offer = make_offer(me)
    caller, path = Caller(me.actor), f"offers/{offer.pk}"
    for method, body in (("PATCH", {"version": offer.version, "notes": "Gate B"}), ("DELETE", None)):
        first, again = (caller.send(method, path, body, headers={"Idempotency-Key": method}) for _ in range(2))
        assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
        assert ("Idempotent-Replay" in first, again.get("Idempotent-Replay")) == (False, "true")
    said = {"version": offer.version, "notes": "Gate B"}
    mixed = caller.send("PUT", path, said, headers={"Idempotency-Key": "PATCH"})
    assert (mixed.status_code, mixed.json()["error"]["first_status"]) == (409, 200)
