"""Many drivers answer one offer at once, through a real server: none is refused for want of a lock."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from django.db import connection, transaction

from offers.models import Offer, Proposal
from tests.client import Refused
from tests.offers.factories import make_offer, put_to
from tests.presence.factories import connect, make_driver, token_of
from tests.servers import Server, serving

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

DRIVERS = 40
LOCK_SECONDS = 2
HELD_SECONDS = 8
MODES = ("first_accept", "dispatcher")


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Server]:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer and no row locks.")
    with serving(tmp_path, DATABASE_LOCK_SECONDS=str(LOCK_SECONDS)) as server:
        yield server
        print(server.log())  # Shown where a test fails.


@pytest.fixture(params=MODES)
def proposals(server: Server, request: pytest.FixtureRequest) -> list[Proposal]:
    """Of one offer, to forty drivers."""
    return put_to(make_offer(award_mode=request.param), *(make_driver(status="Available") for _ in range(DRIVERS)))


def by_rest(server: Server, proposal: Proposal, start: Barrier) -> str:
    token = token_of(proposal.driver.actor)
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        client.get("/healthz")
        start.wait(timeout=60)
        body = {"action": "accept", "version": proposal.version}
        answer = client.put(f"/api/proposals/{proposal.pk}/respond", json=body)
    return "ok" if answer.status_code == 200 else answer.json()["error"]["code"]


def by_socket(server: Server, proposal: Proposal, start: Barrier) -> str:
    with connect(server, proposal.driver) as device:
        start.wait(timeout=60)
        try:
            device.ask("driver_proposal", proposal_id=proposal.pk, action="accept", version=proposal.version)
        except Refused as refused:
            return refused.code
    return "ok"


def expected(offer: Offer) -> Counter[str]:
    won_at_once = Counter({"ok": 1, "offer_already_taken": DRIVERS - 1})
    return won_at_once if offer.award_mode == "first_accept" else Counter({"ok": DRIVERS})


@pytest.mark.parametrize("door", [by_rest, by_socket], ids=lambda door: door.__name__)
def test_accepts_at_once_are_all_answered(server, proposals, door):
    start = Barrier(DRIVERS)
    with ThreadPoolExecutor(DRIVERS) as pool:
        said = Counter(pool.map(lambda proposal: door(server, proposal, start), proposals))
    assert said == expected(proposals[0].offer)


@pytest.mark.parametrize("door", [by_rest, by_socket], ids=lambda door: door.__name__)
def test_a_request_that_waits_longer_than_one_lock_timeout_is_still_answered(server, door):
    few = 5
    offer = make_offer()
    proposals = put_to(offer, *(make_driver(status="Available") for _ in range(few)))
    start = Barrier(few + 1)
    with ThreadPoolExecutor(few) as pool:
        with transaction.atomic():
            Offer.objects.select_for_update().get(pk=offer.pk)
            answers = [pool.submit(door, server, proposal, start) for proposal in proposals]
            start.wait(timeout=60)
            time.sleep(HELD_SECONDS)
        assert [answer.result(timeout=60) for answer in answers] == ["ok"] * few
