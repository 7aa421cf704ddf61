"""Requests are counted by the pattern of their address, however many addresses there are."""

import re

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY

from kernel.http_metrics import HttpMetricsMiddleware
from tests.accounts.factories import api_client, bearer, make_user, sign_in
from tests.servers import serving

TOKEN = "a-token-of-the-tests"


def answered(status: str, route: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0


def timed(route: str, method: str = "GET", *, within: str | None = None) -> float:
    labels = {"method": method, "route": route} | ({"le": within} if within else {})
    return REGISTRY.get_sample_value(f"http_request_seconds_{'bucket' if within else 'count'}", labels) or 0.0


def routes() -> set[str]:
    return {
        sample.labels["route"]
        for metric in REGISTRY.collect()
        if metric.name.startswith("http_request")
        for sample in metric.samples
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", ["api/offers/<int:offer_id>", "api/offers/<int:offer_id>/proposals", "api/offers/<int:offer_id>/chat/1"]
)
def test_addresses_of_one_pattern_are_one_route(route):
    client = api_client(make_user())
    pattern = route.replace("/chat/1", "/chat/<int:driver_id>")
    before, times = answered("4xx", pattern), timed(pattern)
    for number in (901, 902, 903):
        assert client.get("/" + route.replace("<int:offer_id>", str(number))).status_code == 404
    assert answered("4xx", pattern) - before == timed(pattern) - times == 3
    assert not any("90" in each for each in routes())


def test_addresses_that_there_are_not_are_one_route(db):
    before, known = answered("4xx", "unmatched"), routes()
    for number in range(3):
        Client().get(f"/no/such/page/{number}")
        Client().get(f"/api/nothing-{number}")
    assert answered("4xx", "unmatched") - before == 6
    assert routes() <= known | {"unmatched"}


def test_methods_that_clients_make_up_are_one_label():
    before = answered("4xx", "healthz", "other")
    for number in range(3):
        Client().generic(f"MADEUP{number}", "/healthz")
    assert answered("4xx", "healthz", "other") - before == 3


def test_a_fault_is_counted(settings):
    settings.METRICS_TOKEN = 5  # No text, so the view breaks.
    before = answered("5xx", "metrics")
    assert Client(raise_request_exception=False).get("/metrics").status_code == 500
    assert answered("5xx", "metrics") - before == 1


def test_faults_of_a_route_read_nought_before_the_first():
    Client().get("/healthz")
    labels = {"method": "GET", "route": "healthz", "status": "5xx"}
    assert REGISTRY.get_sample_value("http_requests_total", labels) is not None


def test_the_time_is_that_of_the_answer(monkeypatch):
    moments = iter([100.0, 100.3])
    monkeypatch.setattr("kernel.http_metrics.time.perf_counter", lambda: next(moments))
    slow, quick = timed("unmatched", within="0.5"), timed("unmatched", within="0.25")
    HttpMetricsMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert (timed("unmatched", within="0.5") - slow, timed("unmatched", within="0.25") - quick) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_long_poll_is_counted_once_and_its_wait_apart(tmp_path):
    """Otherwise the histogram of requests would show how long nothing happened."""
    headers = bearer(sign_in(make_user()).access)
    with serving(tmp_path, METRICS_TOKEN=TOKEN) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        epoch = http.get("/api/events", headers=headers).json()["epoch"]
        assert http.get("/api/events", headers=headers, params={"epoch": epoch, "after": 0, "wait": 1}).is_success
        assert http.get("/api/events").status_code == 401
        text = http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    figures = dict(re.findall(r"^(\w+(?:\{.*?\})?) ([\d.e+-]+)$", text, re.MULTILINE))
    assert figures['http_requests_total{method="GET",route="api/events",status="2xx"}'] == "2.0"
    assert figures['http_requests_total{method="GET",route="api/events",status="4xx"}'] == "1.0"
    assert not any(name.startswith("http_request_seconds") and "api/events" in name for name in figures)
    assert figures["live_poll_seconds_count"] == "3.0"
    assert figures['live_poll_seconds_bucket{le="0.5"}'] == "2.0"
    assert 'http_request_seconds_count{method="GET",route="healthz"}' in figures
