"""Conversations over REST: who sees what, pages, and what is refused."""

import json
from urllib.parse import urlsplit

import pytest
from django.db.models import Q
from django.test import Client, override_settings

from accounts.services import begin_session
from chat import context, services
from chat.models import Message
from presence.models import Attendance, StreamEvent
from tests.chat import factories

pytestmark = pytest.mark.django_db


class Caller(Client):
    def __init__(self, actor):
        super().__init__(headers={"Authorization": f"Bearer {begin_session(actor=actor, way='test').access}"})

    def send(self, method, path, body=None, **options):
        return self.generic(method, path, json.dumps(body or {}), content_type="application/json", **options)

    def read(self, path, **query):
        return self.get(path, query_params=query)


def address(conversation):
    return f"/api/offers/{conversation.offer_id}/chat/{conversation.driver_id}"


def error(response):
    return response.status_code, response.json()["error"]["code"]


ROLES = ["owner", "follower", "other", "manager", "driver", "other_driver"]
MEMBERS = {"owner", "follower", "driver"}


@pytest.mark.parametrize("sees_all", [False, True])
@pytest.mark.parametrize("who", ROLES)
def test_who_reads_and_who_writes(people, conversation, told, who, sees_all):
    message = factories.send(people.owner, conversation, "seen?")
    caller = Caller(people.named(who))
    reads = who in MEMBERS | {"manager"} or (sees_all and who == "other")
    writes = who in MEMBERS | {"manager"}
    before = StreamEvent.objects.count()
    with override_settings(DISPATCHERS_SEE="all" if sees_all else "own"):
        read = caller.read(address(conversation))
        marked = caller.send("PUT", f"/api/chat/{message['id']}/read")
        listed = caller.read("/api/conversations")
        receipts = StreamEvent.objects.count()
        written = caller.send("POST", address(conversation), {"message": "mine", "client_id": "c-1"})

    assert read.status_code == marked.status_code == (200 if reads else 404)
    assert listed.json()["count"] == (1 if reads else 0)
    assert written.status_code == (201 if writes else 403 if reads else 404)
    assert Message.objects.filter(message="mine").exists() == writes
    if not reads:
        assert receipts == before
    if not writes:
        assert StreamEvent.objects.count() == receipts


def test_who_has_left_reads_and_writes_no_more(people, conversation, told):
    message = factories.send(people.owner, conversation)
    services.set_office_members(offer_id=conversation.offer_id, office={})
    caller = Caller(people.owner)
    assert caller.read(address(conversation)).status_code == 404
    assert caller.send("POST", address(conversation), {"message": "m", "client_id": "c"}).status_code == 404
    assert caller.send("PUT", f"/api/chat/{message['id']}/read").status_code == 404
    assert caller.read("/api/conversations").json()["count"] == 0


def test_a_closed_conversation_is_read_by_everybody_and_written_by_nobody(people, conversation):
    services.close_conversations(conversation_ids=[conversation.pk])
    for who in ("owner", "manager", "driver"):
        caller = Caller(people.named(who))
        assert caller.read(address(conversation)).status_code == 200
        answer = caller.send("POST", address(conversation), {"message": "m", "client_id": "c"})
        assert error(answer) == (409, "conversation_closed")
    assert not Message.objects.exists()


def test_sending_answers_the_message_and_again_the_same(people, conversation):
    caller = Caller(people.driver)
    body = {"message": "  Hello <b>there</b> 👍 ", "client_id": "c-1"}
    first, again = (caller.send("POST", address(conversation), body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["message"], first.json()["seq"]) == (body["message"], 1)
    elsewhere = factories.conversation(owner=people.owner, driver=people.driver)
    assert error(caller.send("POST", address(elsewhere), body)) == (409, "conflict")


def test_without_a_client_id_each_post_is_a_message(people, conversation):
    caller = Caller(people.driver)
    answers = [caller.send("POST", address(conversation), {"message": "m"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["seq"] for answer in answers] == [1, 2]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "validation_error", "message"),
        ({"message": " "}, "validation_error", "message"),
        ({"message": None}, "validation_error", "message"),
        ({"message": 5}, "validation_error", "message"),
        ({"message": "a\x00b"}, "validation_error", "message"),
        ({"message": "x" * 4001}, "message_too_long", "message"),
        ({"message": "m", "client_id": "x" * 65}, "validation_error", "client_id"),
        ({"message": "m", "client_id": ""}, "validation_error", "client_id"),
        ({"message": "m", "colour": "red"}, "validation_error", "colour"),
    ],
)
def test_what_cannot_be_sent_names_its_field(people, conversation, told, body, code, field):
    answer = Caller(people.driver).send("POST", address(conversation), body)
    assert error(answer) == (400, code)
    assert list(answer.json()["error"]["fields"]) == [field]
    assert not Message.objects.exists()


