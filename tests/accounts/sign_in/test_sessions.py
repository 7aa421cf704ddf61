"""Sign-in sessions: begun, refreshed, ended; and what a stolen refresh token comes to."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts import facts, services
from accounts.models import AuthSession
from accounts.sign_in import sessions, tokens
from accounts.sign_in.validity import Claim, SignIn, last_moment, signed_in_by
from journal.models import Entry
from kernel.errors import NotAuthenticated
from tests.accounts.factories import key_of, make_user, sign_in

pytestmark = pytest.mark.django_db


def session_of(pair: services.Tokens) -> AuthSession:
    return AuthSession.objects.get(pk=pair.auth_session_id)


def test_a_session_keeps_only_hashes(customers):
    pair = services.begin_session(actor=customers.add(3, "print"), way="link", user_agent="x" * 900)
    row = session_of(pair)
    assert (row.actor_type, row.actor_id, row.way, row.fingerprint) == ("customer", 3, "link", "print")
    assert len(row.user_agent) == 200
    kept = f"{row.family_hash} {row.refresh_hash}"
    assert not any(part in kept for part in pair.refresh.split("."))
    assert Entry.objects.get(verb="sign_in").after == {"way": "link"}


def test_refreshing_gives_a_new_pair_of_the_same_session():
    pair = sign_in(make_user())
    AuthSession.objects.update(expires_at=datetime.now(UTC) + timedelta(hours=1))
    fresh = services.refresh(refresh=pair.refresh)
    assert fresh.refresh != pair.refresh
    assert fresh.auth_session_id == pair.auth_session_id
    assert fresh.actor == pair.actor
    assert session_of(pair).expires_at > datetime.now(UTC) + timedelta(days=20)
    assert tokens.actor_of(fresh.access) is not None
    assert services.refresh(refresh=fresh.refresh).refresh != fresh.refresh


def test_a_used_refresh_token_ends_its_family_and_no_other(published):
    user = make_user()
    stolen, other = sign_in(user), sign_in(user)
    fresh = services.refresh(refresh=stolen.refresh)
    with pytest.raises(NotAuthenticated):
        services.refresh(refresh=stolen.refresh)
    assert session_of(stolen).ended_because == "reused"
    assert published == [facts.SessionsEnded(key_of(user), str(stolen.auth_session_id))]
    assert tokens.actor_of(fresh.access) is None
    with pytest.raises(NotAuthenticated):
        services.refresh(refresh=fresh.refresh)
    assert services.refresh(refresh=other.refresh)


def test_a_sign_in_is_over_some_day_however_much_it_is_used(settings):
    pair = sign_in(make_user())
    longest = settings.SIGN_IN_MAX_LIFETIME
    AuthSession.objects.update(created_at=datetime.now(UTC) - longest + timedelta(hours=1))
    fresh = services.refresh(refresh=pair.refresh)
    standing = tokens.actor_of(fresh.access)
    assert standing is not None
    browsers = signed_in_by(Claim(SignIn(fresh.actor.key, str(fresh.auth_session_id)), None))
    assert browsers is not None
    assert browsers.expires_at == last_moment(session_of(pair).created_at)
    AuthSession.objects.update(created_at=datetime.now(UTC) - longest - timedelta(seconds=1))
    assert tokens.actor_of(fresh.access) is None
    with pytest.raises(NotAuthenticated):
        services.refresh(refresh=fresh.refresh)
    settings.SIGN_IN_MAX_LIFETIME = timedelta(0)
    assert tokens.actor_of(fresh.access) is not None
    assert services.refresh(refresh=fresh.refresh)


@pytest.mark.parametrize("change", ["garbage", "family", "session", "short", "empty", "unicode"])
def test_garbage_ends_nobodys_session(change, published):
    pair = sign_in(make_user())
    session, family, secret = pair.refresh.split(".")
    bad = {
        "garbage": "garbage",
        "family": f"{session}.{'x' * len(family)}.{secret}",
        "session": f"{'0' * 32}.{family}.{secret}",
        "short": f"{session}.{family}",
        "empty": "",
        "unicode": f"{session}.\ud800é\0.{secret}",
    }[change]
    with pytest.raises(NotAuthenticated):
        services.refresh(refresh=bad)
    assert services.end_session_of(refresh=bad, because="test") is None
    assert session_of(pair).ended_at is None
    assert published == []
    assert services.refresh(refresh=pair.refresh)


def test_an_ended_an_expired_and_a_deactivated_sign_in_refresh_no_more():
    user = make_user()
    ended, expired, gone = sign_in(user), sign_in(user), sign_in(make_user(is_active=False))
    services.end_session(auth_session_id=ended.auth_session_id, key=key_of(user), because="test")
    AuthSession.objects.filter(pk=expired.auth_session_id).update(expires_at=datetime.now(UTC) - timedelta(seconds=9))
    for pair in (ended, expired, gone):
        with pytest.raises(NotAuthenticated):
            services.refresh(refresh=pair.refresh)


def test_somebody_else_in_the_truck_ends_the_sign_in(customers):
    pair = services.begin_session(actor=customers.add(3, "old phone"), way="code")
    customers.prints[3] = "new phone"
    with pytest.raises(NotAuthenticated):
        services.refresh(refresh=pair.refresh)
    assert session_of(pair).ended_because == "person changed"


def test_ending_all_leaves_the_one_that_is_kept_and_other_people(published):
    user, other = make_user(), make_user()
    kept, ended, theirs = sign_in(user), sign_in(user), sign_in(other)
    services.end_sessions(key=key_of(user), because="test", keep=kept.auth_session_id)
    assert session_of(kept).ended_at is None
    assert session_of(theirs).ended_at is None
    assert session_of(ended).ended_because == "test"
    assert published == [facts.SessionsEnded(key_of(user), str(ended.auth_session_id))]
    services.end_sessions(key=key_of(user), because="test")
    assert session_of(kept).ended_because == "test"
    assert published[-1] == facts.SessionsEnded(key_of(user))


def test_ending_an_ended_session_changes_nothing(published):
    user = make_user()
    pair = sign_in(user)
    for because in ("first", "second"):
        services.end_session(auth_session_id=pair.auth_session_id, key=key_of(user), because=because)
    assert session_of(pair).ended_because == "first"
    assert len(published) == 1


def test_nobody_ends_somebody_elses_session_by_its_id(published):
    pair = sign_in(make_user())
    services.end_session(auth_session_id=pair.auth_session_id, key=key_of(make_user()), because="test")
    assert session_of(pair).ended_at is None
    assert published == []


def test_what_ended_long_ago_is_forgotten():
    user = make_user()
    old, recent, living = sign_in(user), sign_in(user), sign_in(user)
    long_ago = datetime.now(UTC) - timedelta(days=100)
    AuthSession.objects.filter(pk=old.auth_session_id).update(ended_at=long_ago)
    AuthSession.objects.filter(pk=recent.auth_session_id).update(ended_at=datetime.now(UTC))
    assert services.prune_sessions() == 1
    assert set(AuthSession.objects.values_list("pk", flat=True)) == {recent.auth_session_id, living.auth_session_id}


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_refresh_at_once_one_wins(repetitions):
    several_tabs_refresh(repetitions)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_without_its_lock_a_refresh_token_is_good_for_several_tabs(monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer and no row locks.")
    family_of = sessions._locked_family

    def not_locked(refresh):
        found = family_of(refresh)
        time.sleep(0.05)  # Time enough for others to read the same.
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    monkeypatch.setattr(sessions, "_locked_family", not_locked)
    with pytest.raises(AssertionError):
        several_tabs_refresh(5)


def several_tabs_refresh(times: int) -> None:
    for _ in range(times):
        pair = sign_in(make_user())
        start = threading.Barrier(4)
        won, lost = [], []

        def refresh(pair=pair, start=start, won=won, lost=lost) -> None:
            start.wait()
            try:
                won.append(services.refresh(refresh=pair.refresh))
            except NotAuthenticated:
                lost.append(1)
            finally:
                connection.close()

        threads = [threading.Thread(target=refresh) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(lost)) == (1, 3)
        assert session_of(pair).ended_because == "reused"
