"""The doors of signing in: allowed, refused, invalid, repeated, too often."""

import pytest
from django.test import Client

from accounts import services
from accounts.models import AuthSession
from accounts.sign_in import tickets, tokens
from tests.accounts.factories import PASSWORD, api_client, bearer, browser_client, key_of, make_user, post, sign_in

pytestmark = pytest.mark.django_db

BROWSER = {"Sec_Fetch_Site": "same-origin"}


def code_of(answer) -> str:
    return answer.json()["error"]["code"]


def credentials(user, password=PASSWORD):
    return {"username": user.username, "password": password}


# --- /auth/token


def test_a_right_password_gives_a_pair():
    user = make_user("manager")
    answer = post(Client(), "/api/auth/token", credentials(user))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access", "refresh", "user"}
    assert body["user"] == {"type": "dispatcher", "id": user.pk, "name": user.full_name, "role": "manager"}
    assert tokens.actor_of(body["access"]).actor == user.actor
    assert services.refresh(refresh=body["refresh"])
    assert not answer.cookies


def test_wrong_unknown_and_inactive_are_answered_alike():
    answers = [
        post(Client(), "/api/auth/token", body)
        for body in (
            credentials(make_user(), "wrong"),
            credentials(make_user(is_active=False)),
            {"username": "nobody", "password": PASSWORD},
        )
    ]
    seen = [answer.json()["error"] for answer in answers]
    for error in seen:
        error.pop("request_id")
    assert [answer.status_code for answer in answers] == [401] * 3
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]["code"] == "not_authenticated"
    assert not AuthSession.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "username"),
        ({"username": "a"}, "password"),
        ({"username": "a\0", "password": "x"}, "username"),
        ({"username": 5, "password": "x"}, "username"),
        ({"username": ["a"], "password": "x"}, "username"),
        ({"username": "a" * 300, "password": "x"}, "username"),
        ({"username": "a", "password": "x" * 2000}, "password"),
        ({"username": "a", "password": "x", "role": "admin"}, "role"),
        ([], "non_field_errors"),
        ('"text"', "non_field_errors"),
        ("null", "non_field_errors"),
    ],
)
def test_bad_credentials_are_named(body, field):
    answer = Client().post("/api/auth/token", body, content_type="application/json")
    assert answer.status_code == 400
    assert code_of(answer) == "validation_error"
    assert field in answer.json()["error"]["fields"]


def test_spaces_belong_to_a_password():
    user = make_user(password=" spaces at both ends ")
    assert post(Client(), "/api/auth/token", credentials(user, " spaces at both ends ")).status_code == 200
    assert post(Client(), "/api/auth/token", credentials(user, "spaces at both ends")).status_code == 401


def test_too_many_wrong_passwords_stop_that_name_from_that_address_alone():
    user, colleague = make_user(), make_user()
    wrong = [post(Client(), "/api/auth/token", credentials(user, "wrong")).status_code for _ in range(10)]
    assert wrong == [401] * 10
    stopped = post(Client(), "/api/auth/token", credentials(user))
    assert stopped.status_code == 429
    assert code_of(stopped) == "rate_limited"
    assert int(stopped["Retry-After"]) > 0
    assert post(Client(), "/api/auth/token", credentials(colleague)).status_code == 200
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert post(elsewhere, "/api/auth/token", credentials(user)).status_code == 200


def test_right_passwords_are_never_too_many():
    user = make_user()
    assert {post(Client(), "/api/auth/token", credentials(user)).status_code for _ in range(15)} == {200}


def test_a_bad_token_does_not_stand_in_the_way_of_signing_in():
    user = make_user()
    assert post(Client(headers=bearer("stale")), "/api/auth/token", credentials(user)).status_code == 200


def test_a_cheap_hash_is_made_anew_and_nobody_is_signed_out(settings):
    user = make_user()
    pair = sign_in(user)
    settings.BCRYPT_ROUNDS = 5
    assert post(Client(), "/api/auth/token", credentials(user)).status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("$2y$05$")
    assert user.check_password(PASSWORD)
    assert tokens.actor_of(pair.access) is not None


