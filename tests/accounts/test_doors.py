"""What API views and pages stand on: bodies, queries, what is done once, who may come in."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiView, ApiViewSet, Router, driver_required, office_required, signed_in
from journal.models import IdempotencyKey
from kernel.errors import Conflict, RateLimited
from kernel.handlers import handler400, handler403, handler404, handler500
from kernel.shapes import CleanCharField, Shape
from tests.accounts.factories import api_client, bearer, browser_client, make_user, post

__all__ = ["handler400", "handler403", "handler404", "handler500"]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

DONE: list[Any] = []


class WordShape(Shape):
    word = CleanCharField(max_length=8)
    times = serializers.IntegerField(required=False)


class WordView(ApiView):
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response(self.query(WordShape))

    def post(self, request: Request) -> Response:
        given = self.body(WordShape)
        DONE.append(given)
        match given["word"]:
            case "refuse":
                raise Conflict("no")
            case "break":
                raise RuntimeError("broken")
            case "often":
                raise RateLimited(retry_after=3)
            case "pdf":
                return HttpResponse(b"%PDF", content_type="application/pdf")
        return Response({"n": len(DONE), **given}, status=201)


class OfficeView(ApiView):
    def get(self, request):
        return Response({})


class ThingViewSet(ApiViewSet):
    lookup_url_kwarg = "thing_id"
    permission_classes = ()

    def list(self, request: Request) -> Response:
        return Response({"did": self.action, **self.query(WordShape, strict=True)})

    def retrieve(self, request: Request, thing_id: int) -> Response:
        return Response({"did": self.action, "id": thing_id})

    @action(detail=True, methods=["post"], url_path="put-right")
    def put_right(self, request: Request, thing_id: int) -> Response:
        DONE.append(thing_id)
        return Response({"did": self.action, "id": thing_id}, status=201)


things = Router()
things.register("things", ThingViewSet, "thing")


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


urlpatterns = [
    path("api/words", WordView.as_view()),
    path("api/office", OfficeView.as_view()),
    path("api/", include(things.urls)),
    path("office", office_required(page)),
    path("driver", driver_required(page)),
    path("both", signed_in(page)),
    path("", include("offers_project.urls")),
]


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def dana() -> Client:
    """A dispatcher's client."""
    client = api_client(make_user())
    client.raise_request_exception = False
    return client


