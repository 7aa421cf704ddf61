"""Nothing of the API and of what people see of each other is kept on the way."""

import pytest
from django.test import Client

from tests.accounts.factories import PASSWORD, post
from tests.offers.scenes import Scene, browser_of

pytestmark = pytest.mark.django_db

ROOMS = ("offers", "proposals", "conversations", "drivers", "activity", "stats", "me", "places?q=Dal", "events", "docs")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def vary(answer) -> set[str]:
    return {name.strip().title() for name in answer["Vary"].split(",")}


def test_no_answer_of_the_api_is_kept(scene):
    for caller in (scene.by(scene.olga), scene.by(scene.dan), Client()):
        for address in (*ROOMS, f"offers/{scene.offer.pk}", "no/such/address", "offers/0"):
            answer = caller.get(f"/api/{address}")
            assert answer["Cache-Control"] == "no-store", address
            assert {"Authorization", "Cookie", "Origin"} <= vary(answer), address


def test_neither_are_tokens_and_refusals(scene):
    scene.olga.set_password(PASSWORD)
    scene.olga.save()
    client = Client()
    good = post(client, "/api/auth/token", {"username": "olga", "password": PASSWORD})
    assert good.status_code == 200
    bad = post(client, "/api/auth/token", {"username": "olga", "password": "no"})
    broken = client.post("/api/auth/token", b"{", content_type="application/json")
    ticket = scene.by(scene.olga).send("POST", "socket/auth")
    wrong_method = client.get("/api/auth/token")
    wrong_host = client.get("/api/me", headers={"Host": "elsewhere.example"})
    preflight = client.options(
        "/api/me", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )
    for answer in (good, bad, broken, ticket, wrong_method, wrong_host, preflight):
        assert answer["Cache-Control"] == "no-store", answer
        assert "Authorization" in vary(answer)


def test_neither_is_the_answer_to_a_repeated_request(scene):
    for _ in range(2):
        answer = scene.by(scene.olga).send("POST", f"offers/{scene.offer.pk}/copy", headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")


def test_pages_of_people_are_not_kept_either(scene):
    office, driver = browser_of(scene.olga.actor), browser_of(scene.dan.actor)
    pages = [(office, "/"), (office, "/offers/"), (office, "/trucks/"), (office, "/admin/"), (driver, "/driver/")]
    pages += [(Client(), "/sign-in"), (Client(), "/driver/sign-in"), (Client(), "/healthz"), (Client(), "/readyz")]
    for browser, address in pages:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert "no-store" in answer["Cache-Control"], address