@override_settings(MESSAGES_BURST=2, MESSAGES_PER_SECOND=0.01)
def test_a_flood_is_refused_and_nobody_else_is_slowed(people, conversation):
    def post(actor, number):
        return Caller(actor).send("POST", address(conversation), {"message": "m", "client_id": str(number)})

    assert [post(people.driver, number).status_code for number in range(2)] == [201, 201]
    refused = post(people.driver, 3)
    assert error(refused) == (429, "rate_limited")
    assert int(refused["Retry-After"]) > 0
    assert post(people.owner, 1).status_code == 201
    assert Message.objects.count() == 3


def seqs(page):
    return [each["seq"] for each in page["results"]]


def test_pages_go_old_to_new_and_their_links_lead_through_all_of_them(people, conversation):
    for number in range(1, 8):
        factories.send(people.owner, conversation, f"number {number}")
    caller = Caller(people.driver)
    newest = caller.read(address(conversation), limit=3).json()
    assert (seqs(newest), newest["next"], newest["count"]) == ([5, 6, 7], None, 7)
    middle = caller.get(newest["previous"]).json()
    oldest = caller.get(middle["previous"]).json()
    assert (seqs(oldest), seqs(middle), oldest["previous"]) == ([1], [2, 3, 4], None)
    assert urlsplit(newest["previous"]).query == "before=5&limit=3"
    assert seqs(caller.get(middle["next"]).json()) == [5, 6, 7]
    forth = caller.read(address(conversation), after=0, limit=4).json()
    assert (seqs(forth), forth["previous"]) == ([1, 2, 3, 4], None)
    assert seqs(caller.get(forth["next"]).json()) == [5, 6, 7]
    beyond = caller.read(address(conversation), after=70).json()
    assert (seqs(beyond), beyond["next"]) == ([], None)
    assert seqs(caller.get(beyond["previous"]).json()) == list(range(1, 8))
    before_all = caller.read(address(conversation), before=1).json()
    assert (seqs(before_all), before_all["previous"]) == ([], None)
    assert seqs(caller.get(before_all["next"]).json()) == list(range(1, 8))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": "x"}, "after"),
        ({"after": -1}, "after"),
        ({"limit": 0}, "limit"),
        ({"after": 1, "before": 2}, "before"),
        ({"search": "a\x00"}, "search"),
        ({"search": "x" * 201}, "search"),
    ],
)
def test_a_page_that_cannot_be_is_refused(people, conversation, query, field):
    answer = Caller(people.driver).read(address(conversation), **query)
    assert error(answer) == (400, "validation_error")
    assert list(answer.json()["error"]["fields"]) == [field]


def test_search_finds_words_and_takes_signs_as_they_are(people, conversation):
    for text in ("100% sure", "1000 miles", "under_score", "UNDER score", "back\\slash"):
        factories.send(people.owner, conversation, text)
    caller = Caller(people.driver)

    def found(text):
        return [each["message"] for each in caller.read(address(conversation), search=text).json()["results"]]

    assert found("100%") == ["100% sure"]
    assert found("under") == ["under_score", "UNDER score"]
    assert found("r_s") == ["under_score"]
    assert found("k\\s") == ["back\\slash"]
    page = caller.read(address(conversation), search="under", limit=1).json()
    assert (seqs(page), page["count"]) == ([4], 2)
    assert seqs(caller.get(page["previous"]).json()) == [3]


@pytest.mark.parametrize("path", ["/api/offers/{huge}/chat/1", "/api/offers/1/chat/{huge}", "/api/chat/{huge}/read"])
def test_numbers_beyond_all_bounds_are_not_found(people, path):
    path = path.format(huge=10**40)
    caller = Caller(people.manager)
    if path.endswith("read"):
        assert caller.send("PUT", path).status_code == 404
    else:
        assert caller.read(path).status_code == 404
        assert caller.send("POST", path, {"message": "m", "client_id": "c"}).status_code == 404


