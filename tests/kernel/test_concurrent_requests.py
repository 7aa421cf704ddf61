"""How many requests are answered at once, and what they leave open at the database."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from kernel.concurrent_requests import AtOnceMiddleware, stepped_out
from tests.accounts.factories import bearer, make_user, sign_in
from tests.servers import Server, serving


class Door:
    """A view that holds those who come in until it is opened, and counts them. Who asks for its health is not held."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.inside, self.most = 0, 0
        self.counting = threading.Lock()

    def __call__(self, request) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse()
        with self.counting:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.opened.wait(10)
        with self.counting:
            self.inside -= 1
        if request.path == "/break":
            raise RuntimeError
        return HttpResponse()


@pytest.fixture
def door() -> Door:
    return Door()


def test_those_who_come_at_once_wait_their_turn(door, settings):
    settings.REQUESTS_AT_ONCE = 3
    middleware = AtOnceMiddleware(door)
    with ThreadPoolExecutor(12) as crowd:
        answers = [crowd.submit(middleware, RequestFactory().get("/api/me")) for _ in range(12)]
        while door.most < 3:
            time.sleep(0.01)
        time.sleep(0.1)
        assert door.most == 3
        door.opened.set()
        assert {answer.result().status_code for answer in answers} == {200}
    assert door.most == 3


def test_a_fault_takes_no_room(door, settings):
    settings.REQUESTS_AT_ONCE = 1
    door.opened.set()
    middleware = AtOnceMiddleware(door)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            middleware(RequestFactory().get("/break"))
    assert middleware(RequestFactory().get("/")).status_code == 200


def test_a_request_that_only_waits_leaves_its_place_to_another(settings):
    settings.REQUESTS_AT_ONCE = 1
    waits, is_over = threading.Event(), threading.Event()

    def view(request) -> HttpResponse:
        if request.path == "/waits":
            with stepped_out():
                waits.set()
                assert is_over.wait(10)
        return HttpResponse()

    middleware = AtOnceMiddleware(view)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(middleware, RequestFactory().get("/waits"))
        assert waits.wait(10)
        assert middleware(RequestFactory().get("/")).status_code == 200
        is_over.set()
        assert first.result().status_code == 200
    assert middleware(RequestFactory().get("/")).status_code == 200


@pytest.mark.parametrize(("path", "kind"), [("/api/me", "application/json"), ("/offers/", "text/html")])
def test_who_has_waited_long_is_told_to_come_again(door, settings, path, kind):
    settings.REQUESTS_AT_ONCE, settings.DATABASE_ANSWER_SECONDS = 1, 0.05
    middleware = AtOnceMiddleware(door)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(middleware, RequestFactory().get("/"))
        while not door.inside:
            time.sleep(0.01)
        answer = middleware(RequestFactory().get(path))
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert answer["Content-Type"].startswith(kind)
        assert middleware(RequestFactory().get("/healthz")).status_code == 200
        door.opened.set()
        assert first.result().status_code == 200


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_many_parallel_requests_leave_few_connections(tmp_path):
    if connection.vendor != "mysql":
        pytest.skip("SQLite has no connections to count.")
    headers = bearer(sign_in(make_user()).access)
    at_once, threads = 6, 2
    settings = {"REQUESTS_AT_ONCE": str(at_once), "PRESENCE_THREADS": str(threads), "TASKS": "worker"}
    with (
        serving(tmp_path, **settings) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        before = connections_of(server)
        most, over = [0], threading.Event()

        def watch() -> None:
            while not over.is_set():
                most[0] = max(most[0], connections_of(server))

        watching = threading.Thread(target=watch)
        watching.start()
        with ThreadPoolExecutor(40) as crowd:
            statuses = list(crowd.map(lambda _: client.get("/api/me").status_code, range(120)))
        over.set()
        watching.join()
        assert set(statuses) == {200}
        assert 1 < most[0] <= at_once + threads
        deadline = time.monotonic() + 5
        while connections_of(server) > max(before, threads + 1) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert connections_of(server) <= max(before, threads + 1)


def connections_of(server: Server) -> int:
    """How many connections to the database this server holds.

    Counted at the server: the database itself goes on counting a closed connection until it gets round to it.
    """
    port = int(connection.settings_dict["PORT"] or 3306)
    sockets = psutil.Process(server.process.pid).net_connections("tcp")
    return sum(socket.raddr != () and socket.raddr.port == port for socket in sockets)
