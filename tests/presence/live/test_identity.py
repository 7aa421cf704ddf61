"""Who opens a connection. How each of the three ways is refused, `test_opening_live.py` has."""

import asyncio
import time
from datetime import UTC, datetime

import jwt
import pytest

from accounts.models import Preferences
from accounts.sign_in import tickets, tokens
from accounts.sign_in.validity import Claim, SignIn
from presence.live import identity
from presence.live.identity import Caller, caller, identify
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db

SOON = datetime(2031, 5, 1, tzinfo=UTC)


def calling(user, languages=""):
    return Caller(Claim(SignIn(key_of(user), str(sign_in(user).auth_session_id)), SOON), languages)


@pytest.mark.parametrize("number", [1, 30])
def test_many_are_known_at_once(number, django_assert_num_queries):
    users = [make_user() for _ in range(number)]
    gone = Caller(Claim(SignIn(key_of(make_user(is_active=False)), None), SOON), "")
    callers = [gone, *map(calling, users)]
    with django_assert_num_queries(4):
        found = identify(callers)
    assert [each and each.signed_in.actor for each in found] == [None, *(user.actor for user in users)]
    assert {each.expires_at for each in found[1:]} == {SOON}


@pytest.mark.parametrize(
    ("chosen", "asked", "language"),
    [("es", "en", "es"), ("", "es-MX,es;q=0.9,en;q=0.5", "es"), ("", "tlh,*;q=0.1", "en"), ("", "", "en")],
)
def test_language_is_the_chosen_one_else_what_the_client_asks_for(chosen, asked, language):
    user = make_user()
    Preferences.objects.create(actor_type="dispatcher", actor_id=user.pk, language=chosen)
    (found,) = identify([calling(user, asked)])
    assert found.language == language


def test_token_and_ticket_claim_the_same_and_neither_asks_the_database(django_assert_num_queries):
    pair = sign_in(make_user())
    ticket = tickets.issue(tokens.actor_of(pair.access))
    headers = {"accept-language": "es"}
    with django_assert_num_queries(0):
        by_token, by_ticket = (asyncio.run(caller(shown, headers)) for shown in (pair.access, ticket))
    assert by_token == by_ticket
    assert by_token.claim.sign_in.auth_session_id == str(pair.auth_session_id)


@pytest.mark.parametrize("claims", [{"iat": 2}, {"nbf": 2}, {"exp": -2}])
def test_a_token_of_another_clock_opens_a_connection(claims, settings):
    settings.LEGACY_JWT_KEY = "the older system's own secret, " * 3
    user, now = make_user(), int(time.time())
    said = {"user_id": user.pk, "exp": now + 60} | {name: now + seconds for name, seconds in claims.items()}
    found = asyncio.run(caller(jwt.encode(said, settings.LEGACY_JWT_KEY, "HS256"), {}))
    assert found.claim.sign_in.key == key_of(user)
    assert found.claim.expires_at > datetime.now(UTC)


@pytest.mark.parametrize("shown", ["no.good.token", "no ticket", None])
def test_whoever_shows_nothing_good_is_nobody(shown):
    assert asyncio.run(caller(shown, {})) is None


@pytest.mark.parametrize(
    ("scheme", "proxy", "trusts_the_proxy", "ours"),
    [
        ("wss", None, False, "https"),
        ("https", None, False, "https"),
        ("ws", None, False, "http"),
        (None, None, False, "http"),
        ("ws", b"https", False, "http"),
        ("ws", b"https", True, "https"),
        (None, b"https", True, "https"),
        ("wss", b"http", True, "http"),
        ("ws", b"https, http", True, "https"),
        ("wss", None, True, "https"),
    ],
)
def test_a_page_is_ours_when_it_came_the_way_the_connection_did(settings, scheme, proxy, trusts_the_proxy, ours):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if trusts_the_proxy else None
    settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS = ["offers.example"], []
    given = [(b"Host", b"offers.example"), *([(b"X-Forwarded-Proto", proxy)] if proxy else [])]
    headers = identity.headers_of({"headers": given} | ({"scheme": scheme} if scheme else {}))
    for page in ("http", "https"):
        found = identity.is_our_origin(f"{page}://offers.example", headers["host"], headers[identity.SCHEME])
        assert found == (page == ours)
