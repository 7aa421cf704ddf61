"""Every moment that clients read is spelled `2026-11-21T14:05:00.123Z`, and every amount as a decimal string."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from kernel.actors import ActorKey
from offers import services
from presence.log import epochs, replay
from tests.offers.scenes import Scene, browser_of, soon

pytestmark = pytest.mark.django_db

LOOKS_LIKE_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
A_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
AN_AMOUNT = re.compile(r"-?\d+\.\d{2}")
AMOUNTS = (
    "rate", "proposed_rate", "customer_rate", "rate_ceiling", "offered_rate", "driver_proposed_rate", "agreed_rate",
)  # fmt: skip


def make_scene() -> Scene:
    """An offer whose times and rates have been changed, answered and awarded."""
    scene = Scene()
    owner = scene.by(scene.olga)
    scene.answer(scene.dan, "counter", rate="900")
    scene.offer.refresh_from_db()
    change = {
        "version": scene.offer.version,
        "expires_at": soon(9),
        "pickup_from": soon(20),
        "pickup_until": soon(21),
        "proposed_rate": 777,
        "weight_lbs": 1200.5,
        "stops": [{"kind": "pickup", "location": "Waco, TX", "from": soon(22), "until": soon(23)}],
    }
    answer = owner.send("PATCH", f"offers/{scene.offer.pk}", change)
    assert answer.status_code == 200, answer.content
    scene.by(scene.dan).send(
        "POST", f"offers/{scene.offer.pk}/chat/{scene.dan.pk}", {"message": "Hi", "client_id": "1"}
    )
    scene.answer(scene.dan, "accept")
    services.award(actor=scene.olga.actor, offer_id=scene.offer.pk, proposal_id=scene.proposal(scene.dan).pk)
    return scene


@pytest.fixture(scope="module")
def scene_of_the_module(for_the_module) -> Scene:
    return for_the_module(make_scene)


@pytest.fixture
def scene(scene_of_the_module, db) -> Scene:
    return scene_of_the_module.copy()


def texts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every name and plain value in JSON, however deep."""
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            yield from texts(inner, inner_name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, name)
    else:
        yield name, value


def assert_well_spelled(value: Any) -> int:
    """Gives how many moments there were."""
    moments = 0
    for name, text in texts(value):
        if isinstance(text, str) and LOOKS_LIKE_A_MOMENT.match(text):
            assert A_MOMENT.fullmatch(text), (name, text)
            moments += 1
        if name in AMOUNTS and text is not None:
            assert isinstance(text, str), (name, text)
            assert AN_AMOUNT.fullmatch(text), (name, text)
    return moments


@pytest.mark.parametrize(
    "path",
    ["activity", "offers", "offers/{offer}", "offers/{offer}/proposals", "offers/{offer}/candidates", "proposals",
     "offers/{offer}/chat/{dan}", "conversations", "drivers", "stats", "me"],
)  # fmt: skip
def test_moments_and_amounts_by_rest(scene, path):
    address = path.format(offer=scene.offer.pk, dan=scene.dan.pk)
    counted = 0
    for person in (scene.olga, scene.mona, scene.dan):
        answer = scene.by(person).read(address)
        assert answer.status_code in (200, 403, 404), answer.content
        counted += assert_well_spelled(answer.json())
    assert counted or path in ("me", "offers/{offer}/candidates")


def test_moments_and_amounts_in_events(scene):
    for key in (scene.olga.actor.key, scene.dan.actor.key):
        cursor = replay.Cursor(epochs.current(), 0)
        _epoch, _head, recovered, frames = replay.since(ActorKey(*key), cursor)
        assert recovered
        assert assert_well_spelled([orjson.loads(frame) for frame in frames])


def test_a_change_of_times_and_rates_in_the_journal(scene):
    entries = scene.by(scene.olga).read("activity").json()["results"]
    (counter,) = [entry for entry in entries if entry["verb"] == "counter"]
    assert counter["after"]["rate"] == "900.00"  # Said as 900.
    (change,) = [entry for entry in entries if entry["verb"] == "update"]
    for state in (change["before"], change["after"]):
        assert A_MOMENT.fullmatch(state["expires_at"])
    assert change["after"]["proposed_rate"] == "777.00"
    assert change["after"]["weight_lbs"] == "1200.50"
    assert A_MOMENT.fullmatch(change["after"]["stops"][0]["from"])


def test_the_history_in_the_administration_spells_alike(scene):
    history = browser_of(scene.mona.actor).get(f"/admin/offers/offer/{scene.offer.pk}/history/").content.decode()
    assert re.search(r"expires_at: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", history)
    assert "+00:00" not in history
    assert set(re.findall(r"rate: ([^,<\s]+)", history)) == {"850.00", "777.00"}
