"""Access tokens, ours and the older system's: who they stand for, and every way of forging one."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from accounts import services
from accounts.models import AuthSession
from accounts.sign_in import tokens
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db

LEGACY_KEY = "the older system's own secret, " * 3
SOON = 2_000_000_000


@pytest.fixture
def legacy(settings):
    settings.LEGACY_JWT_KEY = LEGACY_KEY
    return lambda **claims: jwt.encode({"exp": time.time() + 600, **claims}, LEGACY_KEY, "HS256")


def forged(token: str, settings: Any, **changes: Any) -> str:
    """The same token with other claims, signed with our key; a claim of None is left out."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    return jwt.encode(
        {name: value for name, value in claims.items() if value is not None}, settings.JWT_SIGNING_KEY, "HS256"
    )


def test_a_token_says_what_is_promised():
    user = make_user("manager")
    claims = jwt.decode(sign_in(user).access, options={"verify_signature": False})
    assert claims["user_id"] == user.pk
    assert claims["user_type"] == "dispatcher"
    assert claims["role"] == "manager"
    assert claims["token_type"] == "access"
    assert claims["jti"]
    assert claims["exp"] > time.time()
    assert jwt.get_unverified_header(sign_in(user).access)["alg"] == "HS256"


def test_a_token_stands_for_its_person_and_sign_in():
    user = make_user()
    pair = sign_in(user)
    signed_in = tokens.actor_of(pair.access)
    assert signed_in.actor == user.actor
    assert signed_in.auth_session_id == str(pair.auth_session_id)
    assert signed_in.expires_at > datetime.now(UTC)


def test_role_and_name_come_from_the_row():
    user = make_user("manager")
    access = sign_in(user).access
    user.role, user.full_name = "dispatcher", "Another Name"
    user.save()
    actor = tokens.actor_of(access).actor
    assert (actor.role, actor.name) == ("dispatcher", "Another Name")


def test_another_kind_of_person_is_not_an_office_person_of_the_same_number(customers):
    user = make_user()
    customer = customers.add(user.pk)
    access = services.begin_session(actor=customer, way="link").access
    assert tokens.actor_of(access).actor == customer


def test_a_token_dies_with_its_session():
    user = make_user()
    pair, other = sign_in(user), sign_in(user)
    services.end_session(auth_session_id=pair.auth_session_id, key=key_of(user), because="test")
    assert tokens.actor_of(pair.access) is None
    assert tokens.actor_of(other.access) is not None


def test_a_token_dies_with_the_persons_activity():
    user = make_user()
    access = sign_in(user).access
    user.is_active = False
    user.save()
    assert tokens.actor_of(access) is None


def test_a_token_dies_when_the_person_is_deleted():
    user = make_user()
    access = sign_in(user).access
    type(user).objects.filter(pk=user.pk).delete()
    assert tokens.actor_of(access) is None


def test_a_token_dies_when_what_its_sign_in_came_by_changes(customers):
    access = services.begin_session(actor=customers.add(7, "555-0101"), way="code").access
    assert tokens.actor_of(access) is not None
    customers.prints[7] = "555-0102"
    assert tokens.actor_of(access) is None


def test_a_token_dies_when_the_older_system_changes_the_password():
    user = make_user()
    access = sign_in(user).access
    user.set_password("another long road")
    user.save()
    assert tokens.actor_of(access) is None


def test_a_token_dies_when_its_session_expires():
    pair = sign_in(make_user())
    AuthSession.objects.filter(pk=pair.auth_session_id).update(expires_at=datetime.now(UTC) - timedelta(seconds=5))
    assert tokens.actor_of(pair.access) is None


FORGERIES = {
    "expired": {"exp": 1},
    "no expiry": {"exp": None},
    "expiry is true": {"exp": True},
    "expiry is a text": {"exp": "soon"},
    "expiry has no end": {"exp": float("inf")},
    "expiry is no number": {"exp": float("nan")},
    "refresh as access": {"token_type": "refresh"},
    "no token type": {"token_type": None},
    "another person": {"user_id": 999_999},
    "person as text": {"user_id": "1"},
    "person as true": {"user_id": True},
    "person as a fraction": {"user_id": 1.0},
    "person as a list": {"user_id": [1]},
    "nobody": {"user_id": None},
    "person below one": {"user_id": -1},
    "person beyond the database": {"user_id": 2**70},
    "another kind": {"user_type": "driver"},
    "unknown kind": {"user_type": "emperor"},
    "kind as a list": {"user_type": ["dispatcher"]},
    "no kind": {"user_type": None},
    "no session": {"sid": None},
    "session as a number": {"sid": 5},
    "session as nonsense": {"sid": "\0"},
    "unknown session": {"sid": "00000000-0000-4000-8000-000000000000"},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES)
def test_claims_that_are_not_ours_are_refused_even_under_our_key(changes, settings):
    access = sign_in(make_user()).access
    assert tokens.actor_of(forged(access, settings)) is not None
    assert tokens.actor_of(forged(access, settings, **changes)) is None


