"""A driver signs in with six digits that were sent to the phone or mail of their truck."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import AuthSession
from drivers.models import Driver, SignInCode
from jobs.enums import State
from jobs.models import Job
from journal.models import Entry, IdempotencyKey
from kernel import clock, sms
from tests.accounts.factories import post
from tests.drivers.factories import make_driver

CODE, TOKEN = "/api/auth/driver/code", "/api/auth/driver/token"
PHONE = "(212) 555-0142"


def sign_in(**body):
    return post(Client(), TOKEN, body)


def error_of(answer, status):
    assert answer.status_code == status, answer.content
    return answer.json()["error"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def age_codes(by: timedelta) -> None:
    SignInCode.objects.update(expires_at=clock.now() + timedelta(minutes=10) - by)


# --- the way it should go ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        {"phone": PHONE}, {"phone": "+1 212.555.0142"}, {"phone": "12125550142"}, {"phone": "212-555-0199"},
        {"email": "luz@example.com"}, {"email": " LUZ@example.COM "},
    ],
)  # fmt: skip
def test_a_code_signs_in_by_phone_and_by_mail(luz, ask, address):
    answer, code = ask(**address)
    assert answer.status_code == 202
    signed_in = sign_in(**address, code=code).json()
    assert signed_in["user"] == luz.actor.as_dict()
    assert (
        Client(headers={"Authorization": f"Bearer {signed_in['access']}"}).get(f"/api/drivers/{luz.pk}").status_code
        == 200
    )
    assert post(Client(), "/api/auth/token/refresh", {"refresh": signed_in["refresh"]}).status_code == 200
    assert AuthSession.objects.get().way == "code"
    assert Entry.objects.filter(verb="sign_in", object_type="driver", object_id=luz.pk).exists()


def test_the_code_goes_to_the_address_that_was_asked_for_in_the_drivers_language(luz, ask, texts):
    ask(phone="212-555-0199")
    assert [phone for phone, _ in texts] == ["+12125550199"]


def test_a_code_is_not_kept_readable(luz, ask):
    _, code = ask(phone=PHONE)
    row = SignInCode.objects.get()
    assert code not in row.code_hash
    assert row.address == "+12125550142"


# --- the same answer for everybody -------------------------------------------------------------------------------


def test_an_unknown_address_gets_the_same_answer_and_nothing_is_sent(luz, ask, django_assert_num_queries):
    known, _ = ask(phone=PHONE)
    shapes = {(known.status_code, len(known.content), *known.json())}
    challenges = {known.json()["challenge"]}
    for address in ({"phone": "(212) 555-0177"}, {"email": "nobody@example.com"}):
        unknown, code = ask(**address)
        shapes.add((unknown.status_code, len(unknown.content), *unknown.json()))
        challenges.add(unknown.json()["challenge"])
        assert code is None
    assert shapes == {(202, len(known.content), "expires_in", "challenge")}
    assert len(challenges) == 3


def test_an_unknown_address_costs_what_a_known_one_costs(luz, ask, django_assert_max_num_queries):
    """What is sent, or not, is the job's affair; it finds out who that is."""
    with django_assert_max_num_queries(40) as known:
        post(Client(), CODE, {"phone": PHONE})
    with django_assert_max_num_queries(40) as unknown:
        post(Client(), CODE, {"phone": "(212) 555-0177"})
    assert len(known.captured_queries) == len(unknown.captured_queries)


def test_an_inactive_truck_is_unknown(luz, ask):
    Driver.objects.update(is_active=False)
    answer, code = ask(phone=PHONE)
    assert (answer.status_code, code) == (202, None)


def test_a_truck_taken_out_meanwhile_signs_nobody_in(luz, ask):
    _, code = ask(phone=PHONE)
    Driver.objects.update(is_active=False)
    assert error_of(sign_in(phone=PHONE, code=code), 401)["code"] == "not_authenticated"
    assert not AuthSession.objects.exists()


# --- what a code is not good for ----------------------------------------------------------------------------------


def test_a_code_is_good_once(luz, ask):
    _, code = ask(phone=PHONE)
    assert sign_in(phone=PHONE, code=code).status_code == 200
    assert error_of(sign_in(phone=PHONE, code=code), 401)["code"] == "not_authenticated"
    assert AuthSession.objects.count() == 1


def test_a_code_is_good_for_ten_minutes(luz, ask):
    _, code = ask(phone=PHONE)
    age_codes(timedelta(minutes=10))
    assert error_of(sign_in(phone=PHONE, code=code), 401)
    age_codes(timedelta(minutes=9))
    assert sign_in(phone=PHONE, code=code).status_code == 200


