"""What a request leaves in the database when it is refused: next to nothing, however much was sent."""

import json
import random
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import resolve

from drivers.models import Place
from kernel.errors import Conflict
from tests.accounts.factories import api_client, make_user
from tests.drivers.factories import driver_client, make_driver
from tests.offers_project.test_authorization import api_handlers

pytestmark = pytest.mark.django_db

ROWS_MAX = 2048
_random = random.Random(1)
_PRINTED = bytes(33 + byte % 94 for byte in range(256))


def letters(number: int) -> str:
    return _random.randbytes(number).translate(_PRINTED).decode()


def largest_bodies() -> dict[str, Any]:
    """JSON just short of what is let in, of every kind that a refusal may want to repeat."""
    room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 2000
    texts = ("username", "password", "refresh", "token", "phone", "email", "message", "reason", "note", "reference")
    return {
        "one long name": {letters(room // 2): 1},
        "many names": {letters(64): 1 for _ in range(room // 160)},
        "names beyond ASCII": {chr(0x1F300 + _random.randrange(200)) * 64 + letters(9): 1 for _ in range(100)},
        "long texts": {name: letters(room // 2 // len(texts)) for name in texts},
        "long choice": {"reason": letters(room // 2)},
        "many numbers": {"driver_ids": ["x"] * (room // 5), "user_ids": ["x"]},
        "many stops": {"stops": [{"kind": letters(80)}] * (room // 200)},
        "no object": [letters(90)] * (room // 200),
    }


def doors() -> list[str]:
    """The address of every POST of the API."""
    found = [f"/api/{route}" for route, method, _handler in api_handlers() if method == "POST"]
    return sorted(address.replace("<int:offer_id>", "1").replace("<int:driver_id>", "1") for address in found)


def stored() -> int:
    """Bytes of everything that is kept, but for the places."""
    rows = (
        row
        for model in apps.get_models(include_auto_created=True)
        if model is not Place
        for row in model.objects.values_list()
    )
    return sum(len(value if isinstance(value, bytes) else str(value).encode()) for row in rows for value in row)


@pytest.mark.parametrize("kind", largest_bodies())
def test_the_largest_body_that_is_let_in_leaves_little_when_it_is_refused(kind, settings):
    settings.STRANGERS_BURST = 0
    people = {"stranger": Client(), "dispatcher": api_client(make_user()), "driver": driver_client(make_driver())}
    body = json.dumps(largest_bodies()[kind], ensure_ascii=False).encode()
    assert len(body) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for door, who in product(doors(), people):
        if (who == "stranger") != door.startswith("/api/auth") or (who == "driver" and kind != "one long name"):
            continue
        before = stored()
        headers = {"Idempotency-Key": letters(255)}
        answer = people[who].post(f"{door}?{'q' * 300}", body, content_type="application/json", headers=headers)
        assert 400 <= answer.status_code < 500, (door, answer.content[:300])
        assert stored() - before <= ROWS_MAX, (door, answer.status_code, len(answer.content))
        assert len(answer.content) < 20_000, door


def test_a_long_refusal_is_not_kept(monkeypatch):
    def refuse(view, request):
        raise Conflict(letters(ROWS_MAX))

    monkeypatch.setattr(resolve("/api/offers").func.cls, "create", refuse)
    client = api_client(make_user())
    before = stored()
    for _ in range(2):
        answer = client.post("/api/offers", {}, content_type="application/json", headers={"Idempotency-Key": "k-1"})
        assert (answer.status_code, "Idempotent-Replay" in answer) == (409, False)
    assert stored() == before


def test_strangers_leave_nothing_at_all(settings):
    settings.STRANGERS_BURST = 0
    before = stored()
    for number, door in enumerate(doors()):
        for body in (
            {},
            {"token": "x", "refresh": "y"},
            {"username": "x", "password": "y"},
            {"phone": "1", "code": "1"},
        ):
            answer = Client().post(
                door, body, content_type="application/json", headers={"Idempotency-Key": f"k{number}"}
            )
            assert 400 <= answer.status_code < 500, door
    assert stored() == before


def test_strangers_leave_nothing_by_pages_either():
    before = stored()
    client = Client(headers={"User-Agent": letters(3000)})
    for page in ("/", "/sign-in", "/driver/sign-in", "/d/no-such-link", "/admin/", f"/{letters(300)}"):
        client.get(page)
    for page, form in (
        ("/sign-in", {"username": letters(5000), "password": letters(5000), "next": letters(5000)}),
        ("/driver/sign-in", {"contact": letters(5000)}),
        ("/driver/code", {"contact": "+12145550199", "code": "123456", "driver_id": "1"}),
        ("/d/no-such-link", {}),
        ("/admin/login/", {"username": "x", "password": "y"}),
        ("/sign-out", {}),
        ("/i18n/setlang/", {"language": letters(5000)}),
    ):
        assert client.post(page, form).status_code < 500, page
        assert stored() == before, page
