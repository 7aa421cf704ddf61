import asyncio

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from offers_project import health


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", False)


def test_healthz_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_what_works(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"] == {"database": "ok", "doorbell": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_readyz_is_503_and_names_what_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        raise ConnectionError("gone")

    monkeypatch.setattr(health, "_doorbell", broken)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["doorbell"] == "failing"
    assert response.json()["checks"]["database"] == "ok"


def test_metrics_do_not_exist_without_a_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@override_settings(METRICS_TOKEN="a-long-metrics-token")
def test_metrics_want_their_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    response = client.get("/metrics", headers={"Authorization": "Bearer a-long-metrics-token"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.django_db
def test_readyz_does_not_wait_for_a_doorbell_that_hangs(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Frozen:
        async def group_send(self, group: str, message: object) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(health, "get_channel_layer", Frozen)
    monkeypatch.setattr(health, "DOORBELL_SECONDS", 0.01)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["doorbell"] == "failing"


@pytest.mark.django_db
def test_migrations_are_looked_at_until_they_are_done(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("journal", "0001_tables")
    for _again in range(2):
        response = client.get("/readyz")
        assert (response.status_code, response.json()["checks"]["migrations"]) == (503, "failing")
    recorder.record_applied("journal", "0001_tables")
    assert client.get("/readyz").status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/readyz").status_code == 200
    assert [query["sql"] for query in captured] == ["SELECT 1"]
