"""What the log looks like, and what it never says."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import httpx
import pytest
from django.test import Client
from django.utils.module_loading import import_string

from kernel import logs, request_id
from kernel.logs import Ids, Json, Text, without_secrets
from tests.accounts.factories import browser_client, make_user
from tests.servers import serving

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjo1fQ.c2lnbmF0dXJl"


def record(message, *args, **more):
    made = logging.getLogger("presence.test").makeRecord(
        "presence.test", logging.WARNING, __file__, 1, message, args, more.pop("exc_info", None), extra=more
    )
    Ids().filter(made)
    return made


@pytest.mark.parametrize(
    "secret",
    [
        f"Unauthorized: {TOKEN}",
        "Gone: /d/Q2hlZXJzLXRvLWFsbC1kcml2ZXJz",
        "WebSocket /ws/?token=Q2hlZXJz&x=1",
        "headers: {'Authorization': 'Bearer Q2hlZXJz'}",
        "POST body code=Q2hlZXJz",
        "no such number: +12145550111",
        "no such number: 214-555-0111",
        "no such number: (214) 555-0111",
        "no such number: 1 214.555.0111",
    ],
)
def test_secrets_and_phones_are_taken_out(secret):
    said = without_secrets(secret)
    assert "…" in said
    for word in ("Q2hlZXJz", "eyJ", "555"):
        assert word not in said


def test_what_is_no_secret_stays():
    for line in (
        "dispatcher:5: closed with 4008, 1000 waiting",
        "Too Many Requests: /api/offers/13/chat/14",
        "drained 2026-11-25 in 1234567890 ms, 127.0.0.1:55644",
        "request c510b52f4eca425b9f4d08a0cfae132b code: 5",
    ):
        assert without_secrets(line) == line


def test_json_is_one_line_with_both_ids(monkeypatch):
    request_id.begin("request-1234")
    try:
        raise ValueError(f"first\nsecond {TOKEN}")
    except ValueError:
        fault = record("it broke: %s\nbadly", TOKEN, exc_info=sys.exc_info(), connection_id="abc")
    line = Json().format(fault)
    assert "\n" not in line
    said = json.loads(line)
    assert said["at"].endswith("Z")
    assert (said["level"], said["logger"]) == ("WARNING", "presence.test")
    assert (said["request_id"], said["connection_id"]) == ("request-1234", "abc")
    assert said["message"] == "it broke: …\nbadly"
    assert "ValueError: first\nsecond …" in said["error"]


def test_text_has_both_ids_and_no_secrets():
    request_id.begin("request-1234")
    line = Text().format(record("closed %s", TOKEN))
    assert line.endswith("WARNING presence.test [request-1234 -] closed …")


def test_whatever_is_logged_goes_through_it(settings):
    (handler,) = settings.LOGGING["handlers"].values()
    assert handler["filters"] == ["ids", "not_ours"]
    assert settings.LOGGING["formatters"][handler["formatter"]]["()"] == f"{logs.__name__}.Text"


@pytest.fixture
def heard(settings) -> Iterator[io.StringIO]:
    """What the log says from now on, as the product writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Text())
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "path", "headers", "status"),
    [
        (None, "/sign-in", {"Host": "elsewhere.example"}, 400),
        (None, "/api/me", {"Host": "elsewhere.example:" + "9" * 5000}, 400),
        (None, "/no/such/page", {}, 404),
        ("dispatcher", "/driver/", {}, 403),
        ("manager", "/admin/accounts/user/?password__regex=(", {}, 400),
        ("dispatcher", "/admin/accounts/user/", {}, 403),
    ],
)
def test_what_clients_get_wrong_is_one_short_line(heard, role, path, headers, status):
    client = browser_client(make_user(role)) if role else Client()
    heard.truncate(0)
    heard.seek(0)
    assert client.get(path, headers=headers).status_code == status
    (line,) = heard.getvalue().splitlines()
    assert " WARNING django." in line
    assert len(line) < 450


def test_a_fault_of_our_own_keeps_its_traceback(heard):
    try:
        raise ValueError("ours")
    except ValueError as error:
        logging.getLogger("django.request").error("Internal Server Error", exc_info=error, extra={"status_code": 500})
    assert " ERROR django.request " in heard.getvalue()
    assert "Traceback" in heard.getvalue()


@pytest.mark.django_db(transaction=True)
def test_there_is_no_access_log(tmp_path):
    """Started without `--no-access-log`: uvicorn writes one for as long as anybody would hear it."""
    with serving(tmp_path) as server:
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert "/healthz" not in server.log()
