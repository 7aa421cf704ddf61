"""The API's description of itself, as programs and people ask for it."""

import pytest

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


def test_the_page_asks_no_other_host(client):
    page = client.get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert 'src="//' not in page
