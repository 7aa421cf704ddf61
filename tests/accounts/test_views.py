"""The office's door as a page, and how a browser stays signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import services
from accounts.models import AuthSession, Preferences
from accounts.sign_in import sessions
from tests.accounts.factories import PASSWORD, browser_client, key_of, make_user, post

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return post(client, "/api/socket/auth").status_code == 200


def test_the_door_opens_for_the_right_password_and_leads_on():
    user = make_user()
    client = Client()
    assert client.get("/sign-in?next=/offers/").context["next"] == "/offers/"
    answer = client.post("/sign-in", {"username": user.username, "password": PASSWORD, "next": "/offers/"})
    assert (answer.status_code, answer["Location"]) == (302, "/offers/")
    assert is_in(client)
    session = AuthSession.objects.get()
    assert (session.key, session.way) == (key_of(user), "password")
    assert client.get("/sign-in")["Location"] == "/"


@pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org"])
def test_the_door_leads_nowhere_else(wanted):
    user = make_user()
    answer = Client().post("/sign-in", {"username": user.username, "password": PASSWORD, "next": wanted})
    assert answer["Location"] == "/"


def test_wrong_passwords_stay_outside_and_too_many_wait():
    user, client = make_user(), Client()
    for _ in range(10):
        answer = client.post("/sign-in", {"username": user.username, "password": "<b>wrong"})
        assert answer.status_code == 401
        assert answer.context["username"] == user.username
        assert "<b>wrong" not in answer.content.decode()
    answer = client.post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not is_in(client)
    assert not AuthSession.objects.exists()


@pytest.mark.parametrize(
    "form", [{}, {"username": "\0", "password": "\0"}, {"username": "x" * 5000, "password": "é" * 5000}]
)
def test_nonsense_stays_outside(form):
    assert Client().post("/sign-in", form).status_code == 401


def test_the_door_wants_a_csrf_token():
    user = make_user()
    answer = Client(enforce_csrf_checks=True).post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 403
    assert not AuthSession.objects.exists()


def test_signing_in_gives_the_browser_another_session():
    user, client = make_user(), Client()
    client.get("/sign-in")
    client.post("/sign-in", {"username": user.username, "password": PASSWORD})
    first = client.cookies["sessionid"].value
    client.post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert client.cookies["sessionid"].value != first
    assert AuthSession.objects.filter(ended_at=None).count() == 1


def test_signing_out_ends_the_sign_in():
    client = browser_client(make_user())
    copied = dict(client.cookies)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert not is_in(client)
    assert AuthSession.objects.get().ended_because == "signed out"
    thief = Client()
    thief.cookies["sessionid"] = copied["sessionid"].value
    assert not is_in(thief)


def test_ending_the_sign_in_signs_the_browser_out_at_once():
    user = make_user()
    client = browser_client(user)
    services.end_sessions(key=key_of(user), because="test")
    assert not is_in(client)
    assert client.get("/sign-in").status_code == 200


def test_a_person_who_is_deactivated_is_out():
    user = make_user()
    client = browser_client(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)


def test_a_browser_in_use_stays_signed_in():
    client = browser_client(make_user())
    AuthSession.objects.update(expires_at=datetime.now(UTC) + timedelta(days=3))
    assert is_in(client)
    assert AuthSession.objects.get().expires_at > datetime.now(UTC) + timedelta(days=29)


def test_towards_its_last_day_a_browser_is_renewed_once_a_day_and_then_signed_out(settings):
    client = browser_client(make_user())
    longest = settings.SIGN_IN_MAX_LIFETIME
    AuthSession.objects.update(created_at=datetime.now(UTC) - longest + timedelta(days=3))
    with patched_renewals() as renewed:
        for _ in range(3):
            assert client.get("/").status_code == 200
    assert len(renewed) == 1
    AuthSession.objects.update(created_at=datetime.now(UTC) - longest - timedelta(minutes=1))
    assert client.get("/").status_code == 302


@contextmanager
def patched_renewals() -> Iterator[list[object]]:
    """Which sign-ins are renewed, while they are."""
    seen: list[object] = []
    renew = sessions.renew_session

    def counted(*, auth_session_id: object) -> None:
        seen.append(auth_session_id)
        renew(auth_session_id=auth_session_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "renew_session", counted)
        yield seen


def test_pages_speak_the_persons_language():
    user = make_user("admin")
    client = browser_client(user)
    assert client.get("/admin/")["Content-Language"] == "en"
    Preferences.objects.create(actor_type="dispatcher", actor_id=user.pk, language="es", time_zone="America/Denver")
    assert client.get("/admin/")["Content-Language"] == "es"