def test_reading_up_to_a_message(people, conversation):
    first = factories.send(people.driver, conversation, "1")
    factories.send(people.driver, conversation, "2")
    caller = Caller(people.owner)
    answers = [caller.send("PUT", f"/api/chat/{first['id']}/read") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["read_at"] is not None
    (listed,) = caller.read("/api/conversations").json()["results"]
    assert (listed["unread"], listed["last_read_seq"], listed["last_seq"]) == (1, 1, 2)


def test_reading_takes_nothing_but_the_message(people, conversation):
    message = factories.send(people.driver, conversation, "1")
    caller = Caller(people.owner)
    refused = caller.send("PUT", f"/api/chat/{message['id']}/read", {"seq": 1})
    assert error(refused) == (400, "validation_error")
    assert refused.json()["error"]["fields"].keys() == {"seq"}
    (listed,) = caller.read("/api/conversations").json()["results"]
    assert listed["last_read_seq"] == 0


@pytest.fixture
def provider(monkeypatch):
    def describe(pairs, viewer):
        return {
            (offer_id, driver_id): {
                "offer": {"id": offer_id, "pickup_place": "Dallas, TX", "delivery_place": "Tulsa", "status": "active"},
                "driver": {"id": driver_id, "name": f"for {viewer.role}"},
            }
            for offer_id, driver_id in pairs
        }

    def search(text, viewer):
        return Q(driver_id__in=[int(text)]) if text.isdigit() else Q(pk__in=[])

    monkeypatch.setattr(context, "_provider", context._provider)
    context.register(context.Provider(describe, search))


def test_a_conversation_in_the_list(people, conversation, provider):
    factories.send(people.owner, conversation, "1")
    last = factories.send(people.driver, conversation, "2")
    Attendance.objects.create(actor_type="driver", actor_id=people.driver.id, online=True)
    (listed,) = Caller(people.owner).read("/api/conversations").json()["results"]
    assert listed == {
        "id": conversation.pk,
        "offer_id": conversation.offer_id,
        "driver_id": people.driver.id,
        "offer": {
            "id": conversation.offer_id,
            "pickup_place": "Dallas, TX",
            "delivery_place": "Tulsa",
            "status": "active",
        },
        "driver": {"id": people.driver.id, "name": "for dispatcher"},
        "status": "open",
        "last_message": last,
        "last_seq": 2,
        "last_read_seq": 1,
        "unread": 1,
        "online": True,
    }
    (listed,) = Caller(people.driver).read("/api/conversations").json()["results"]
    assert (listed["driver"]["name"], listed["online"], listed["unread"]) == ("for driver", False, 1)


def test_conversations_are_found_by_offer_unread_and_search(people, conversation, provider):
    quiet = factories.conversation(owner=people.owner, driver=people.other_driver)
    factories.send(people.driver, conversation, "Needle in here")
    caller = Caller(people.owner)

    def found(**query):
        return [each["id"] for each in caller.read("/api/conversations", **query).json()["results"]]

    assert found() == [conversation.pk, quiet.pk]
    assert found(offer_id=quiet.offer_id) == [quiet.pk]
    assert found(unread="true") == [conversation.pk]
    assert found(unread="false") == [quiet.pk]
    assert found(search="needle") == [conversation.pk]
    assert found(search=str(quiet.driver_id)) == [quiet.pk]
    assert found(search="nothing") == []
    assert error(caller.read("/api/conversations", unread="maybe")) == (400, "validation_error")
    assert error(caller.read("/api/conversations", offer_id="x")) == (400, "validation_error")


def test_lists_take_a_fixed_number_of_queries(people, provider, told, django_assert_num_queries):
    def some(number):
        owner = factories.office_person()
        for _ in range(number):
            driver = factories.driver()
            each = factories.conversation(owner=owner, driver=driver)
            factories.send(driver, each)
        return Caller(owner), each, driver

    (one, _, _), (many, last, driver) = some(1), some(30)
    for _ in range(29):
        factories.send(driver, last)
    queries = counted(lambda: one.read("/api/conversations"))
    assert counted(lambda: many.read("/api/conversations")) == queries <= 9
    assert many.read("/api/conversations").json()["count"] == 30
    queries = counted(lambda: many.read(address(last), limit=1))
    assert counted(lambda: many.read(address(last), limit=30)) == queries <= 6


def counted(call):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert call().status_code == 200
    return len(captured)
