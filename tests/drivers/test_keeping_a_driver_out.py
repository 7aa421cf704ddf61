"""What strangers do with a driver's number costs the driver nothing; and how often anything may be tried at all."""

import re

import pytest
from django.test import Client

from drivers import services
from drivers.errors import NoPhone, TooManyLinks
from drivers.models import SignInCode, SignInLink
from kernel.errors import NotFound
from tests.accounts.factories import make_user, post
from tests.drivers.factories import make_driver

TOKEN = "/api/auth/driver/token"
PHONE = "(212) 555-0142"


@pytest.fixture(autouse=True)
def no_other_limits(settings):
    settings.SIGN_IN_CODES_BURST = settings.SIGN_IN_CLIENT_BURST = 0


def try_code(code, challenge=None, phone=PHONE):
    body = {"phone": phone, "code": code} | ({} if challenge is None else {"challenge": challenge})
    return post(Client(), TOKEN, body)


def wrong(*codes):
    """A code that is none of these."""
    return next(text for text in map("{:06}".format, range(1_000_000)) if text not in codes)


@pytest.fixture
def ask_with_challenge(ask):
    def ask_with_challenge(phone=PHONE):
        answer, code = ask(phone=phone)
        assert answer.status_code == 202, answer.content
        return code, answer.json()["challenge"]

    return ask_with_challenge


# --- challenges --------------------------------------------------------------------------------------------------


def test_a_challenge_comes_with_every_code_and_is_kept_as_a_hash(luz, ask_with_challenge):
    code, challenge = ask_with_challenge()
    assert re.fullmatch(r"[\w-]{43}", challenge)
    assert challenge not in str(SignInCode.objects.values().get())
    assert try_code(code, challenge).status_code == 200


@pytest.mark.parametrize("with_challenge", [True, False])
def test_a_strangers_wrong_codes_cost_the_driver_nothing(luz, ask_with_challenge, with_challenge):
    code, challenge = ask_with_challenge()
    another, strangers = ask_with_challenge()
    for _ in range(15):
        assert try_code(wrong(code, another), strangers if with_challenge else None).status_code == 401
    assert try_code(code, challenge).status_code == 200


def test_codes_that_strangers_ask_for_do_not_push_out_the_drivers_own(luz, ask_with_challenge):
    code, challenge = ask_with_challenge()
    for _ in range(9):
        ask_with_challenge()
    assert try_code(code, challenge).status_code == 200


def test_five_wrong_codes_are_the_end_of_a_challenge(luz, ask_with_challenge):
    code, challenge = ask_with_challenge()
    for _ in range(5):
        assert try_code(wrong(code), challenge).status_code == 401
    assert try_code(code, challenge).status_code == 401
    row = SignInCode.objects.get()
    assert (row.challenge_tries, row.tries) == (5, 0)
    fresh, fresh_challenge = ask_with_challenge()
    assert try_code(fresh, fresh_challenge).status_code == 200


def test_without_a_challenge_the_code_is_good_as_before(luz, ask_with_challenge):
    code, challenge = ask_with_challenge()
    for _ in range(5):
        try_code(wrong(code), challenge)
    assert try_code(code).status_code == 200


def test_the_code_of_the_first_message_is_good_with_the_challenge_of_the_second(luz, ask_with_challenge):
    code, _ = ask_with_challenge()
    _, challenge = ask_with_challenge()
    assert try_code(code, challenge).status_code == 200


@pytest.mark.parametrize("challenge", ["", "nonsense", "é" * 100, "\udcff"])
def test_a_challenge_that_never_was_is_as_good_as_none(luz, ask_with_challenge, challenge):
    code, _ = ask_with_challenge()
    answer = try_code(code, challenge)
    assert answer.status_code == (400 if challenge == "\udcff" else 200)


def test_a_challenge_belongs_to_its_own_number(luz, ask_with_challenge):
    make_driver(cell_phone="(212) 555-0177")
    code, _ = ask_with_challenge()
    _, challenge = ask_with_challenge("(212) 555-0177")
    try_code(wrong(code), challenge)
    assert list(SignInCode.objects.order_by("pk").values_list("tries", "challenge_tries")) == [(1, 0), (0, 0)]


@pytest.mark.parametrize("challenge", [5, None, ["a"], "a" * 101])
@pytest.mark.django_db
def test_a_challenge_is_a_text(challenge):
    answer = post(Client(), TOKEN, {"phone": PHONE, "code": "123456", "challenge": challenge})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"challenge"}


# --- over a day --------------------------------------------------------------------------------------------------


