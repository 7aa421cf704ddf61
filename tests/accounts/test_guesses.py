"""Limits of wrong passwords: one account, one limit; all names of an address; all addresses of an account."""

import threading
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import passwords, services
from accounts.metrics import SIGN_IN_FAILED, SIGN_IN_LIMITED
from accounts.models import AuthSession
from accounts.selectors import user_named
from accounts.services import checking
from accounts.services.guesses import Guess
from journal.models import Entry
from kernel.errors import Invalid, RateLimited
from tests.accounts.factories import PASSWORD, browser_client, make_user, post
from tests.races import at_once

SPELLINGS = [
    tuple(spelling.encode().decode("unicode_escape") for spelling in line.split("\t"))
    for line in (Path(__file__).parent / "spellings/names.tsv").read_text().splitlines()
    if not line.startswith("#")
]
HERE = "192.0.2.1"

_hosts = count(1)


def somewhere() -> str:
    """An address that nothing has come from yet."""
    number = next(_hosts)
    return f"198.18.{number // 250}.{1 + number % 250}"


def guess(username: str, password: str = "wrong", address: str = HERE) -> int:
    body = {"username": username, "password": password}
    return post(Client(REMOTE_ADDR=address), "/api/auth/token", body).status_code


def guess_on_page(username: str, password: str = "wrong", address: str = HERE) -> int:
    return Client(REMOTE_ADDR=address).post("/sign-in", {"username": username, "password": password}).status_code


def value(counter: Any, *labels: str) -> float:
    return counter.labels(*labels)._value.get()


@pytest.fixture
def checked(monkeypatch) -> list[str]:
    """The passwords that were looked at."""
    seen: list[str] = []
    real = passwords.is_right

    def is_right(password: str, user: Any) -> bool:
        seen.append(password)
        return real(password, user)

    monkeypatch.setattr(passwords, "is_right", is_right)
    return seen


@pytest.fixture
def naps(monkeypatch) -> list[float]:
    """The delays, none of which is waited for."""
    slept: list[float] = []
    monkeypatch.setattr(checking, "sleep", slept.append)
    return slept


# --- one account, one limit


@pytest.mark.django_db
@pytest.mark.parametrize("door", [guess, guess_on_page])
@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda spellings: spellings[0])
def test_a_name_has_one_limit_however_it_is_written(spellings, door):
    """A name that no account has, and one that the database finds under some of them."""
    answers = [door(spellings[number % len(spellings)]) for number in range(12)]
    assert answers == [401] * 10 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda spellings: spellings[0])
def test_a_known_name_answers_as_an_unknown_one_does(spellings):
    make_user(username=spellings[0])
    answers = [guess(spellings[number % len(spellings)]) for number in range(12)]
    assert answers == [401] * 10 + [429] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\x01", "\u202c", "\x7f", "\xad", "\0", "\ufeff"])
def test_a_name_with_invisible_characters_is_refused_at_both_doors(sign):
    user = make_user(username="dmitri")
    name = f"dmi{sign}tri"
    answer = post(Client(), "/api/auth/token", {"username": name, "password": PASSWORD})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "validation_error"
    assert "username" in answer.json()["error"]["fields"]
    page = Client().post("/sign-in", {"username": name, "password": PASSWORD})
    assert page.status_code == 401
    assert not AuthSession.objects.filter(actor_id=user.pk).exists()


@pytest.mark.django_db
def test_a_name_with_invisible_characters_is_refused():
    admin = make_user("admin").actor
    with pytest.raises(Invalid) as refused:
        services.create_user(actor=admin, username="ni\u200bna", email="nina@example.com", password=PASSWORD)
    assert "username" in refused.value.fields
    user = make_user()
    with pytest.raises(Invalid) as refused:
        services.update_user(actor=admin, user_id=user.pk, changes={"username": "ni\u200bna"})
    assert "username" in refused.value.fields