def raw(client: Client, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    return client.generic("POST", "/api/words", body, content_type=content_type, headers=headers)


# --- bodies and queries


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"word": "yes"}', 201, None),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"word": "\\ud800"}', 400, "malformed_json"),
        (b"[" * 5000, 400, "malformed_json"),
        (b'{"word": NaN}', 400, "malformed_json"),
        (b"[]", 400, "validation_error"),
        (b"7", 400, "validation_error"),
        (b"null", 400, "validation_error"),
        (b"", 400, "validation_error"),
        (b'{"word": "a\\u0000b"}', 400, "validation_error"),
        (b'{"word": "yes", "more": 1}', 400, "validation_error"),
        (b'{"word": "' + b"x" * 2_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_bodies(client, body, status, code):
    answer = raw(client, body)
    assert answer.status_code == status
    assert len(DONE) == (status == 201)
    if code:
        assert answer.json()["error"]["code"] == code
        assert answer.json()["error"]["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_only_json_is_read(client, content_type):
    answer = raw(client, b'{"word": "yes"}', content_type)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert DONE == []


def test_json_is_the_answer_whatever_is_asked_for(client):
    answer = client.get("/api/words?word=a", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_queries_are_checked_and_unknown_parameters_passed_over(client):
    assert client.get("/api/words?word=a&times=2&utm=x").json() == {"word": "a", "times": 2}
    assert client.get("/api/words?word=a&times=x").json()["error"]["fields"].keys() == {"times"}
    assert client.get("/api/words?word=%00").status_code == 400


def test_head_and_options(client):
    assert client.head("/api/words?word=a").status_code == 200
    answer = client.options("/api/words")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, POST, HEAD, OPTIONS")


def test_a_fault_of_our_own_is_told_in_the_same_form(client):
    answer = post(client, "/api/words", {"word": "break"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"


def test_unknown_addresses_under_the_api_answer_in_json_and_others_with_a_page(client):
    answer = client.get("/api/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


# --- viewsets


def test_a_viewset_answers_for_the_list_for_one_and_for_what_is_done_with_it(dana):
    assert dana.get("/api/things?word=a").json() == {"did": "list", "word": "a"}
    assert dana.get("/api/things/7").json() == {"did": "retrieve", "id": 7}
    assert post(dana, "/api/things/7/put-right", {}).json() == {"did": "put_right", "id": 7}
    assert [str(each.pattern) for each in things.urls] == [
        "things",
        "things/<int:thing_id>",
        "things/<int:thing_id>/put-right",
    ]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "things", "GET, HEAD, OPTIONS"),
        ("DELETE", "things/7", "GET, HEAD, OPTIONS"),
        ("GET", "things/7/put-right", "POST, OPTIONS"),
    ],
)
def test_a_viewset_does_at_an_address_only_what_is_done_there(dana, method, path, allowed):
    answer = dana.generic(method, f"/api/{path}", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == dana.options(f"/api/{path}")["Allow"] == allowed
    assert DONE == []


@pytest.mark.parametrize("id_", ["x", "-1", "7.0", "7/", "７"])
def test_what_is_no_id_is_nothing(dana, id_):
    for answer in (dana.get(f"/api/things/{id_}"), post(dana, f"/api/things/{id_}/put-right", {})):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert DONE == []


def test_what_a_viewset_does_is_done_once_for_each_key_and_thing(dana):
    answers = [post(dana, f"/api/things/{id_}/put-right", {}, Idempotency_Key="k") for id_ in (7, 7, 8)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[1]["Idempotent-Replay"] == "true"
    assert DONE == [7]


def test_a_parameter_that_is_not_known_is_refused_where_a_view_is_strict(dana):
    answer = dana.get("/api/things?word=a&wrod=b")
    assert (answer.status_code, answer.json()["error"]["fields"].keys()) == (400, {"wrod"})


# --- idempotency


def test_a_repeated_request_is_done_once(dana):
    first = post(dana, "/api/words", {"word": "a", "times": 1}, Idempotency_Key="k1")
    again = post(dana, "/api/words", {"times": 1, "word": "a"}, Idempotency_Key="k1")
    assert len(DONE) == 1
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Content-Type"] == "application/json"
    assert "Idempotent-Replay" not in first
    assert again["Idempotent-Replay"] == "true"


def test_a_refusal_is_repeated_too(dana):
    answers = [post(dana, "/api/words", {"word": "refuse"}, Idempotency_Key="k") for _ in range(2)]
    assert len(DONE) == 1
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(("word", "status"), [("break", 500), ("often", 429)])
def test_what_may_go_better_next_time_is_not_kept(dana, word, status):
    for _ in range(2):
        answer = post(dana, "/api/words", {"word": word}, Idempotency_Key="k")
        assert answer.status_code == status
        assert "Idempotent-Replay" not in answer
    assert len(DONE) == 2
    assert not IdempotencyKey.objects.exists()


def test_another_request_with_the_same_key_is_refused(dana):
    post(dana, "/api/words", {"word": "a"}, Idempotency_Key="k")
    for answer in (
        post(dana, "/api/words", {"word": "b"}, Idempotency_Key="k"),
        post(dana, "/api/words?x=1", {"word": "a"}, Idempotency_Key="k"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert len(DONE) == 1


def test_a_key_whose_request_is_still_being_answered_is_refused(dana):
    post(dana, "/api/words", {"word": "a"}, Idempotency_Key="k")
    IdempotencyKey.objects.update(status=None, answer=None)
    answer = post(dana, "/api/words", {"word": "a"}, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert len(DONE) == 1


def test_everybody_has_keys_of_their_own():
    clients = [api_client(make_user()), api_client(make_user())]
    for number, client in enumerate(clients):
        answer = post(client, "/api/words", {"word": f"w{number}"}, Idempotency_Key="k")
        assert answer.status_code == 201
    assert len(DONE) == 2


def test_keys_tell_large_and_small_letters_apart(dana):
    for key in ("k", "K"):
        assert post(dana, "/api/words", {"word": key}, Idempotency_Key=key).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
def test_a_bad_key_is_refused(client, key):
    answer = post(client, "/api/words", {"word": "a"}, Idempotency_Key=key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]["fields"]
    assert DONE == []


def test_what_is_kept_cannot_be_read_in_the_database(dana):
    post(dana, "/api/words", {"word": "secret"}, Idempotency_Key="k")
    assert b"secret" not in bytes(IdempotencyKey.objects.get().answer)


@pytest.mark.parametrize(("word", "status"), [("a", 201), ("refuse", 409), ("far too long", 400)])
def test_nothing_is_kept_for_strangers(client, word, status):
    for _ in range(2):
        answer = post(client, "/api/words", {"word": word}, Idempotency_Key="k")
        assert (answer.status_code, "Idempotent-Replay" in answer) == (status, False)
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(("word", "status", "kept"), [("a", 201, True), ("refuse", 409, False), ("break", 500, False)])
def test_where_it_must_not_happen_twice_what_was_done_is_kept_for_strangers_too(
    client, monkeypatch, word, status, kept
):
    monkeypatch.setattr(WordView, "keeps_for_strangers", True)
    answers = [post(client, "/api/words", {"word": word}, Idempotency_Key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert ("Idempotent-Replay" in answers[1]) == kept
    assert IdempotencyKey.objects.exists() == kept
    elsewhere = post(
        Client(REMOTE_ADDR="192.0.2.1", raise_request_exception=False),
        "/api/words",
        {"word": word},
        Idempotency_Key="k",
    )
    assert "Idempotent-Replay" not in elsewhere


def test_strangers_are_limited_by_their_address(client, settings):
    settings.STRANGERS_BURST, settings.STRANGERS_PER_SECOND = 3, 0.001
    answers = [post(client, "/api/words", {"word": "a"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert int(answers[3]["Retry-After"]) > 1
    assert client.get("/api/words?word=a").status_code == 200
    assert post(Client(REMOTE_ADDR="192.0.2.1"), "/api/words", {"word": "a"}).status_code == 201
    assert post(api_client(make_user()), "/api/words", {"word": "a"}).status_code == 201


def test_past_the_keys_of_a_day_nothing_is_done_and_nothing_kept(dana, settings):
    settings.IDEMPOTENCY_KEYS_PER_DAY = 2
    answers = [post(dana, "/api/words", {"word": "a"}, Idempotency_Key=key) for key in ("k1", "k2", "k3", "k3", "k1")]
    assert [answer.status_code for answer in answers] == [201, 201, 429, 429, 201]
    assert int(answers[2]["Retry-After"]) > 60
    assert answers[4]["Idempotent-Replay"] == "true"
    assert (len(DONE), IdempotencyKey.objects.count()) == (2, 2)
    assert post(dana, "/api/words", {"word": "a"}).status_code == 201


# --- who may come in


def test_the_api_is_for_those_who_have_signed_in():
    assert Client().get("/api/office").status_code == 401
    assert api_client(make_user()).get("/api/office").status_code == 200


def test_a_bad_bearer_is_refused_even_in_a_browser_that_is_signed_in():
    client = browser_client(make_user())
    assert client.get("/api/office").status_code == 200
    assert client.get("/api/office", headers=bearer("bad")).status_code == 401


def test_another_scheme_is_not_ours(client):
    assert client.get("/api/office", headers={"Authorization": "Basic eDp5"}).status_code == 401


def test_pages_send_whoever_is_not_signed_in_to_the_right_door_and_back():
    answer = Client().get("/office?a=1&b=2")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=%2Foffice%3Fa%3D1%26b%3D2")
    assert Client().get("/driver")["Location"] == reverse("driver-sign-in") + "?next=%2Fdriver"
    assert Client().post("/office")["Location"] == "/sign-in"


def test_a_part_of_a_page_sends_the_whole_page():
    answer = Client().get("/office", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize(
    ("around", "back"),
    [
        ("http://testserver/both?a=1&b=2", "/sign-in?next=%2Fboth%3Fa%3D1%26b%3D2"),
        ("https://elsewhere.example/both", "/sign-in"),
        ("javascript:alert(1)", "/sign-in"),
    ],
)
def test_a_part_of_a_page_leads_back_to_that_page(around, back):
    answer = Client().get("/office", headers={"HX-Request": "true", "HX-Current-URL": around})
    assert answer["HX-Redirect"] == back


def test_pages_are_for_their_kind_of_people():
    client = browser_client(make_user())
    assert client.get("/office").content == b"in"
    assert client.get("/both").content == b"in"
    assert client.get("/driver").status_code == 403