def test_ten_codes_go_to_one_number_in_a_day(luz, ask):
    for _ in range(10):
        assert ask(phone=PHONE)[0].status_code == 202
    refused, code = ask(phone="+1 212-555-0142")
    assert (refused.status_code, code) == (429, None)
    assert refused.json()["error"]["code"] == "rate_limited"
    assert "Ask your dispatcher for a link" in refused.json()["error"]["message"]
    assert 0 < int(refused["Retry-After"]) <= 24 * 60 * 60
    assert SignInCode.objects.count() == 10
    assert ask(phone="212 555 0199")[0].status_code == 202


def test_after_twenty_wrong_codes_in_a_day_a_number_has_links_only(luz, ask):
    _, code = ask(phone=PHONE)
    for _ in range(20):
        assert try_code(wrong(code)).status_code == 401
    refused = try_code(code)
    assert refused.status_code == 429
    assert "Ask your dispatcher for a link" in refused.json()["error"]["message"]
    refused, none = ask(phone=PHONE)
    assert (refused.status_code, none) == (429, None)
    services.create_link(actor=make_user("manager").actor, driver_id=luz.pk)


def test_one_who_has_a_challenge_may_still_use_it(luz, ask_with_challenge):
    code, challenge = ask_with_challenge()
    for _ in range(25):
        try_code(wrong(code))
    assert try_code(wrong(code), challenge).status_code == 401
    assert try_code(code, challenge).status_code == 200


def test_right_codes_are_not_counted_and_guesses_where_none_was_sent_spoil_nothing(luz, ask, settings):
    settings.SIGN_IN_CODES_PER_DAY = 0
    for _ in range(25):
        assert try_code("123456").status_code == 401
    for _ in range(25):
        _, code = ask(phone=PHONE)
        assert try_code(code).status_code == 200


def test_unknown_numbers_are_limited_alike(db, ask):
    ask(phone=PHONE)
    for _ in range(20):
        assert try_code("123456").status_code == 401
    assert try_code("123456").status_code == 429
    assert ask(phone=PHONE)[0].status_code == 429


def test_the_limits_of_a_day_are_settings_and_zero_is_none(luz, ask, settings):
    settings.SIGN_IN_CODES_PER_DAY = 2
    assert [ask(phone=PHONE)[0].status_code for _ in range(3)] == [202, 202, 429]
    settings.SIGN_IN_CODES_PER_DAY = 0
    settings.SIGN_IN_WRONG_CODES_PER_DAY = 1
    _, code = ask(phone=PHONE)
    assert [try_code(wrong(code)).status_code for _ in range(2)] == [401, 429]
    assert ask(phone=PHONE)[0].status_code == 429
    settings.SIGN_IN_WRONG_CODES_PER_DAY = 0
    _, code = ask(phone=PHONE)
    assert [try_code(text).status_code for text in (wrong(code), code)] == [401, 200]


# --- links -------------------------------------------------------------------------------------------------------


def test_links_to_one_driver_are_limited(texts, luz, django_capture_on_commit_callbacks):
    actor = make_user().actor
    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            services.send_link(actor=actor, driver_id=luz.pk)
    with pytest.raises(TooManyLinks) as refused:
        services.send_link(actor=make_user().actor, driver_id=luz.pk)
    with django_capture_on_commit_callbacks(execute=True):
        services.send_link(actor=actor, driver_id=make_driver().pk)
    assert 0 < refused.value.retry_after <= 3600
    assert len(texts) == 4
    assert SignInLink.objects.filter(driver_id=luz.pk).count() == 3


def test_a_link_that_was_not_sent_is_not_counted(db):
    actor, driver = make_user().actor, make_driver(cell_phone="ask Maria")
    for _ in range(5):
        with pytest.raises(NoPhone):
            services.send_link(actor=actor, driver_id=driver.pk)
        with pytest.raises(NotFound):
            services.send_link(actor=actor, driver_id=999_999)


def test_a_new_link_takes_the_place_of_those_that_were_not_used(luz):
    manager = make_user("manager").actor
    used, unused, other = (
        services.create_link(actor=manager, driver_id=driver.pk) for driver in (luz, luz, make_driver())
    )
    SignInLink.objects.filter(driver_id=luz.pk).update(revoked_at=None)
    first = SignInLink.objects.order_by("pk").first()
    SignInLink.objects.filter(pk=first.pk).update(used_at=first.created_at)
    services.send_link(actor=make_user().actor, driver_id=luz.pk)
    good = [Client().get(url[url.index("/d/") :]).status_code == 200 for url in (used, unused, other)]
    assert good == [True, False, True]
    assert SignInLink.objects.filter(driver_id=luz.pk, revoked_at=None).count() == 2