def test_five_wrong_tries_are_the_end_of_a_code(luz, ask):
    _, code = ask(phone=PHONE)
    for _ in range(4):
        assert error_of(sign_in(phone=PHONE, code=wrong(code)), 401)
    assert SignInCode.objects.get().tries == 4
    assert error_of(sign_in(phone=PHONE, code=wrong(code)), 401)
    assert error_of(sign_in(phone=PHONE, code=code), 401)
    assert not AuthSession.objects.exists()
    _, fresh = ask(phone=PHONE)
    assert sign_in(phone=PHONE, code=fresh).status_code == 200


def test_of_the_codes_that_were_asked_for_the_newest_three_are_good(luz, ask):
    codes = [ask(phone=PHONE)[1] for _ in range(4)]
    if codes[0] not in codes[1:]:
        assert error_of(sign_in(phone=PHONE, code=codes[0]), 401)
    for code in codes[1:]:
        assert sign_in(phone=PHONE, code=code).status_code == 200
    assert error_of(sign_in(phone=PHONE, code=codes[1]), 401)


@pytest.mark.parametrize(
    "written",
    [
        "{0}{1}", "{0} {1}", "{0}-{1}", " {0}{1}", "{0}{1}\n", "{0}\u00a0{1}", "{0}\u2013{1}", "{0}\u2011{1}",
        "{0}\u200b{1}", "\u2068{0}{1}\u2069", "{0}.{1}", "({0}) {1}", "code: {0}{1}", "G-{0}{1}",
        "{0}{1} is your code for Driver Offers. It works for 10 minutes. Do not share it.",
        "{0}\u00a0{1} is your code",
        "{0}\u2011{1} is your code",
        "{0}{1} es tu código para Driver Offers. Sirve durante 10 minutos.",
    ],
)  # fmt: skip
def test_the_digits_of_a_code_are_read_however_it_is_pasted(luz, ask, written):
    _, code = ask(phone=PHONE)
    answer = sign_in(phone=PHONE, code=written.format(code[:3], code[3:]))
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("zero", ["٠", "۰", "०", "０", "๐", "𝟎"])
def test_a_code_may_be_in_digits_of_another_script(luz, ask, zero):
    _, code = ask(phone=PHONE)
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code)
    assert sign_in(phone=PHONE, code=typed).status_code == 200


def test_a_code_is_good_for_its_own_address_only(luz, ask):
    other = make_driver(cell_phone="(212) 555-0143")
    _, code = ask(phone=PHONE)
    ask(phone=other.cell_phone)
    SignInCode.objects.filter(address="+12125550143").update(
        code_hash=SignInCode.objects.get(address="+12125550142").code_hash
    )
    assert error_of(sign_in(phone=other.cell_phone, code=code), 401)


def test_no_code_was_sent(luz):
    assert error_of(sign_in(phone=PHONE, code="000000"), 401)["code"] == "not_authenticated"


# --- several trucks on one number ---------------------------------------------------------------------------------


def test_several_trucks_on_one_number_are_to_be_chosen_from_and_the_code_stays_good(luz, ask):
    other = make_driver(driver_name="Ana", truck_number="A-1", cell_phone="212 555 0142")
    luz.truck_number = "B-1"
    luz.save()
    _, code = ask(phone=PHONE)
    for _ in range(7):
        refusal = error_of(sign_in(phone=PHONE, code=code), 409)
    assert refusal["code"] == "choose_driver"
    assert refusal["drivers"] == [
        {"driver_id": other.pk, "name": "Ana", "truck_number": "A-1"},
        {"driver_id": luz.pk, "name": "Luz", "truck_number": "B-1"},
    ]
    assert not AuthSession.objects.exists()
    assert sign_in(phone=PHONE, code=code, driver_id=luz.pk).json()["user"]["id"] == luz.pk
    assert error_of(sign_in(phone=PHONE, code=code, driver_id=other.pk), 401)


def test_a_truck_that_is_not_ones_own_cannot_be_chosen(luz, ask):
    stranger = make_driver()
    _, code = ask(phone=PHONE)
    assert set(error_of(sign_in(phone=PHONE, code=code, driver_id=stranger.pk), 400)["fields"]) == {"driver_id"}
    assert not AuthSession.objects.exists()


def test_who_drives_what_is_not_told_without_the_code(luz, ask):
    make_driver(cell_phone=PHONE)
    _, code = ask(phone=PHONE)
    assert "drivers" not in error_of(sign_in(phone=PHONE, code=wrong(code)), 401)


# --- limits ------------------------------------------------------------------------------------------------------


def test_codes_to_one_address_are_limited(luz, ask, settings):
    for _ in range(settings.SIGN_IN_CODES_BURST):
        assert ask(phone=PHONE)[0].status_code == 202
    refused, code = ask(phone="+1 212 555 0142")
    assert error_of(refused, 429)["code"] == "rate_limited"
    assert int(refused["Retry-After"]) > 0
    assert code is None
    assert ask(email="luz@example.com")[0].status_code == 202


