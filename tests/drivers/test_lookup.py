"""A number finds its trucks by every door, however the row and the question are written."""

import re
from contextlib import nullcontext

import pytest
from django.test import Client

from drivers import lookup, phones, selectors, services
from drivers.errors import NoPhone
from drivers.models import Driver, SignInCode, SignInLink
from tests.accounts.factories import browser_client, make_user, post
from tests.drivers import spellings
from tests.drivers.factories import make_driver

CODE, TOKEN, PAGE = "/api/auth/driver/code", "/api/auth/driver/token", "/driver/sign-in"
SPELLINGS = [spelling for spelling in spellings.phones() if len(spelling.written) <= 50]
ONE = [spelling for spelling in SPELLINGS if len(spelling.numbers) == 1]
"""What a driver may type: the API's field has room for fifty."""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits(settings):
    for name in ("CODES_BURST", "CODES_PER_DAY", "WRONG_CODES_PER_DAY", "CLIENT_BURST", "LINKS_BURST"):
        setattr(settings, f"SIGN_IN_{name}", 0)


def write(driver: Driver, text: str) -> None:
    """As the older system does: by itself, at any time."""
    Driver.objects.filter(pk=driver.pk).update(cell_phone=text)


def test_a_row_is_found_by_each_of_its_numbers_whatever_its_spelling(driver):
    for spelling in SPELLINGS:
        write(driver, spelling.written)
        for number in {*spelling.numbers, "+16561234567", "+16567234567"}:
            found = [each.pk for each in selectors.signing_in_by(number)]
            assert found == [driver.pk] * (number in spelling.numbers), (spelling, number)


def test_what_is_typed_for_a_code_is_read_alike_by_rest_and_page(driver, texts, django_capture_on_commit_callbacks):
    for spelling in SPELLINGS:
        number = spelling.numbers[0] if spelling.numbers else "+17015550100"
        write(driver, number)
        texts.clear()
        with django_capture_on_commit_callbacks(execute=True):
            by_rest = post(Client(), CODE, {"phone": spelling.written})
            by_page = Client().post(PAGE, {"contact": spelling.written})
        one = len(spelling.numbers) == 1
        assert (by_rest.status_code, by_page.status_code) == ((202, 200) if one else (400, 400)), spelling
        assert [phone for phone, _ in texts] == [number] * (2 if one else 0), spelling


def test_what_is_typed_with_a_code_is_read_as_it_was_for_the_code(driver):
    for spelling in ONE:
        write(driver, spelling.numbers[0])
        SignInCode.objects.all().delete()
        services.codes._new_code(address=spelling.numbers[0], challenge="x")
        (row,) = SignInCode.objects.all()
        SignInCode.objects.update(code_hash=services.codes._hash(row.address, "123456"))
        answer = post(Client(), TOKEN, {"phone": spelling.written, "code": "123456"})
        assert answer.status_code == 200, spelling


def test_a_search_for_a_number_finds_it_however_it_is_typed(driver, office):
    make_driver(cell_phone="(303) 555-0100")
    for spelling in ONE:
        if not phones.one_number(spelling.written):
            continue  # With words beside it, words are looked for too.
        write(driver, phones.shown(spelling.numbers[0]))
        found = office.get("/api/drivers", {"search": spelling.written}).json()["results"]
        assert [each["id"] for each in found] == [driver.pk], spelling


def test_a_link_goes_to_the_first_number_of_a_row_or_nowhere(driver, texts, django_capture_on_commit_callbacks):
    actor = make_user().actor
    for spelling in SPELLINGS:
        write(driver, spelling.written)
        texts.clear()
        SignInLink.objects.all().delete()
        with (
            django_capture_on_commit_callbacks(execute=True),
            nullcontext() if spelling.numbers else pytest.raises(NoPhone),
        ):
            services.send_link(actor=actor, driver_id=driver.pk)
        assert [phone for phone, _ in texts] == list(spelling.numbers[:1]), spelling
        assert SignInLink.objects.exists() == bool(spelling.numbers)


def test_the_office_is_told_that_there_is_no_number_that_can_be_read(driver, texts):
    write(driver, "(656) 123-4567")
    given = {"action": "send_link", "_selected_action": [driver.pk]}
    page = browser_client(make_user()).post("/admin/drivers/driver/", given, follow=True).content.decode()
    assert "no phone number that can be read" in page
    assert "1 done" not in page
    assert texts == []


@pytest.mark.parametrize("typed", ["55 1234 5678", "656 123 4567", "5550100", "hello"])
def test_where_the_country_code_is_missing_the_words_ask_for_it(typed):
    words = post(Client(), CODE, {"phone": typed}).json()["error"]["fields"]["phone"]
    assert "country code" in words[0]
    assert "country code" in Client().post(PAGE, {"contact": typed}).content.decode()
    several = post(Client(), CODE, {"phone": "701-555-0100, 701-555-0199"}).json()["error"]["fields"]["phone"]
    assert several == ["Give one phone number only."]


