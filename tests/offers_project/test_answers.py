"""Answers have what the schema describes, and nothing beside it."""

from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.offers.scenes import Scene
from tests.offers_project import test_authorization as doors

pytestmark = pytest.mark.django_db

REFUSED = {
    ("PUT", "offers/<int:offer_id>"),
    ("PATCH", "offers/<int:offer_id>"),
    ("DELETE", "offers/<int:offer_id>"),
    ("POST", "offers/<int:offer_id>/followers"),
    ("PUT", "proposals/<int:proposal_id>/respond"),
}
"""Those before them have changed what they are about. Their answers are an offer and a proposal, as of others."""


@pytest.fixture
def scene() -> Scene:
    """Dan has accepted and talked; Eve has only been asked."""
    scene = Scene()
    scene.answer(scene.dan, "accept")
    doors.talk(scene, scene.dan, doors.WORDS_OF_DAN)
    return scene


def parts(schema: dict[str, Any], whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema, and all that it is made of or refers to."""
    if "$ref" in schema:
        yield from parts(whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole)
    for each in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from parts(each, whole)
    yield schema


def differences(said: Any, schema: dict[str, Any], whole: dict[str, Any], path: str = "") -> Iterator[str]:
    """Where an answer has a key that is not described, or lacks one that is required."""
    described = list(parts(schema, whole))
    if isinstance(said, list):
        (items,) = [part["items"] for part in described if "items" in part]
        for each in said:
            yield from differences(each, items, whole, f"{path}[]")
    elif isinstance(said, dict) and not any("additionalProperties" in part for part in described):
        properties = {name: inner for part in described for name, inner in part.get("properties", {}).items()}
        required = {name for part in described for name in part.get("required", ())}
        yield from (f"{path}.{name} is not described" for name in said.keys() - properties.keys())
        yield from (f"{path}.{name} is missing" for name in required - said.keys())
        for name in said.keys() & properties.keys():
            yield from differences(said[name], properties[name], whole, f"{path}.{name}")


def test_answers_have_what_is_described_and_nothing_beside_it(scene):
    whole = SchemaGenerator().get_schema(public=True)
    ids, wrong, answered = doors.ids_of(scene), set(), set()
    tries = [(method, route) for method, route in doors.TRIES if not route.startswith(("auth/", "docs", "schema"))]
    for method, route in sorted(tries, key=lambda each: each[0] == "DELETE"):
        attempt = doors.ENDPOINTS[route][method]
        responses = whole["paths"][f"/api/{route.replace('<int:', '{').replace('>', '}')}"][method.lower()]["responses"]
        for who in (scene.olga, scene.dan, scene.eve):
            path, query = doors.address(route, ids), doors.filled(attempt.query, ids)
            caller, body = scene.by(who), doors.filled(attempt.body, ids)
            answer = caller.read(path, **query) if method == "GET" else caller.send(method, path, body)
            said = answer.json()
            if answer.status_code >= 400:  # A refusal may say more: here, what another person has made of the offer.
                said["error"].pop("current", None)
            schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
            wrong |= {f"{method} {route}: {each}" for each in differences(said, schema, whole)}
            answered |= {(method, route)} if answer.status_code < 300 else set()
    assert wrong == set()
    assert set(tries) - answered == REFUSED
