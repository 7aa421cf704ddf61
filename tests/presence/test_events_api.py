"""The long poll: the same events, for networks that block WebSockets."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.test import Client

from accounts import services as accounts_services
from tests.presence import notes
from tests.presence.factories import connect, key, make_user, token_of


def bearer(who):
    return {"Authorization": f"Bearer {token_of(who.actor)}"}


def get(client, **query):
    return client.get("/api/events", query)


@pytest.fixture
def user(db):
    return make_user()


@pytest.fixture
def client(user):
    return Client(headers={"Authorization": f"Bearer {token_of(user.actor)}"})


def test_without_a_cursor_it_answers_where_the_stream_is(client, user):
    notes.write(to=[key(user)], number=5, times=2)
    answer = get(client).json()
    assert answer.pop("epoch")
    assert answer == {"head": 2, "recovered": False, "events": []}


def test_with_a_cursor_it_answers_what_came_after(client, user):
    notes.write(to=[key(user)], number=5)
    notes.write(to=[key(user)], number=notes.HIDDEN)
    notes.write(to=[key(make_user())], number=6)
    epoch = get(client).json()["epoch"]
    answer = get(client, epoch=epoch, after=0).json()
    assert (answer["head"], answer["recovered"]) == (2, True)
    assert [(event["seq"], event["type"]) for event in answer["events"]] == [(1, notes.KIND), (2, "redacted")]
    assert answer["events"][0]["data"] == {"id": 5, "for": user.pk}
    assert get(client, epoch=epoch, after=2).json()["events"] == []


@pytest.mark.parametrize("query", [{"after": 3}, {"after": 0, "epoch": "another"}, {}])
def test_what_cannot_be_served_is_not_recovered(client, user, query):
    notes.write(to=[key(user)], number=5, times=2)
    epoch = get(client).json()["epoch"]
    answer = get(client, **({"epoch": epoch} | query if query else {})).json()
    assert (answer["recovered"], answer["events"], answer["head"]) == (False, [], 2)


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": -1}, {"wait": "long"}, {"wait": -5}])
def test_bad_query_is_refused(client, query):
    answer = get(client, **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error")
    assert list(answer.json()["error"]["fields"]) == list(query)


def test_nobody_is_refused(db):
    assert Client().get("/api/events").status_code == 401


def test_number_of_queries_does_not_follow_the_events(client, user, django_assert_num_queries):
    epoch = get(client).json()["epoch"]

    def queries_of(number):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        notes.write(to=[key(user)], number=5, times=number)
        with CaptureQueriesContext(connection) as captured:
            get(client, epoch=epoch, after=0)
        return len(captured)

    assert queries_of(1) == queries_of(30)


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_waiting_ends_with_the_first_event_or_the_time(serve, kind):
    server = serve(kind)
    olga = make_user()
    headers = {"Authorization": f"Bearer {token_of(olga.actor)}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=40) as http, connect(server, olga) as device:
        epoch = http.get("/api/events").json()["epoch"]
        query = {"epoch": epoch, "after": 0, "wait": 20}
        threading.Timer(0.7, lambda: device.ask("note", number=5)).start()
        began = time.monotonic()
        answer = http.get("/api/events", params=query)
        assert [event["seq"] for event in answer.json()["events"]] == [1]
        assert 0.5 < time.monotonic() - began < 15
        assert answer.headers["X-Request-ID"]
        # Events that no doorbell announces end it as well.
        threading.Timer(0.5, lambda: notes.write(to=[key(olga)], number=6)).start()
        answer = http.get("/api/events", params=query | {"after": 1}).json()
        assert [event["seq"] for event in answer["events"]] == [2]
        began = time.monotonic()
        answer = http.get("/api/events", params=query | {"after": 2, "wait": 1}).json()
        assert (answer["events"], answer["recovered"], answer["head"]) == ([], True, 2)
        assert 0.9 < time.monotonic() - began < 15


def test_many_wait_and_hold_no_thread(serve):
    server = serve(CONNECTIONS_MAX=0)
    olga = make_user()
    headers = {"Authorization": f"Bearer {token_of(olga.actor)}"}
    answers: list[int] = []
    with httpx.Client(base_url=server.url, headers=headers, timeout=40) as http:
        epoch = http.get("/api/events").json()["epoch"]

        def wait() -> None:
            # A client of its own would read all certificates of the system.
            answer = http.get("/api/events", params={"epoch": epoch, "after": 0, "wait": 25})
            answers.append(len(answer.json()["events"]))

        threads = [threading.Thread(target=wait) for _ in range(60)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        began = time.monotonic()
        assert http.get("/healthz").status_code == 200
        assert time.monotonic() - began < 5
        notes.write(to=[key(olga)], number=5)
        for thread in threads:
            thread.join()
    assert answers == [1] * 60


def test_sign_in_that_ends_while_waiting_is_refused(serve):
    server = serve()
    olga = make_user()
    headers = {"Authorization": f"Bearer {token_of(olga.actor)}"}
    epoch = httpx.get(f"{server.url}/api/events", headers=headers).json()["epoch"]

    def end() -> None:
        accounts_services.end_sessions(key=key(olga), because="signed out everywhere")
        notes.write(to=[key(olga)], number=5)

    threading.Timer(0.7, end).start()
    query = {"epoch": epoch, "after": 0, "wait": 20}
    assert httpx.get(f"{server.url}/api/events", params=query, headers=headers, timeout=40).status_code == 401


def test_only_so_many_of_one_person_wait_at_once(serve):
    most, more = 3, 4
    server = serve(CONNECTIONS_MAX=most)
    olga, otto = make_user(), make_user()
    epoch = httpx.get(f"{server.url}/api/events", headers=bearer(olga)).json()["epoch"]

    def wait(who, seconds: float = 4) -> httpx.Response:
        query = {"epoch": epoch, "after": 0, "wait": seconds}
        return httpx.get(f"{server.url}/api/events", params=query, headers=bearer(who), timeout=40)

    with ThreadPoolExecutor(most + more + 1) as pool:
        waiting = [pool.submit(wait, who) for who in [*[olga] * (most + more), otto]]
        *hers, his = [each.result() for each in waiting]
    assert sorted(answer.status_code for answer in hers) == [200] * most + [429] * more
    assert his.status_code == 200
    refused = next(answer for answer in hers if answer.status_code == 429)
    assert refused.json()["error"]["code"] == "rate_limited"
    assert refused.json()["error"]["request_id"] == refused.headers["X-Request-ID"]
    assert int(refused.headers["Retry-After"]) > 0
    assert wait(olga, seconds=0).status_code == 200