# --- /auth/token/refresh


def test_a_refresh_whose_answer_was_lost_is_answered_again_to_the_same_key():
    pair = sign_in(make_user())
    first, again = (
        post(Client(), "/api/auth/token/refresh", {"refresh": pair.refresh}, Idempotency_Key="k") for _ in range(2)
    )
    assert (again.status_code, again.json(), again["Idempotent-Replay"]) == (200, first.json(), "true")
    elsewhere = post(Client(), "/api/auth/token/refresh", {"refresh": pair.refresh}, Idempotency_Key="other")
    assert (elsewhere.status_code, "Idempotent-Replay" in elsewhere) == (401, False)
    assert AuthSession.objects.get(pk=pair.auth_session_id).ended_because == "reused"


def test_a_refresh_by_cookie_is_no_answer_for_others_with_the_same_key(client):
    pair = sign_in(make_user())
    client.cookies["refresh"] = pair.refresh
    post(client, "/api/auth/token/refresh", {}, Idempotency_Key="k")
    assert post(Client(), "/api/auth/token/refresh", {}, Idempotency_Key="k").status_code == 401


def test_signing_in_is_done_once_for_a_key():
    user = make_user()
    given = {"username": user.username, "password": PASSWORD}
    first, again = (post(Client(), "/api/auth/token", given, Idempotency_Key="k") for _ in range(2))
    assert (again.status_code, again.json(), again["Idempotent-Replay"]) == (200, first.json(), "true")
    other = post(Client(), "/api/auth/token", given | {"password": "another"}, Idempotency_Key="k")
    assert (other.status_code, code_of(other)) == (409, "conflict")


def test_refreshing_gives_another_pair():
    pair = sign_in(make_user())
    answer = post(Client(), "/api/auth/token/refresh", {"refresh": pair.refresh})
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "user"}


def test_a_used_token_is_refused_and_ends_the_family():
    pair = sign_in(make_user())
    fresh = post(Client(), "/api/auth/token/refresh", {"refresh": pair.refresh}).json()
    again = post(Client(), "/api/auth/token/refresh", {"refresh": pair.refresh})
    assert (again.status_code, code_of(again)) == (401, "not_authenticated")
    assert post(Client(), "/api/auth/token/refresh", {"refresh": fresh["refresh"]}).status_code == 401
    assert post(Client(), "/api/auth/token/verify", {"token": fresh["access"]}).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 401),
        ({"refresh": "garbage"}, 401),
        ({"refresh": ""}, 400),
        ({"refresh": 5}, 400),
        ({"refresh": None}, 400),
        ({"refresh": "x" * 5000}, 400),
        ({"token": "x"}, 400),
    ],
)
def test_bad_refreshes_are_refused(body, status):
    assert post(Client(), "/api/auth/token/refresh", body).status_code == status


def test_an_access_token_does_not_refresh():
    assert post(Client(), "/api/auth/token/refresh", {"refresh": sign_in(make_user()).access}).status_code == 401