@pytest.mark.parametrize(
    ("written", "typed", "finds"),
    [
        ("(701) 555-0100 / 555-0199", "0199", True),
        ("(701) 555-0100 / 555-0199", "555-0199", True),
        ("(701) 555-0100 / 555-0199", "701 555 0199", True),
        ("٧٠١ ٥٥٥ ٠١٠٠", "555-0100", True),
        ("701\u200b555\u20130100", "5550100", True),
        ("701-555-0100", "555\u20110100", True),
        ("701-555-0100", "٠١٠٠", True),
        ("52 656 123 4567", "656 123 4567", True),
        ("701-555-0100 24/7", "+1 (701) 555-0100", True),
        ("+52 656 723 4567", "656-723-4567", True),
        ("701-555-0100", "555-0101", False),
    ],
)
def test_part_of_a_number_finds_it_too(office, written, typed, finds):
    driver = make_driver(cell_phone=written)
    found = office.get("/api/drivers", {"search": typed}).json()["results"]
    assert [each["id"] for each in found] == [driver.pk] * finds


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("Luz 701-555-0100", True),
        ("+1 701 555 0100 luz", True),
        ("T-9 (701) 555-0100 Luz", True),
        ("Ana 701-555-0100", False),
        ("Luz 701-555-0101", False),
    ],
)
def test_a_word_and_a_number_find_the_row_that_has_both(office, typed, finds):
    driver = make_driver(driver_name="Luz", truck_number="T-9", cell_phone="7015550100")
    make_driver(driver_name="Luz", truck_number="T-8", cell_phone="(303) 555-0100")
    found = office.get("/api/drivers", {"search": typed}).json()["results"]
    assert [each["id"] for each in found] == [driver.pk] * finds


def test_a_whole_number_finds_no_other(office):
    driver = make_driver(cell_phone="701-555-0100")
    make_driver(cell_phone="+63 701 555 0100 1")
    make_driver(cell_phone="+91 70155 50100", email="7015550100@example.com")
    found = office.get("/api/drivers", {"search": "7015550100"}).json()["results"]
    assert [each["id"] for each in found] == [driver.pk]


def test_a_mail_address_is_found_whatever_its_case(driver):
    for text, address in (
        ("Ana@Example.com", "ana@example.com"),
        ("boss@x.org; ANA_B@example.com", "ana_b@example.com"),
        ("ÑANDÚ@example.com", "ñandú@example.com"),
    ):
        Driver.objects.filter(pk=driver.pk).update(email=text)
        assert [each.pk for each in selectors.signing_in_by(address)] == [driver.pk]
        assert selectors.signing_in_by(address.replace("a", "%", 1)) == []
        assert selectors.signing_in_by(f"x{address}") == []


def test_texts_that_differ_only_for_a_reader_are_told_apart(driver):
    """To MySQL and MariaDB a full-width digit is the plain one, and a case or an accent is nothing."""
    other = make_driver(cell_phone="７０１-555-0101")
    write(driver, "701-555-0100")
    assert lookup.with_phone("+17015550101", among=Driver.objects.all()) == [other.pk]


def test_looking_up_reads_few_rows_however_many_there_are(django_assert_num_queries, monkeypatch):
    Driver.objects.bulk_create(Driver(cell_phone=f"(303) 555-{number:04}") for number in range(500))
    read = []
    numbers = phones.numbers
    monkeypatch.setattr(phones, "numbers", lambda text: read.append(text) or numbers(text))
    with django_assert_num_queries(2):
        assert len(selectors.signing_in_by("+13035550123")) == 1
    assert len(read) < 10


def test_the_administration_lists_what_cannot_be_read_and_finds_by_number(driver):
    manager = browser_client(make_user("manager"))
    write(driver, "do not call")
    good = make_driver(driver_name="Good", cell_phone="(701) 555-0100 / 555-0199")
    make_driver(driver_name="Empty", cell_phone="")
    make_driver(driver_name="Null", cell_phone=None)

    def listed(**asked):
        page = manager.get("/admin/drivers/driver/", asked).content.decode()
        return set(re.findall(r"/admin/drivers/driver/(\d+)/change/", page)), page

    ids, _ = listed(phone_read="no")
    assert ids == {str(driver.pk)}
    assert len(listed(phone_read="none")[0]) == 2
    ids, page = listed(q="+1 (701) 555\u20110199")
    assert ids == {str(good.pk)}
    assert "+17015550100, +17015550199" in page
    assert listed(q="0199")[0] == {str(good.pk)}
    assert listed(q="Good")[0] == {str(good.pk)}

    services.request_code(address="+17015550100", client="x")
    codes = manager.get("/admin/drivers/signincode/", {"q": "(701) 555-0100"}).content.decode()
    assert "+17015550100" in codes
