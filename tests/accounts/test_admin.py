"""People in the administration: who sees what, and that every change is a call of a service."""

import re

import pytest
from django.test import Client

from accounts import services
from accounts.models import AuthSession, User
from accounts.sign_in import tokens
from journal.models import Entry
from kernel.errors import PermissionDenied
from tests.accounts.factories import PASSWORD, browser_client, make_user, sign_in

pytestmark = pytest.mark.django_db

FORM = {"username": "nina", "email": "nina@example.com", "full_name": "Nina", "mobile_number": "", "role": "manager"}


@pytest.fixture
def admin():
    return make_user("admin")


@pytest.fixture
def client(admin):
    return browser_client(admin)


def test_the_door_of_the_administration_is_the_offices():
    answer = Client().get("/admin/", follow=True)
    assert answer.templates[0].name == "accounts/sign_in.html"
    user = make_user("admin")
    client = Client()
    form = {"username": user.username, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/sign-in", form)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.post("/admin/logout/")["Location"] == "/sign-in"
    assert client.get("/admin/").status_code == 302
    assert AuthSession.objects.get().ended_at is not None


def test_nobody_but_the_office_comes_in(customers):
    assert Client().get("/admin/accounts/user/").status_code == 302


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        ("dispatcher", "", 200),
        ("dispatcher", "accounts/user/", 403),
        ("dispatcher", "journal/entry/", 403),
        ("manager", "accounts/user/", 200),
        ("manager", "accounts/user/add/", 403),
        ("manager", "accounts/authsession/", 200),
        ("manager", "journal/entry/", 200),
        ("manager", "journal/idempotencykey/", 200),
        ("admin", "accounts/user/add/", 200),
        ("admin", "accounts/preferences/", 200),
        ("admin", "accounts/preferences/add/", 403),
        ("admin", "journal/entry/add/", 403),
        ("admin", "password_change/", 200),
    ],
)
def test_pages_follow_from_the_role(role, page, status):
    assert browser_client(make_user(role)).get(f"/admin/{page}").status_code == status


def test_pages_keep_to_the_policy_of_content(client, admin):
    for page in ("", "accounts/user/", f"accounts/user/{admin.pk}/change/", "journal/entry/"):
        answer = client.get(f"/admin/{page}")
        html = answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", html)
        assert not re.search(r"\s(style|onclick|onload|onchange)=", html)


def test_a_person_is_made_by_the_service(client):
    answer = client.post("/admin/accounts/user/add/", FORM | {"is_active": "on", "new_password": "a long enough word"})
    assert answer.status_code == 302, answer.context["errors"]
    user = User.objects.get(username="nina")
    assert (user.role, user.full_name) == ("manager", "Nina")
    assert user.password.startswith("$2y$")
    assert Entry.objects.filter(verb="create", object_id=user.pk).exists()


def test_a_weak_password_is_refused_in_the_form(client):
    answer = client.post("/admin/accounts/user/add/", FORM | {"is_active": "on", "new_password": "short"})
    assert answer.status_code == 200
    assert "new_password" in answer.context["errors"][0].data or answer.context["errors"]
    assert not User.objects.filter(username="nina").exists()


def test_a_change_is_written_down_and_takes_effect(client):
    user = make_user()
    access = sign_in(user).access
    stored = user.password
    form = FORM | {"role": "admin", "new_password": ""}  # An unticked box: inactive from now on.
    assert client.post(f"/admin/accounts/user/{user.pk}/change/", form).status_code == 302
    user.refresh_from_db()
    assert (user.username, user.role, user.is_active, user.password) == ("nina", "admin", False, stored)
    assert tokens.actor_of(access) is None
    assert {"update", "change_role", "deactivate"} <= set(Entry.objects.values_list("verb", flat=True))
    history = client.get(f"/admin/accounts/user/{user.pk}/history/")
    assert history.status_code == 200
    assert "change_role" in history.content.decode()


def test_a_refusal_of_a_service_is_shown_and_nothing_is_changed(client, admin):
    form = FORM | {"role": "dispatcher", "is_active": "on", "new_password": ""}
    answer = client.post(f"/admin/accounts/user/{admin.pk}/change/", form, follow=True)
    assert "Somebody else has to do this to you." in answer.content.decode()
    assert User.objects.get(pk=admin.pk).username == admin.username


def test_nobody_is_deleted(client):
    user = make_user()
    assert client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_a_manager_changes_nobody():
    user = make_user()
    client = browser_client(make_user("manager"))
    assert client.post(f"/admin/accounts/user/{user.pk}/change/", FORM).status_code == 403
    assert User.objects.get(pk=user.pk).username == user.username