@pytest.mark.services
@pytest.mark.django_db
@given(
    noise=st.lists(
        st.sampled_from([*"\u0300\u0301\u0308\u0327\u0483\u200b\u2060\u00ad\u0001\ufe0f\u034f", ""]),
        min_size=5,
        max_size=5,
    ),
    shout=st.lists(st.booleans(), min_size=5, max_size=5),
    wide=st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_spellings_that_find_one_row_have_one_bucket(noise, shout, wide):
    if connection.vendor != "mysql":
        pytest.skip("SQLite compares bytes.")
    user = user_named("dmitri") or make_user(username="dmitri")
    letters = zip("dmitr", noise, shout, wide, strict=True)
    name = "".join(_letter(*each) for each in letters) + "i"
    found = user_named(name)
    if found is None:
        return
    plain, spelled = (Guess(user=found, username=each, address=HERE) for each in ("dmitri", name))
    assert found == user
    assert set(plain._name.who) & set(spelled._name.who)
    assert plain._account.who == spelled._account.who


def _letter(letter: str, noise: str, is_loud: bool, is_wide: bool) -> str:
    letter = letter.upper() if is_loud else letter
    # Full-width letters stand in the same order as ASCII.
    return (chr(ord(letter) + 0xFEE0) if is_wide else letter) + noise


@pytest.mark.services
@pytest.mark.django_db
def test_a_name_in_other_spellings_is_no_way_round_the_limit():
    if connection.vendor != "mysql":
        pytest.skip("SQLite compares bytes.")
    make_user(username="james")
    marks = [chr(0x300 + number) for number in range(25)]
    answers = [guess(f"j{mark}ames") for mark in marks]
    assert answers == [401] * 10 + [429] * 15
    assert guess("james", PASSWORD) == 429


# --- before it is looked at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", [guess, guess_on_page])
def test_of_thirty_guesses_at_once_against_one_token_one_is_looked_at(door, checked, settings):
    settings.PASSWORDS_PER_MINUTE = 0.001
    user = make_user()
    for _ in range(9):
        guess(user.username)
    checked.clear()
    # All of them wrong: a right one would give its token back to one more.
    answers = at_once([partial(door, user.username, "wrong")] * 30)
    assert len(checked) == 1
    assert answers.count(429) == 29


@pytest.mark.django_db
def test_what_breaks_while_it_is_looked_at_is_charged(monkeypatch, settings):
    user = make_user()

    def broken(*args: object) -> bool:
        raise ValueError("broken")

    monkeypatch.setattr(passwords, "is_right", broken)
    for _ in range(10):
        with pytest.raises(ValueError, match="broken"):
            services.identify(username=user.username, password="x", address=HERE)
    with pytest.raises(RateLimited):
        services.identify(username=user.username, password="x", address=HERE)


@pytest.mark.django_db
def test_two_hundred_right_passwords_in_a_row_are_none_too_many():
    people = [make_user() for _ in range(5)]
    for number in range(200):
        person = people[number % 5]
        assert services.identify(username=person.username, password=PASSWORD, address=HERE) == person.actor
    assert guess(people[0].username, PASSWORD) == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("names", [1, 40])
def test_forty_who_sign_in_at_once_are_let_in(names):
    people = [make_user() for _ in range(names)]
    calls = [partial(guess, people[number % names].username, PASSWORD) for number in range(40)]
    assert at_once(calls) == [200] * 40


@pytest.mark.django_db
def test_a_right_password_gives_back_nothing_that_wrong_ones_have_cost():
    user = make_user()
    for _ in range(9):
        assert guess(user.username) == 401
    assert guess(user.username, PASSWORD) == 200
    assert guess(user.username) == 401
    assert guess(user.username, PASSWORD) == 429


@pytest.mark.django_db
def test_what_one_limit_refuses_costs_nothing_of_the_others(settings):
    settings.PASSWORDS_PER_MINUTE = settings.PASSWORDS_ADDRESS_PER_MINUTE = 0.001
    settings.PASSWORDS_ADDRESS_BURST = 2
    assert [guess(f"stranger{number}") for number in range(2)] == [401] * 2
    assert [guess("dana") for _ in range(10)] == [429] * 10
    settings.PASSWORDS_ADDRESS_BURST = 0
    assert [guess("dana") for _ in range(11)] == [401] * 10 + [429]


# --- over all names of an address


@pytest.mark.django_db
@pytest.mark.parametrize("door", [guess, guess_on_page])
def test_an_address_has_a_limit_over_all_names(door, settings):
    settings.PASSWORDS_ADDRESS_PER_MINUTE = 0.001
    user = make_user()
    assert [door(f"stranger{number}") for number in range(30)] == [401] * 30
    assert [door(user.username, PASSWORD), door("stranger")] == [429, 429]
    assert not Entry.objects.filter(verb="limit_passwords").exists()  # It says nothing of the person.
    assert guess(user.username, PASSWORD, somewhere()) == 200


@pytest.mark.django_db
def test_ipv6_addresses_of_one_network_are_one_client():
    user = make_user()
    answers = [guess(user.username, address=f"2001:db8:1:2:{number:x}::1") for number in range(11)]
    assert answers == [401] * 10 + [429]
    assert guess(user.username, address="2001:db8:1:3::1") == 401
    mapped = [guess("stranger", address=each) for each in [HERE, f"::ffff:{HERE}"] * 6]
    assert mapped == [401] * 10 + [429] * 2


# --- over all addresses of an account


@pytest.mark.django_db
@pytest.mark.parametrize("known", [True, False])
def test_beyond_the_limit_of_an_account_a_sign_in_takes_longer_and_no_one_is_locked_out(known, naps, settings):
    settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE = 5, 0.001
    name = make_user().username if known else "stranger"
    assert [guess(name, address=somewhere()) for _ in range(7)] == [401] * 7
    assert naps == [2, 2]
    if known:
        assert guess(name, PASSWORD, somewhere()) == 200
        assert naps == [2, 2, 2]


@pytest.mark.django_db
def test_a_guess_that_is_slowed_down_counts_once(naps, settings):
    settings.PASSWORDS_PER_MINUTE = settings.PASSWORDS_ACCOUNT_PER_MINUTE = 0.001
    settings.PASSWORDS_ACCOUNT_BURST = 1
    assert [guess("stranger") for _ in range(11)] == [401] * 10 + [429]
    assert naps == [2] * 9


@pytest.mark.django_db
def test_where_one_has_signed_in_before_one_is_not_slowed_down(naps, settings):
    settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE = 5, 0.001
    user, other = make_user(), make_user()
    assert guess(user.username, PASSWORD, "203.0.113.7") == 200
    assert guess(other.username, PASSWORD, "198.51.100.7") == 200
    for _ in range(5):
        guess(user.username, address=somewhere())
    assert guess(user.username, PASSWORD, "203.0.113.99") == 200
    assert naps == []
    assert guess(user.username, PASSWORD, "198.51.100.7") == 200
    assert naps == [2]


@pytest.mark.django_db(transaction=True)
def test_a_stranger_binds_few_threads_with_delays(settings, monkeypatch):
    settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE = 1, 0.001
    settings.PASSWORDS_DELAY_SECONDS = 1.5
    monkeypatch.setattr(checking, "SLOWED_AT_ONCE", 4)
    guess("stranger", address=somewhere())
    answers = at_once([partial(guess, "stranger", address=somewhere()) for _ in range(12)])
    assert answers.count(503) == 8
    assert answers.count(401) == 4


@pytest.mark.django_db(transaction=True)
def test_who_is_slowed_down_holds_no_connection_to_the_database(settings, monkeypatch):
    settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE = 1, 0.001
    held: list[object] = []
    monkeypatch.setattr(checking, "sleep", lambda seconds: held.append(connection.connection))
    assert [guess("stranger", address=somewhere()) for _ in range(2)] == [401, 401]
    assert held == [None]


# --- all of them are settings


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["BURST", "PER_MINUTE"])
def test_nought_turns_a_limit_off(suffix, settings, naps):
    for limit in ("PASSWORDS", "PASSWORDS_ADDRESS", "PASSWORDS_ACCOUNT"):
        setattr(settings, f"{limit}_{suffix}", 0)
    user = make_user()
    assert {guess(user.username) for _ in range(40)} == {401}
    assert guess(user.username, PASSWORD) == 200
    assert naps == []


