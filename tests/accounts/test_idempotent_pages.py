"""Forms that carry a key are done once: the first answer comes again, a refusal may be corrected."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

from accounts import idempotent_pages as door
from accounts.doors import office_required
from accounts.idempotent_pages import once
from journal import idempotency
from journal.models import IdempotencyKey
from kernel.errors import RateLimited
from kernel.handlers import handler400, handler403, handler404, handler500
from tests.accounts.factories import browser_client, make_user

__all__ = ["handler400", "handler403", "handler404", "handler500"]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

DONE: list[Any] = []


@office_required
@once
def words(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse("a form")
    DONE.append(request.POST["word"])
    match request.POST["word"]:
        case "refuse":
            return HttpResponse("no", status=422)
        case "break":
            raise RuntimeError("broken")
        case "forbid":
            raise PermissionDenied
        case "lead":
            return HttpResponseRedirect("/offers/?offer=12")
        case "plain":
            return HttpResponse("words", content_type="text/plain")
        case "long":
            return HttpResponse("many words " * 100_000)
    return HttpResponse(f"no. {len(DONE)}", status=200, headers={"HX-Redirect": "/offers/?offer=12", "X-Other": "1"})


@once
def for_everybody(request: HttpRequest) -> HttpResponse:
    DONE.append(request.POST["word"])
    return HttpResponse("done")


urlpatterns = [
    path("words", words),
    path("other", words),
    path("everybody", for_everybody),
    path("", include("offers_project.urls")),
]


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


@pytest.fixture
def page():
    client = browser_client(make_user())
    client.raise_request_exception = False
    return client


def send(page, word="a", key="k-1", address="/words", **fields):
    return page.post(address, {"word": word, "request_key": key, **fields})


def test_the_same_form_again_gets_the_first_answer(page):
    first, again = send(page), send(page)
    assert DONE == ["a"]
    assert (again.status_code, again.content, again["HX-Redirect"]) == (200, b"no. 1", "/offers/?offer=12")
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert "X-Other" not in again


def test_the_first_answer_leads_to_the_same_place_again_and_is_of_the_same_kind(page):
    for _ in range(2):
        led = send(page, "lead")
        assert (led.status_code, led["Location"]) == (302, "/offers/?offer=12")
        assert send(page, "plain", key="k-2")["Content-Type"] == "text/plain"
    assert DONE == ["lead", "plain"]
    assert 'href="/offers/?offer=12"' in send(page, "b").content.decode()


def test_the_order_of_its_fields_makes_no_other_form(page):
    fields = {"word": "a", "more": "1", "request_key": "k-1"}
    for form in (fields, dict(reversed(fields.items()))):
        assert page.post("/words", form).content == b"no. 1"


def test_the_key_may_come_in_a_header(page):
    for _ in range(2):
        page.post("/words", {"word": "a"}, headers={"Idempotency-Key": "k-1"})
    assert DONE == ["a"]


def test_the_token_of_the_page_is_no_part_of_what_is_said(page):
    answers = [send(page, csrfmiddlewaretoken=token) for token in ("one", "another")]
    assert answers[0].status_code == answers[1].status_code
    assert DONE == ["a"]


def test_another_key_is_another_request_and_so_is_none(page):
    send(page)
    send(page, key="k-2")
    page.post("/words", {"word": "a"})
    page.post("/words", {"word": "a"})
    assert len(DONE) == 4


@pytest.mark.parametrize("change", [{"word": "b"}, {"more": "1"}, {"address": "/other"}])
def test_a_form_that_was_changed_since_is_not_done_and_leads_to_the_first(page, change):
    send(page)
    answer = send(page, **change)
    assert DONE == ["a"]
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "It was done as the form stood then" in text
    assert 'href="/offers/?offer=12"' in text


@pytest.mark.parametrize(("word", "status"), [("refuse", 422), ("break", 500), ("forbid", 403)])
def test_what_came_to_nothing_may_be_sent_again(page, word, status):
    assert send(page, word).status_code == status
    assert not IdempotencyKey.objects.exists()
    assert send(page, "b").status_code == 200
    assert [word, "b"] == DONE


def test_while_the_first_is_being_answered_the_second_waits(page):
    send(page)
    IdempotencyKey.objects.update(status=None)
    assert send(page).status_code == 409
    assert DONE == ["a"]


def test_too_many_keys_are_told_as_such(page, monkeypatch):
    def too_many(**_of):
        raise RateLimited(retry_after=3)

    monkeypatch.setattr(idempotency, "begin", too_many)
    answer = send(page)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3")
    assert DONE == []


def test_a_key_is_its_owners(page):
    send(page)
    send(browser_client(make_user()))
    assert DONE == ["a", "a"]


def test_nothing_is_kept_for_those_who_are_not_signed_in(client):
    for _ in range(2):
        client.post("/everybody", {"word": "a", "request_key": "k-1"})
    assert DONE == ["a", "a"]
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["with space", "ü", "x" * 256])
def test_a_key_that_can_be_none_is_refused(page, key):
    assert send(page, key=key).status_code == 400
    assert DONE == []


def test_a_key_says_nothing_of_a_reading(page):
    for _ in range(2):
        answer = page.get("/words", headers={"Idempotency-Key": "k-1"})
        assert (answer.content, "Idempotent-Replay" in answer) == (b"a form", False)
    assert not IdempotencyKey.objects.exists()


def test_a_long_answer_is_kept_short(page, monkeypatch):
    send(page, "long")
    assert send(page, "long").content == b"many words " * 100_000
    actor = IdempotencyKey.objects.get().actor
    assert len(idempotency.answer_to(actor=actor, key="k-1").body) < door.MOST
    monkeypatch.setattr(door, "MOST", 1000)
    send(page, "long", key="k-2")
    again = send(page, "long", key="k-2")
    assert (again.status_code, len(DONE)) == (422, 2)
    assert "It was done" in again.content.decode()
    assert len(idempotency.answer_to(actor=actor, key="k-2").body) < 1000