@pytest.mark.parametrize(("action", "active"), [("deactivate", False), ("activate", True), ("sign_out", None)])
def test_actions_call_services(client, action, active):
    user = make_user(is_active=action != "activate")
    pair = sign_in(user)
    form = {"action": action, "_selected_action": [user.pk]}
    assert client.post("/admin/accounts/user/", form).status_code == 302
    user.refresh_from_db()
    assert user.is_active == (active if active is not None else True)
    if action != "activate":
        assert tokens.actor_of(pair.access) is None


def test_one_sign_in_is_ended(client):
    user = make_user()
    ended, kept = sign_in(user), sign_in(user)
    form = {"action": "end", "_selected_action": [str(ended.auth_session_id)]}
    assert client.post("/admin/accounts/authsession/", form).status_code == 302
    assert tokens.actor_of(ended.access) is None
    assert tokens.actor_of(kept.access) is not None
    page = client.get(f"/admin/accounts/authsession/{kept.auth_session_id}/change/").content.decode()
    assert AuthSession.objects.get(pk=kept.auth_session_id).refresh_hash not in page


def test_ones_own_password_is_changed_by_the_service(client, admin):
    elsewhere = sign_in(admin)
    form = {"old_password": PASSWORD, "new_password1": "a long enough word", "new_password2": "a long enough word"}
    assert client.post("/admin/password_change/", form | {"old_password": "wrong"}).status_code == 200
    assert client.post("/admin/password_change/", form)["Location"] == "/admin/password_change/done/"
    assert client.get("/admin/").status_code == 200
    assert tokens.actor_of(elsewhere.access) is None
    assert services.identify(username=admin.username, password="a long enough word", address="192.0.2.1")


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_of_people_takes_as_many_queries_for_many_as_for_one(client, number, django_assert_max_num_queries):
    for _ in range(number):
        make_user()
    client.get("/admin/accounts/user/")
    with django_assert_max_num_queries(12):
        assert client.get("/admin/accounts/user/").status_code == 200


# --- whose sign-ins one may end


@pytest.mark.parametrize("role", ["manager", "dispatcher"])
def test_a_manager_ends_no_sign_in_of_an_admin(role, published):
    admin, by = make_user("admin"), make_user(role)
    sign_in(admin)
    session = AuthSession.objects.get(actor_id=admin.pk)
    for end in (
        lambda: services.end_session(auth_session_id=session.pk, key=session.key, because="test", by=by.actor),
        lambda: services.end_sessions(key=session.key, because="test", by=by.actor),
    ):
        with pytest.raises(PermissionDenied):
            end()
    session.refresh_from_db()
    assert session.ended_at is None
    assert published == []


def test_the_action_of_a_manager_leaves_admins_signed_in():
    admin, dispatcher, manager = make_user("admin"), make_user(), make_user("manager")
    for user in (admin, dispatcher):
        sign_in(user)
    chosen = list(AuthSession.objects.values_list("pk", flat=True))
    client = browser_client(manager)
    form = {"action": "end", "_selected_action": [str(pk) for pk in chosen]}
    answer = client.post("/admin/accounts/authsession/", form, follow=True)
    assert "You may not do this." in answer.content.decode()
    assert AuthSession.objects.get(actor_id=admin.pk).ended_at is None
    assert AuthSession.objects.get(actor_id=dispatcher.pk).ended_because == "ended by the office"


@pytest.mark.parametrize(
    ("role", "whose", "may"),
    [
        ("manager", "admin", False),
        ("manager", "dispatcher", True),
        ("manager", "manager", True),
        ("admin", "admin", True),
        ("admin", "manager", True),
    ],
)
def test_who_may_end_whose_sign_ins(role, whose, may):
    target = make_user(whose)
    sign_in(target)
    session = AuthSession.objects.get(actor_id=target.pk)
    client = browser_client(make_user(role))
    page = client.get(f"/admin/accounts/authsession/{session.pk}/change/")
    assert page.status_code == 200
    assert page.context["has_change_permission"] is may
    client.post("/admin/accounts/authsession/", {"action": "end", "_selected_action": [str(session.pk)]})
    session.refresh_from_db()
    assert (session.ended_at is not None) is may


def test_a_manager_cannot_sign_people_out_everywhere_from_the_list_of_people():
    admin = make_user("admin")
    sign_in(admin)
    client = browser_client(make_user("manager"))
    client.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [str(admin.pk)]})
    assert AuthSession.objects.get(actor_id=admin.pk).ended_at is None


def test_one_may_always_end_ones_own():
    dispatcher = make_user()
    sign_in(dispatcher)
    services.end_sessions(key=dispatcher.actor.key, because="test", by=dispatcher.actor)
    assert AuthSession.objects.get().ended_because == "test"
