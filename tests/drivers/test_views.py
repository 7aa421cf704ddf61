"""The driver's door as pages: a code in two or three steps, or a link."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.metrics import SIGN_IN_FAILED
from accounts.models import AuthSession, Preferences
from drivers import services
from drivers.models import Driver, SignInCode, SignInLink
from kernel import clock
from kernel.actors import SYSTEM
from tests.drivers.factories import make_driver

SIGN_IN, CODE = "/driver/sign-in", "/driver/code"


@pytest.fixture
def browser(db) -> Client:
    return Client()


@pytest.fixture
def ask(browser, texts, django_capture_on_commit_callbacks):
    def ask(contact, **more):
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(SIGN_IN, {"contact": contact, **more})
        return answer, re.search(r"\b[0-9]{6}\b", texts[-1][1])[0] if texts else None

    return ask


def link_of(driver: Driver) -> str:
    return services.create_link(actor=SYSTEM, driver_id=driver.pk).removeprefix(django_settings.PUBLIC_URL)


def is_signed_in_as(client: Client, driver: Driver) -> bool:
    answer = client.get("/api/drivers")
    return answer.status_code == 200 and [each["id"] for each in answer.json()["results"]] == [driver.pk]


# --- by code -----------------------------------------------------------------------------------------------------


def test_a_code_opens_the_door(browser, driver, ask):
    assert b'name="contact"' in browser.get(SIGN_IN).content
    answer, code = ask(driver.cell_phone)
    assert answer.status_code == 200
    assert b'name="code"' in answer.content
    answer = browser.post(CODE, {"contact": driver.cell_phone, "code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/driver/")
    assert is_signed_in_as(browser, driver)
    assert browser.get(SIGN_IN)["Location"] == "/driver/"


@pytest.mark.parametrize(
    ("wanted", "goes_to"), [("/driver/?offer=5", "/driver/?offer=5"), ("https://evil.example", "/driver/")]
)
def test_one_goes_on_to_where_one_wanted_to(browser, driver, ask, wanted, goes_to):
    _, code = ask(driver.cell_phone, next=wanted)
    answer = browser.post(CODE, {"contact": driver.cell_phone, "code": code, "next": wanted})
    assert answer["Location"] == goes_to


def test_an_unknown_address_looks_the_same(ask, texts):
    answer, _ = ask("(212) 555-0177")
    assert answer.status_code == 200
    assert b'name="code"' in answer.content
    assert texts == []


def test_a_wrong_code_is_said_so_and_asked_again(browser, driver, ask):
    _, code = ask(driver.cell_phone)
    answer = browser.post(CODE, {"contact": driver.cell_phone, "code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert answer.status_code == 401
    assert b'role="alert"' in answer.content
    assert b'name="code"' in answer.content
    assert not AuthSession.objects.exists()


def test_one_of_several_trucks_is_chosen(browser, driver, ask):
    other = make_driver(driver_name="<b>Ana</b>", cell_phone=driver.cell_phone)
    _, code = ask(driver.cell_phone)
    answer = browser.post(CODE, {"contact": driver.cell_phone, "code": code})
    assert b"&lt;b&gt;Ana&lt;/b&gt;" in answer.content
    assert f'value="{other.pk}"'.encode() in answer.content
    browser.post(CODE, {"contact": driver.cell_phone, "code": code, "driver_id": other.pk})
    assert is_signed_in_as(browser, other)


@pytest.mark.parametrize("contact", ["", "555-0142", "nobody", "\x00", "<script>alert(1)</script>", "💥" * 300])
def test_an_address_that_is_none_is_said_so(browser, contact):
    answer = browser.post(SIGN_IN, {"contact": contact})
    assert answer.status_code == 400
    assert b'role="alert"' in answer.content
    assert b"<script>alert" not in answer.content
    assert not SignInCode.objects.exists()


def test_too_many_are_told_when_to_come_again(browser, driver, ask, settings):
    settings.SIGN_IN_CODES_BURST = 1
    ask(driver.cell_phone)
    answer, _ = ask(driver.cell_phone)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_the_code_page_alone_leads_to_the_beginning(browser):
    assert browser.get(CODE)["Location"] == SIGN_IN


def test_wrong_codes_and_dead_links_are_counted(browser, driver, ask):
    def counted(way):
        return SIGN_IN_FAILED.labels(way)._value.get()

    before = counted("code"), counted("link")
    _answer, code = ask(driver.cell_phone)
    browser.post(CODE, {"contact": driver.cell_phone, "code": f"{(int(code) + 1) % 1_000_000:06}"})
    browser.post("/d/nothing")
    assert (counted("code"), counted("link")) == (before[0] + 1, before[1] + 1)


# --- what browsers keep ------------------------------------------------------------------------------------------


def test_the_field_has_room_for_what_is_pasted(browser, driver, ask):
    answer, code = ask(driver.cell_phone)
    field = re.search(r'<input[^>]*name="code"[^>]*>', answer.content.decode())[0]
    assert int(re.search(r'maxlength="(\d+)"', field)[1]) >= 100
    assert "pattern" not in field
    pasted = f"\u2068{code[:3]} {code[3:]}\u2069 is your code for Driver Offers. It works for 10 minutes."
    assert browser.post(CODE, {"contact": driver.cell_phone, "code": pasted}).status_code == 302
    assert is_signed_in_as(browser, driver)


def test_the_choice_of_a_truck_keeps_what_was_pasted(browser, driver, ask):
    make_driver(driver_name="Ana", cell_phone=driver.cell_phone)
    _, code = ask(driver.cell_phone)
    page = browser.post(CODE, {"contact": driver.cell_phone, "code": f"{code[:3]}-{code[3:]}"}).content.decode()
    typed = re.search(r'name="code" value="([^"]*)"', page)[1]
    browser.post(CODE, {"contact": driver.cell_phone, "code": typed, "driver_id": driver.pk})
    assert is_signed_in_as(browser, driver)


def test_a_strangers_wrong_codes_cost_this_browser_nothing(browser, driver, ask):
    answer, code = ask(driver.cell_phone)
    cookie = answer.cookies["sign_in_challenge"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/driver/", "Lax", 600)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for stranger in (Client(), Client()):
        for _ in range(6):
            assert stranger.post(CODE, {"contact": driver.cell_phone, "code": wrong}).status_code == 401
    answer = browser.post(CODE, {"contact": driver.cell_phone, "code": code})
    assert answer.status_code == 302
    assert answer.cookies["sign_in_challenge"].value == ""


def test_a_cookie_that_was_tampered_with_is_no_challenge(browser, driver, ask):
    _, code = ask(driver.cell_phone)
    browser.cookies["sign_in_challenge"] = "forged:by:hand"
    assert browser.post(CODE, {"contact": driver.cell_phone, "code": code}).status_code == 302


def test_the_first_of_two_codes_is_good_too(browser, driver, ask):
    _, first = ask(driver.cell_phone)
    ask(driver.cell_phone)
    assert browser.post(CODE, {"contact": driver.cell_phone, "code": first}).status_code == 302


# --- by link -----------------------------------------------------------------------------------------------------


def test_looking_at_a_link_uses_nothing_up(browser, driver):
    path = link_of(driver)
    for _ in range(3):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert driver.name.encode() in answer.content
    assert browser.head(path).status_code == 200
    assert SignInLink.objects.get().used_at is None
    assert not AuthSession.objects.exists()
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_the_button_signs_in_and_does_so_again_another_day(driver):
    path = link_of(driver)
    for _ in range(2):
        browser = Client()
        assert browser.post(path)["Location"] == "/driver/"
        assert is_signed_in_as(browser, driver)
    assert SignInLink.objects.get().used_at is not None


def test_the_button_needs_our_page(driver):
    assert Client(enforce_csrf_checks=True).post(link_of(driver)).status_code == 403
    assert not AuthSession.objects.exists()


def kill_by_time(driver):
    SignInLink.objects.update(expires_at=clock.now())


def kill_by_revoking(driver):
    services.revoke_links(actor=SYSTEM, driver_id=driver.pk)


def kill_by_phone(driver):
    Driver.objects.update(cell_phone="(212) 555-0188")


def kill_by_mail(driver):
    Driver.objects.update(email="another@example.com")


def kill_by_deactivating(driver):
    Driver.objects.update(is_active=False)


@pytest.mark.parametrize("kill", [kill_by_time, kill_by_revoking, kill_by_phone, kill_by_mail, kill_by_deactivating])
def test_a_dead_link_signs_nobody_in(browser, driver, kill):
    path = link_of(driver)
    kill(driver)
    for answer in (browser.get(path), browser.post(path)):
        assert answer.status_code == 404
        assert driver.name.encode() not in answer.content
    assert not AuthSession.objects.exists()
    assert SignInLink.objects.get().used_at is None


@pytest.mark.parametrize("token", ["x", "a" * 500, "%00", "💥", "<script>"])
def test_there_is_no_such_link(browser, token):
    assert browser.get(f"/d/{token}").status_code == 404
    assert browser.post(f"/d/{token}").status_code == 404


def test_a_browser_of_somebody_else_becomes_the_drivers(driver):
    browser, other = Client(), make_driver()
    browser.post(link_of(other))
    browser.post(link_of(driver))
    assert is_signed_in_as(browser, driver)


def test_a_new_phone_number_ends_what_the_old_one_signed_in(driver):
    browser = Client()
    browser.post(link_of(driver))
    Driver.objects.update(cell_phone="(212) 555-0188")
    assert browser.get("/api/drivers").status_code == 401


def test_a_link_speaks_the_language_that_its_driver_has_chosen(browser, driver):
    Preferences.objects.create(actor_type="driver", actor_id=driver.pk, language="es")
    address = link_of(driver)
    page = browser.get(address, headers={"Accept-Language": "en-US"}).content.decode()
    assert '<html lang="es"' in page
    assert "Yes, show my offers" not in page
    browser.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"  # chosen on this phone, with the button below
    assert "Yes, show my offers" in browser.get(address).content.decode()
