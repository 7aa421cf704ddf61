"""Forms whose token another tab has made stale: nothing is done, and pressing again works."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import AuthSession
from drivers import services
from drivers.models import SignInCode
from kernel.actors import SYSTEM
from tests.accounts.factories import PASSWORD, make_user
from tests.drivers.factories import make_driver

pytestmark = pytest.mark.django_db

OURS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Referer": "https://evil.example/page"},
]


class Browser:
    """A browser that two tabs share. A tab is what was last shown there: its form and its token."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def open(self, path: str) -> str:
        return self.client.get(path).content.decode()

    def press(self, tab: str, path: str, headers=None, **typed: str):
        """Post the form for `path` in this tab, with what is typed besides."""
        form = next(each for each in re.findall(r"<form.*?</form>", tab, re.DOTALL) if f'action="{path}"' in each)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.client.post(path, hidden | typed, headers=OURS if headers is None else headers)


@pytest.fixture
def browser() -> Browser:
    return Browser()


def link_of(driver) -> str:
    return services.create_link(actor=SYSTEM, driver_id=driver.pk).removeprefix(django_settings.PUBLIC_URL)


def make_stale(browser: Browser) -> None:
    """Another tab signs in and out again: the token is another one, and no user is signed in."""
    user = make_user()
    assert sign_in(browser, user).status_code == 302
    home = browser.open("/")
    assert browser.press(home, "/sign-out").status_code == 302


def sign_in(browser: Browser, user):
    return browser.press(browser.open("/sign-in"), "/sign-in", username=user.username, password=PASSWORD)


# --- the office