def test_somebody_elses_session_is_refused(settings):
    mine, theirs = sign_in(make_user()), sign_in(make_user())
    assert tokens.actor_of(forged(mine.access, settings, sid=str(theirs.auth_session_id))) is None


def test_another_algorithm_or_key_is_refused(settings):
    claims = jwt.decode(sign_in(make_user()).access, options={"verify_signature": False})
    assert tokens.actor_of(jwt.encode(claims, None, "none")) is None
    assert tokens.actor_of(jwt.encode(claims, settings.JWT_SIGNING_KEY, "HS512")) is None
    assert tokens.actor_of(jwt.encode(claims, "a foreign key " * 5, "HS256")) is None


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "\0", "é" * 9, "{}", "e30.e30.", "." * 4000])
def test_nonsense_is_refused(token, legacy):
    assert tokens.actor_of(token) is None


def test_a_refresh_token_is_no_access_token(legacy):
    assert tokens.actor_of(sign_in(make_user()).refresh) is None


def test_a_legacy_token_is_an_office_person_with_role_and_name_of_the_row(legacy):
    user = make_user("manager")
    signed_in = tokens.actor_of(legacy(user_id=user.pk, role="admin"))
    assert signed_in.actor == user.actor
    assert signed_in.auth_session_id is None


def test_a_legacy_token_of_somebody_inactive_is_refused(legacy):
    assert tokens.actor_of(legacy(user_id=make_user(is_active=False).pk)) is None


def test_a_legacy_token_that_never_ends_soon_is_read(legacy):
    user = make_user()
    assert tokens.actor_of(legacy(user_id=user.pk, exp=10**15)).expires_at.year == 9999


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"user_type": "driver"},
        {"user_type": ["dispatcher"]},
        {"token_type": "refresh"},
        {"user_id": "1"},
        {"user_id": True},
        {"user_id": None},
    ],
)
def test_other_legacy_tokens_are_refused(changes, legacy):
    claims = {"user_id": make_user().pk, "exp": time.time() + 600} | changes
    assert tokens.actor_of(legacy(**claims)) is None if claims["exp"] is not None else True
    bare = {name: value for name, value in claims.items() if value is not None}
    assert tokens.actor_of(jwt.encode(bare, LEGACY_KEY, "HS256")) is None


def test_a_legacy_token_under_another_algorithm_is_refused(legacy):
    claims = {"user_id": make_user().pk, "exp": time.time() + 600}
    assert tokens.actor_of(jwt.encode(claims, LEGACY_KEY, "HS512")) is None
    assert tokens.actor_of(jwt.encode(claims, None, "none")) is None


def test_legacy_claims_under_our_key_are_refused(legacy, settings):
    claims = {"user_id": make_user().pk, "exp": time.time() + 600}
    assert tokens.actor_of(jwt.encode(claims, settings.JWT_SIGNING_KEY, "HS256")) is None


def test_our_claims_under_the_legacy_key_are_an_office_person_and_never_a_driver(legacy):
    user = make_user()
    assert tokens.actor_of(legacy(user_id=user.pk, user_type="driver", token_type="access")) is None


def test_without_the_older_systems_key_its_tokens_are_refused(settings):
    settings.LEGACY_JWT_KEY = ""
    claims = {"user_id": make_user().pk, "exp": time.time() + 600}
    assert tokens.actor_of(jwt.encode(claims, LEGACY_KEY, "HS256")) is None


# --- clocks that are not quite the same


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize(("ahead", "is_taken"), [(1, True), (4, True), (8, False)])
def test_a_token_of_a_clock_that_is_a_little_ahead_is_taken(claim, ahead, is_taken, legacy, settings):
    user = make_user()
    moment = time.time() + ahead
    for token in (
        legacy(user_id=user.pk, **{claim: moment}),
        forged(sign_in(user).access, settings, **{claim: int(moment)}),
    ):
        assert (tokens.actor_of(token) is not None) is is_taken


@pytest.mark.parametrize(("ago", "is_taken"), [(1, True), (4, True), (8, False)])
def test_a_token_that_has_just_expired_is_taken_for_a_moment(ago, is_taken, legacy, settings):
    user = make_user()
    moment = int(time.time()) - ago
    for token in (legacy(user_id=user.pk, exp=moment), forged(sign_in(user).access, settings, exp=moment)):
        signed_in = tokens.actor_of(token)
        assert (signed_in is not None) is is_taken
        if signed_in is not None:
            assert datetime.now(UTC) < signed_in.expires_at <= datetime.now(UTC) + timedelta(seconds=5)


def test_a_token_that_is_good_ends_when_it_says(legacy):
    moment = int(time.time()) + 600
    assert tokens.actor_of(legacy(user_id=make_user().pk, exp=moment)).expires_at.timestamp() == moment


def test_the_leeway_is_a_setting(legacy, settings):
    settings.TOKEN_LEEWAY = timedelta(0)
    assert tokens.actor_of(legacy(user_id=make_user().pk, iat=time.time() + 2)) is None


def test_the_api_takes_a_token_of_a_clock_that_is_a_little_ahead(client, legacy):
    token = legacy(user_id=make_user().pk, iat=time.time() + 2, nbf=time.time() + 2)
    assert client.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