def test_unknown_addresses_are_limited_alike(db, ask, settings):
    for _ in range(settings.SIGN_IN_CODES_BURST):
        ask(phone=PHONE)
    assert error_of(ask(phone=PHONE)[0], 429)


def test_codes_that_one_client_asks_for_are_limited(db, ask, settings):
    settings.SIGN_IN_CLIENT_BURST = 3
    for number in range(3):
        assert ask(phone=f"212 555 010{number}")[0].status_code == 202
    assert error_of(ask(phone="212 555 0109")[0], 429)
    assert SignInCode.objects.count() == 3


def test_a_client_that_guesses_is_limited_and_one_that_does_not_is_not(luz, ask, settings):
    settings.SIGN_IN_CLIENT_BURST = 4
    settings.SIGN_IN_CODES_BURST = 0
    for _ in range(4):
        _, code = ask(phone=PHONE)
        assert sign_in(phone=PHONE, code=code).status_code == 200
    for number in range(4):
        assert error_of(sign_in(phone=f"212 555 010{number}", code="123456"), 401)
    assert error_of(sign_in(phone="212 555 0105", code="123456"), 429)


# --- nonsense ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone"), ({"phone": PHONE, "email": "a@b.co"}, "phone"), ({"phone": "555-0142"}, "phone"),
        ({"phone": f"{PHONE} 212 555 0143"}, "phone"), ({"phone": "\x00"}, "phone"), ({"phone": 2125550142}, "phone"),
        ({"phone": "1" * 51}, "phone"), ({"phone": ""}, "phone"), ({"phone": None}, "phone"),
        ({"email": "luz"}, "email"), ({"email": "a@b.co, c@d.co"}, "email"), ({"email": "a@b.co" * 50}, "email"),
        ({"phone": PHONE, "really": True}, "really"), ({"phone": "💥"}, "phone"), ({"email": "<b>@"}, "email"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_an_address_that_is_none_is_refused_by_name(ask, body, field):
    answer, _ = ask(**body)
    assert field in error_of(answer, 400)["fields"]
    assert field in error_of(post(Client(), TOKEN, body | {"code": "123456"}), 400)["fields"]
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "12345a", "½23456", " 12345", "123456 or 123457", "1" * 300, 123456, None, "\x00" * 6],
)
@pytest.mark.django_db
def test_a_code_has_six_digits(code):
    assert set(error_of(sign_in(phone=PHONE, code=code), 400)["fields"]) == {"code"}


@pytest.mark.parametrize("driver_id", [0, -1, "1", 1.5, True, 10**12])
@pytest.mark.django_db
def test_a_choice_is_an_id(driver_id):
    assert set(error_of(sign_in(phone=PHONE, code="123456", driver_id=driver_id), 400)["fields"]) == {"driver_id"}


@pytest.mark.parametrize("path", [CODE, TOKEN])
@pytest.mark.django_db
def test_only_json_objects_come_in(path):
    client = Client()
    assert error_of(client.post(path, "{", content_type="application/json"), 400)["code"] == "malformed_json"
    assert error_of(client.post(path, "[1]", content_type="application/json"), 400)["code"] == "validation_error"
    assert error_of(client.post(path, {"phone": PHONE}), 415)["code"] == "unsupported_media_type"
    assert client.get(path).status_code == 405


def test_a_carriers_failure_is_logged_without_what_was_sent(luz, ask, monkeypatch, caplog):
    said = []

    def fail(self, *, phone, text):
        said.append(text)
        raise ConnectionError(f"cannot send {text} to {phone}")

    monkeypatch.setattr(sms.ConsoleSms, "send", fail)
    ask(phone=PHONE)
    (line,) = caplog.records
    job = Job.objects.get()
    assert line.getMessage().startswith(
        f"#{job.pk} drivers.sign_in_messages.send_code: try 1 of 7 went wrong: ConnectionError at "
    )
    assert job.state == State.WAITING
    code = re.search(r"\d{6}", said[0])[0]
    assert code not in caplog.text
    assert "0142" not in caplog.text


def test_a_repeated_request_with_one_key_sends_one_code(luz):
    answers = [post(Client(), CODE, {"phone": PHONE}, Idempotency_Key="press-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert answers[1]["Idempotent-Replay"] == "true"
    assert SignInCode.objects.count() == 1


def test_a_refused_request_for_a_code_leaves_no_row(luz):
    for body in ({"phone": "1"}, {"phone": PHONE, "x" * 900_000: 1}, {}):
        assert post(Client(), CODE, body, Idempotency_Key="press-1").status_code == 400
    assert not SignInCode.objects.exists()
    assert not IdempotencyKey.objects.exists()