def test_a_page_of_ours_keeps_its_refresh_token_where_no_script_reads_it():
    client = Client()
    answer = post(client, "/api/auth/token", credentials(make_user()), **BROWSER)
    assert set(answer.json()) == {"access", "user"}
    cookie = answer.cookies["refresh"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/api/auth")
    fresh = post(client, "/api/auth/token/refresh", **BROWSER)
    assert fresh.status_code == 200
    assert set(fresh.json()) == {"access", "user"}
    assert fresh.cookies["refresh"].value != cookie.value
    assert post(client, "/api/auth/token/refresh", Sec_Fetch_Site="cross-site").status_code == 401
    out = post(client, "/api/auth/logout", **BROWSER)
    assert out.status_code == 200
    assert out.cookies["refresh"].value == ""
    assert not AuthSession.objects.filter(ended_at=None).exists()


# --- /auth/token/verify


def test_a_good_token_verifies():
    user = make_user()
    answer = post(Client(), "/api/auth/token/verify", {"token": sign_in(user).access})
    assert (answer.status_code, answer.json()) == (200, {"user": user.actor.as_dict()})


@pytest.mark.parametrize(("body", "status"), [({"token": "x"}, 401), ({}, 400), ({"token": 5}, 400)])
def test_a_bad_token_does_not(body, status):
    assert post(Client(), "/api/auth/token/verify", body).status_code == status


def test_a_refresh_token_does_not_verify():
    assert post(Client(), "/api/auth/token/verify", {"token": sign_in(make_user()).refresh}).status_code == 401


# --- /auth/logout


def test_signing_out_ends_the_sign_in_that_one_came_by():
    user = make_user()
    pair, other = sign_in(user), sign_in(user)
    client = Client(headers=bearer(pair.access))
    assert post(client, "/api/auth/logout").status_code == 200
    assert tokens.actor_of(pair.access) is None
    assert tokens.actor_of(other.access) is not None
    assert post(client, "/api/auth/logout").status_code == 401


def test_a_refresh_token_alone_signs_out():
    pair = sign_in(make_user())
    assert post(Client(), "/api/auth/logout", {"refresh": pair.refresh}).status_code == 200
    assert tokens.actor_of(pair.access) is None


def test_signing_out_everywhere_ends_all_sign_ins_of_that_person_alone():
    user, other = make_user(), make_user()
    pairs, theirs = [sign_in(user), sign_in(user)], sign_in(other)
    answer = post(Client(headers=bearer(pairs[0].access)), "/api/auth/logout", {"everywhere": True})
    assert answer.status_code == 200
    assert [tokens.actor_of(pair.access) for pair in pairs] == [None, None]
    assert tokens.actor_of(theirs.access) is not None


def test_a_browser_that_signs_out_is_signed_out():
    user = make_user()
    client = browser_client(user)
    assert post(client, "/api/auth/logout").status_code == 200
    assert post(client, "/api/socket/auth").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 401),
        ({"refresh": "garbage"}, 401),
        ({"everywhere": True}, 401),
        ({"everywhere": "yes"}, 400),
        ({"x": 1}, 400),
    ],
)
def test_nobody_is_signed_out_by_nothing(body, status):
    pair = sign_in(make_user())
    assert post(Client(), "/api/auth/logout", body).status_code == status
    assert tokens.actor_of(pair.access) is not None


# --- /socket/auth


def test_any_sign_in_gets_a_ticket(customers):
    user = make_user()
    customer = services.begin_session(actor=customers.add(4), way="link")
    for client, key in (
        (api_client(user), key_of(user)),
        (browser_client(user), key_of(user)),
        (Client(headers=bearer(customer.access)), ("customer", 4)),
    ):
        answer = post(client, "/api/socket/auth")
        assert answer.status_code == 200
        assert answer.json()["expires_in"] == 30
        assert tickets.redeem(answer.json()["ticket"]).sign_in.key == key


def test_nobody_gets_no_ticket():
    answer = post(Client(), "/api/socket/auth")
    assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert post(Client(headers=bearer("bad")), "/api/socket/auth").status_code == 401


def test_a_ticket_takes_nothing():
    assert post(api_client(make_user()), "/api/socket/auth", {"for": "me"}).status_code == 400


def test_a_browser_needs_its_csrf_token():
    client = browser_client(make_user(), checks_csrf=True)
    answer = post(client, "/api/socket/auth")
    assert (answer.status_code, code_of(answer)) == (403, "permission_denied")
    client.get("/sign-in")
    token = client.cookies["csrftoken"].value
    assert post(client, "/api/socket/auth", X_CSRFToken=token).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/api/auth/token", "/api/auth/token/refresh", "/api/auth/token/verify", "/api/auth/logout", "/api/socket/auth"],
)
def test_only_post_is_answered(path):
    client = api_client(make_user())
    for method in ("get", "put", "patch", "delete"):
        answer = getattr(client, method)(path)
        assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
        assert "POST" in answer["Allow"]
    assert client.options(path).status_code == 204
