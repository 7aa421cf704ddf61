"""The shared cache, and what goes on where it is out of reach."""

import pytest
from django.test import override_settings
from redis.exceptions import ConnectionError as NoRedis
from redis.exceptions import TimeoutError as SlowRedis

from offers_project.kernel import shared
from offers_project.kernel.errors import Unavailable
from offers_project.kernel.limits import Bucket
from tests.offers.scenes import Scene
from tests.offers.test_api_offers import refusal


class OutOfReach:
    def __init__(self, lost: Exception) -> None:
        self.lost = lost

    def __getattr__(self, name: str):
        def fail(*args, **options):
            raise self.lost

        return fail


@pytest.fixture(params=[NoRedis("refused"), SlowRedis("no answer"), OSError("no route")], ids=str)
def out_of_reach(request, monkeypatch):
    monkeypatch.setattr(shared, "cache", OutOfReach(request.param))


def test_what_is_put_is_got_until_it_is_taken_away():
    shared.put("a", (1, "b"), seconds=60)
    assert shared.get("a") == (1, "b")
    assert shared.take_away("a")
    assert not shared.take_away("a")
    assert shared.get("a") is None


@pytest.mark.usefixtures("out_of_reach")
def test_out_of_reach_is_said_as_such():
    for use in (lambda: shared.get("a"), lambda: shared.put("a", 1, seconds=1), lambda: shared.take_away("a")):
        with pytest.raises(Unavailable):
            use()


@pytest.mark.usefixtures("out_of_reach")
def test_a_limit_holds_up_or_lets_pass():
    with pytest.raises(Unavailable):
        Bucket("guesses", burst=1, per_second=1).take("dana")
    with pytest.raises(Unavailable):
        Bucket("guesses", burst=1, per_second=1).require("dana")
    for _ in range(3):
        Bucket("messages", burst=1, per_second=1, holds_up=False).take("dana")


@pytest.mark.django_db
@override_settings(MESSAGES_BURST=2, MESSAGES_PER_SECOND=1)
def test_without_it_messages_go_on_and_what_needs_it_answers_so(monkeypatch):
    scene = Scene()
    dan, nobody = scene.by(scene.dan), scene.by(None)
    monkeypatch.setattr(shared, "cache", OutOfReach(NoRedis("refused")))
    path = f"offers/{scene.offer.pk}/chat/{scene.dan.pk}"
    for number in range(4):
        assert dan.send("POST", path, {"message": "Hello", "client_id": str(number)}).status_code == 201
    refusal(dan.send("POST", "socket/auth"), 503, "unavailable")
    refusal(nobody.send("POST", "auth/token", {"username": "olga", "password": "guess"}), 503, "unavailable")
    refusal(nobody.send("POST", "auth/driver/code", {"phone": "214-555-0111"}), 503, "unavailable")
