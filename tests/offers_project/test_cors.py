"""Pages of other origins may call the API where they are named, with a bearer token and never with cookies."""

import pytest
from django.test import Client

NAMED, OTHER = "https://desk.example.com", "https://evil.example.com"
ASKED = ("Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", "Accept-Language")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def origins(settings):
    settings.CORS_ALLOWED_ORIGINS = [NAMED]


def listed(response, name):
    return {each.strip().lower() for each in response.headers.get(name, "").split(",")} - {""}


def preflight(path="/api/offers", origin=NAMED):
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return Client().options(path, headers=asking | {"Access-Control-Request-Headers": ", ".join(ASKED).lower()})


def test_a_named_origin_may_ask_with_every_method_and_header_that_the_api_takes():
    response = preflight()
    assert response.status_code in (200, 204)
    assert response["Access-Control-Allow-Origin"] == NAMED
    assert listed(response, "Access-Control-Allow-Methods") >= {"get", "post", "put", "patch", "delete"}
    assert listed(response, "Access-Control-Allow-Headers") >= {name.lower() for name in ASKED}
    assert response["Access-Control-Max-Age"] == "600"


def test_it_may_read_the_answer_and_the_headers_that_clients_need():
    response = Client().get("/api/me", headers={"Origin": NAMED})
    assert response.status_code == 401
    assert response["Access-Control-Allow-Origin"] == NAMED
    exposed = {"x-request-id", "retry-after", "idempotent-replay"}
    assert listed(response, "Access-Control-Expose-Headers") == exposed
    assert "origin" in listed(response, "Vary")


@pytest.mark.parametrize("origin", [OTHER, NAMED + ".evil.example", "https://DESK.example.com:8443", "null"])
def test_others_may_not(origin):
    for response in (preflight(origin=origin), Client().get("/api/me", headers={"Origin": origin})):
        assert "Access-Control-Allow-Origin" not in response
        assert "origin" in listed(response, "Vary")


@pytest.mark.parametrize("path", ["/", "/healthz", "/sign-in"])
def test_only_the_api_is_shared(path):
    for response in (preflight(path), Client().get(path, headers={"Origin": NAMED})):
        assert "Access-Control-Allow-Origin" not in response


def test_cookies_are_never_shared():
    for response in (preflight(), Client().get("/api/me", headers={"Origin": NAMED})):
        assert "Access-Control-Allow-Credentials" not in response


def test_a_stranger_without_an_origin_is_answered_alike_but_told_apart_by_caches():
    response = Client().get("/api/me")
    assert "Access-Control-Allow-Origin" not in response
    assert "origin" in listed(response, "Vary")