@pytest.mark.django_db
def test_too_many_at_once_are_told_to_come_again(settings):
    settings.PASSWORDS_AT_ONCE, settings.PASSWORDS_LINE = 1, 0
    user = make_user()
    with checking._checking.turn("another", at_once=1, line=0, seconds=0):
        answer = post(Client(), "/api/auth/token", {"username": user.username, "password": PASSWORD})
        page = Client().post("/sign-in", {"username": user.username, "password": PASSWORD, "next": "/offers/"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert (page.status_code, page.context["username"]) == (503, user.username)
    assert int(page["Retry-After"]) > 0
    assert guess(user.username, PASSWORD) == 200


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_turn_holds_no_connection_to_the_database(settings):
    settings.PASSWORDS_AT_ONCE = 1
    user, waiting = make_user(), checking._checking._line

    def sign_in() -> tuple[object, object]:
        connection.ensure_connection()
        before = connection.connection
        services.identify(username=user.username, password=PASSWORD, address=HERE)
        return before, connection.connection

    def free_the_place() -> None:
        deadline = time.monotonic() + 20
        with checking._checking.turn("another", at_once=1, line=2, seconds=20):
            others_may_come.set()
            while not waiting and time.monotonic() < deadline:
                time.sleep(0.005)

    def come_after() -> tuple[object, object]:
        others_may_come.wait(20)
        return sign_in()

    others_may_come = threading.Event()
    _nothing, (before, after) = at_once([free_the_place, come_after])
    assert before is not after


# --- seen by the operator


@pytest.mark.django_db
def test_a_wrong_password_is_counted_and_logged_without_what_is_secret(caplog):
    user, before = make_user(username="dmitri.ivanov"), value(SIGN_IN_FAILED, "password")
    with caplog.at_level("INFO", logger="accounts"):
        guess(user.username, "hunter2\nforged", "203.0.113.77")
        guess("hunter3\u2028hunter3", "x", "2001:db8:1:2::77")
    assert value(SIGN_IN_FAILED, "password") == before + 2
    known, unknown = (record.getMessage() for record in caplog.records if record.name == "accounts.services.guesses")
    assert f"(dispatcher:{user.pk}) from 203.0.113.0/24" in known
    assert "2001:db8:1::/48" in unknown
    for line in (known, unknown):
        assert "hunter" not in line
        assert "dmitri" not in line
        assert ".77" not in line
        assert line.isprintable()


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["name", "account"])
def test_a_limit_that_is_used_up_is_in_the_journal_once(limit, settings, naps):
    user, before = make_user(), value(SIGN_IN_LIMITED, limit)
    if limit == "account":
        settings.PASSWORDS_ACCOUNT_BURST, settings.PASSWORDS_ACCOUNT_PER_MINUTE = 4, 0.001
    for _ in range(15):
        guess(user.username, address=HERE if limit == "name" else somewhere())
    (entry,) = Entry.objects.filter(verb="limit_passwords")
    assert (entry.object_type, entry.object_id) == ("dispatcher", str(user.pk))
    assert entry.after["limit"] == limit
    assert value(SIGN_IN_LIMITED, limit) > before


@pytest.mark.django_db
def test_a_limit_that_is_used_up_is_logged_once_however_the_name_is_written(caplog):
    with caplog.at_level("WARNING", logger="accounts"):
        for number in range(14):
            guess(("dana", "DANA")[number % 2])
    (line,) = [record.getMessage() for record in caplog.records if record.name == "accounts.services.guesses"]
    assert "limit of the name" in line


@pytest.mark.django_db
def test_a_sign_in_keeps_the_network_it_came_from_and_no_address():
    user = make_user()
    guess(user.username, PASSWORD, "203.0.113.77")
    assert AuthSession.objects.get().network == "203.0.113.0/24"
    client = browser_client(user)
    assert AuthSession.objects.filter(ended_at=None, network="127.0.0.0/24").exists()
    assert client is not None


# --- the password of one who is signed in


@pytest.mark.django_db
def test_ones_own_password_is_guessed_within_the_same_limit(settings):
    user = make_user("admin")
    client = browser_client(user)
    form = {"old_password": "wrong", "new_password1": "a long enough word", "new_password2": "a long enough word"}
    before = value(SIGN_IN_FAILED, "change")
    answers = [client.post("/admin/password_change/", form) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert value(SIGN_IN_FAILED, "change") == before + 10
    assert guess(user.username, PASSWORD, "127.0.0.1") == 429
    assert client.post("/admin/password_change/", form | {"old_password": PASSWORD}).status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_ones_own_password_is_changed_by_the_page():
    user = make_user("admin")
    form = {"old_password": PASSWORD, "new_password1": "a long enough word", "new_password2": "a long enough word"}
    assert browser_client(user).post("/admin/password_change/", form).status_code == 302
    user.refresh_from_db()
    assert user.check_password("a long enough word")
