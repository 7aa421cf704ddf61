"""The API's description of itself, as programs and people ask for it."""

import pytest
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from offers_project import description
from tests.offers_project.test_authorization import api_handlers

YAML = "application/vnd.oai.openapi"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", BROWSER, "text/html"])
def test_the_schema_is_json(client, accept):
    response = client.get("/api/schema", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/json")
    assert response.json()["openapi"].startswith("3.")
    assert "/api/offers" in response.json()["paths"]


def test_the_schema_is_yaml_for_whoever_asks_for_it(client):
    response = client.get("/api/schema", headers={"Accept": YAML})
    assert response["Content-Type"].startswith(YAML)
    assert response.content.startswith(b"openapi: 3.")


@pytest.mark.parametrize("accept", ["*/*", YAML, "text/html"])
@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("POST", {}, 405, "method_not_allowed"),
        ("GET", {"Authorization": "Bearer no such token"}, 401, "not_authenticated"),
    ],
)
def test_refusals_are_the_apis_own(client, path, method, headers, status, code, accept):
    response = client.generic(method, path, headers=headers | {"Accept": accept})
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert response.json()["error"]["code"] == code


def test_the_page_says_what_may_be_asked(client):
    answer = client.options("/api/docs")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_the_page_asks_no_other_host(client):
    page = client.get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert 'src="//' not in page


def test_the_schema_is_made_once_for_each_language_and_form(client, monkeypatch):
    made = []

    class Counting(SchemaGenerator):
        def get_schema(self, *args, **kwargs):
            made.append(translation.get_language())
            return super().get_schema(*args, **kwargs)

    monkeypatch.setattr(description, "SchemaGenerator", Counting)
    description.description.cache_clear()
    asked = [{}, {}, {"Accept-Language": "es"}, {"Accept-Language": "es"}, {"Accept": YAML}, {"Authorization": ""}]
    bodies = [client.get("/api/schema", headers=headers).content for headers in asked]
    assert made == ["en", "es", "en"]
    assert bodies[0] == bodies[1] == bodies[5]
    assert bodies[2] == bodies[3] == client.get("/api/schema?lang=es").content != bodies[0]
    for query in ("lang=xx", "lang=" + "x" * 500, "version=2"):
        assert client.get(f"/api/schema?{query}").content == bodies[0]
    assert len(made) == 3


@pytest.mark.parametrize("accept", ["application/json", YAML])
def test_who_has_the_schema_already_is_told_so(client, accept):
    whole = client.get("/api/schema", headers={"Accept": accept})
    assert whole["Cache-Control"] == "private, no-cache"
    again = client.get("/api/schema", headers={"Accept": accept, "If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", whole["ETag"])
    assert again["Cache-Control"] == "private, no-cache"
    assert client.get("/api/schema", headers={"Accept": accept, "If-None-Match": '"another"'}).status_code == 200
    other = client.get("/api/schema", headers={"Accept": accept, "Accept-Language": "es"})
    assert other["ETag"] != whole["ETag"]
    assert {"Accept", "Accept-Language"} <= set(whole["Vary"].split(", "))


def test_every_operation_says_itself_what_it_does():
    """One that says nothing would be described by the class it is in, in words for those who write classes."""
    silent = {route for route, _method, handler in api_handlers() if not handler.__doc__}
    assert silent == {"schema", "docs"}  # They describe the others, and not themselves.