def test_one_who_has_signed_in_in_another_tab_goes_where_they_were_going(browser):
    user = make_user()
    first, second = browser.open("/sign-in"), browser.open("/sign-in?next=/trucks/")
    answer = browser.press(first, "/sign-in", username=user.username, password=PASSWORD)
    assert answer.status_code == 302
    answer = browser.press(second, "/sign-in", username=user.username, password=PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/trucks/")
    assert AuthSession.objects.count() == 1


def test_otherwise_the_form_comes_again_with_the_name_and_works(browser):
    user, tab = make_user(), browser.open("/sign-in?next=/trucks/")
    make_stale(browser)
    again = browser.press(tab, "/sign-in", username=user.username, password=PASSWORD)
    assert again.status_code == 403
    assert "no-store" in again["Cache-Control"]
    assert (again.context["username"], again.context["next"]) == (user.username, "/trucks/")
    assert PASSWORD not in again.content.decode()
    assert not AuthSession.objects.filter(actor_id=user.pk).exists()
    answer = browser.press(again.content.decode(), "/sign-in", username=user.username, password=PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/trucks/")


@pytest.mark.parametrize("headers", [OURS, {}], ids=["a browser of today", "one that says nothing of the page"])
def test_a_form_without_any_cookie_comes_again_and_works(headers, browser):
    user = make_user()
    again = browser.client.post("/sign-in", {"username": user.username, "password": PASSWORD}, headers=headers)
    assert again.status_code == 403
    assert "Allow cookies" in again.context["error"]
    answer = browser.press(again.content.decode(), "/sign-in", username=user.username, password=PASSWORD)
    assert answer.status_code == 302


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/driver/sign-in", "/driver/code", "/i18n/setlang/"])
def test_a_request_from_a_foreign_page_stays_refused(path, headers, browser):
    user = make_user()
    sign_in(browser, user)
    form = {"username": user.username, "password": PASSWORD, "contact": "a@example.com", "code": "123456"}
    answer = browser.client.post(path, form | {"language": "es", "next": "/trucks/"}, headers=headers)
    assert answer.status_code == 403
    assert "Location" not in answer
    assert "csrfmiddlewaretoken" not in re.sub(r"<footer.*?</footer>", "", answer.content.decode(), flags=re.DOTALL)
    assert AuthSession.objects.filter(ended_at=None).count() == 1
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_stale_form_leads_nowhere_else(wanted, browser):
    user, tab = make_user(), browser.open("/sign-in")
    sign_in(browser, user)
    assert browser.press(tab, "/sign-in", username=user.username, password=PASSWORD, next=wanted)["Location"] == "/"


# --- the driver


def test_a_driver_who_has_signed_in_in_another_tab_goes_on(browser):
    driver = make_driver()
    code, contact = browser.open("/driver/sign-in?next=/driver/?offer=5"), browser.open("/driver/sign-in")
    path = link_of(driver)
    assert browser.press(browser.open(path), path)["Location"] == "/driver/"
    for tab in (code, contact):
        answer = browser.press(tab, "/driver/sign-in", contact=driver.cell_phone)
        assert answer.status_code == 302
        assert answer["Location"] == ("/driver/?offer=5" if tab is code else "/driver/")
    assert not SignInCode.objects.exists()


def test_the_drivers_form_comes_again_with_the_number(browser):
    driver, tab = make_driver(), browser.open("/driver/sign-in?next=/driver/?offer=5")
    make_stale(browser)
    again = browser.press(tab, "/driver/sign-in", contact=driver.email)
    assert again.status_code == 403
    assert (again.context["contact"], again.context["next"]) == (driver.email, "/driver/?offer=5")
    assert not SignInCode.objects.exists()
    answer = browser.press(again.content.decode(), "/driver/sign-in", contact=driver.email)
    assert (answer.status_code, answer.context["step"]) == (200, "code")


def test_the_code_comes_again_with_what_was_typed(browser):
    driver = make_driver()
    tab = browser.press(browser.open("/driver/sign-in"), "/driver/sign-in", contact=driver.email).content.decode()
    make_stale(browser)
    again = browser.press(tab, "/driver/code", code="123456")
    assert (again.status_code, again.context["step"]) == (403, "code")
    assert (again.context["contact"], again.context["code"]) == (driver.email, "123456")
    assert 'value="123456"' in again.content.decode()
    assert SignInCode.objects.get().tries == 0
    assert browser.press(again.content.decode(), "/driver/code", code="123456").status_code == 401


def test_a_link_pressed_in_two_tabs(browser):
    driver = make_driver()
    path = link_of(driver)
    first, second = browser.open(path), browser.open(path)
    assert browser.press(first, path)["Location"] == "/driver/"
    answer = browser.press(second, path)
    assert (answer.status_code, answer["Location"]) == (302, "/driver/")
    assert AuthSession.objects.count() == 1


def test_another_drivers_link_asks_again(browser):
    one, other = link_of(make_driver()), link_of(make_driver(driver_name="Olga"))
    stale = browser.open(other)
    browser.press(browser.open(one), one)
    again = browser.press(stale, other)
    assert again.status_code == 403
    assert "Olga" in again.content.decode()
    assert again["Referrer-Policy"] == "same-origin"
    assert browser.press(again.content.decode(), other)["Location"] == "/driver/"
    assert AuthSession.objects.filter(ended_at=None).count() == 1


# --- language and sign-out


def test_the_language_is_switched_by_pressing_again(browser):
    tab = browser.open("/sign-in?next=/trucks/")
    make_stale(browser)
    again = browser.press(tab, "/i18n/setlang/", language="es")
    assert again.status_code == 403
    assert "django_language" not in browser.client.cookies
    page = again.content.decode()
    assert ">Español</button>" in page
    answer = browser.press(page, "/i18n/setlang/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/trucks/")
    assert browser.client.cookies["django_language"].value == "es"


def test_an_unknown_language_is_no_fault_of_ours(browser):
    tab = browser.open("/sign-in")
    make_stale(browser)
    assert browser.press(tab, "/i18n/setlang/", language="xx\0").status_code == 403


def test_signing_out_by_pressing_again(browser):
    user = make_user()
    sign_in(browser, user)
    tab = browser.open("/")
    sign_in_again = browser.client.post("/sign-out", {}, headers=OURS)
    assert sign_in_again.status_code == 403
    browser.press(tab, "/sign-out")
    sign_in(browser, user)
    again = browser.press(tab, "/sign-out")
    assert again.status_code == 403
    assert AuthSession.objects.filter(ended_at=None).count() == 1
    assert browser.press(again.content.decode(), "/sign-out")["Location"] == "/sign-in"
    assert not AuthSession.objects.filter(ended_at=None).exists()
    assert browser.press(tab, "/sign-out")["Location"] == "/sign-in"


def test_other_pages_lead_back_to_where_the_form_stood(browser):
    sign_in(browser, make_user("admin"))
    page = "/admin/password_change/?a=b"
    headers = OURS | {"Referer": f"http://testserver{page}"}
    answer = browser.client.post("/admin/password_change/", {}, headers=headers)
    assert answer.status_code == 403
    assert f'href="{page}"' in answer.content.decode()
    answer = browser.client.post("/admin/password_change/", {}, headers={"Referer": "https://evil.example/x"})
    assert 'href="/"' in answer.content.decode()


def test_scripts_and_the_api_are_refused_as_before(browser):
    sign_in(browser, make_user())
    answer = browser.client.post("/api/socket/auth", {}, content_type="application/json", headers=OURS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
