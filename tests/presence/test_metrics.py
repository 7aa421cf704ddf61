"""What a process counts about itself is what has happened."""

import re

import httpx
import pytest

from presence import metrics
from presence.live.connection import Connection
from tests.client import Refused
from tests.presence.factories import connect, make_user
from tests.presence.live.test_connection import Client, Rows, no_waiting  # noqa: F401 -- its clients do not wait

TOKEN = "a-token-of-the-tests"


@pytest.fixture
def counted(serve):
    """A server, and what it has counted."""
    server = serve(METRICS_TOKEN=TOKEN)

    def read():
        text = httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{.*?\})?) ([\d.e+-]+)$", text, re.M)}

    return server, read


def test_figures_are_true_of_what_two_people_did(counted):
    server, read = counted
    before = read()
    with connect(server, make_user()) as one, connect(server, make_user()) as two:
        for number in range(5):
            one.ask("note_together", number=number + 20)
            two.ask("note", number=number + 20)
        one.say_raw("no json")
        one.wait_for("error")
        with pytest.raises(Refused):
            one.ask("announce")
        one.wait_until(lambda it: len(it.durable) == 5)
        two.wait_until(lambda it: len(it.durable) == 5)
        after = read()
        assert after["live_connections"] == 2
        told = sum(len(device.frames) for device in (one, two))

    def more(name):
        return after[name] - before.get(name, 0)

    assert more('live_opened_total{recovered="false"}') == 2
    assert more('live_frames_in_total{type="authenticate"}') == 2
    assert more('live_frames_in_total{type="note"}') == more('live_frames_in_total{type="note_together"}') == 5
    assert more('live_frames_in_total{type="unread"}') == more('live_frames_in_total{type="unknown"}') == 1
    assert more('live_errors_total{code="malformed_frame"}') == more('live_errors_total{code="unknown_command"}') == 1
    assert more("live_frames_out_total") == told
    assert more('live_batch_size_sum{command="note_together"}') == 5
    assert more("live_delivery_seconds_count") >= 10
    assert more("unit_of_work_seconds_count") >= 10
    assert after["live_gaps_filled_total"] == after['live_dropped_total{reason="passing"}'] == 0
    assert after["live_queued_frames"] == after["live_database_waiting"] == 0


def test_what_an_alarm_watches_is_there_before_it_happens():
    text = metrics.exposition()[0].decode()
    for name in (
        'live_dropped_total{reason="passing"}',
        'live_dropped_total{reason="closed"}',
        'live_dropped_total{reason="gone"}',
        'live_closed_total{code="4008"}',
        "live_gaps_filled_total",
        "live_found_behind_total",
        "live_queued_frames",
        "live_database_waiting",
        "doorbell_waiting",
        "doorbell_published_total",
        "unit_of_work_retries_total",
    ):
        assert f"{name} " in text


async def test_a_gap_is_one_that_did_not_fill_by_itself():
    async def gaps(*arriving: int) -> float:
        client = Client(Rows(head=max(arriving)))
        client.connection.position.start_from(0, head=0)
        before = metrics.GAPS._value.get()
        for seq in arriving:
            client.connection.position.deliver(seq, str(seq))
        await client.settled()
        assert client.heard == [str(seq) for seq in range(1, max(arriving) + 1)]
        return metrics.GAPS._value.get() - before

    assert await gaps(1, 2, 3) == 0
    assert await gaps(2, 1, 3) == 0
    assert await gaps(1, 3) == 1


async def test_reading_back_what_was_missed_is_no_gap():
    client = Client(Rows(head=9))
    before = metrics.GAPS._value.get()
    client.connection.position.start_from(2, head=9)
    await client.settled()
    assert len(client.heard) == 7
    assert metrics.GAPS._value.get() == before


async def test_what_waits_for_a_client_that_has_gone_is_counted_as_dropped():
    client = Client(Rows(head=0))
    client.reads.clear()
    connection: Connection = client.connection
    connection.position.start_from(0, head=0)
    for seq in (1, 2, 3):
        connection.push(str(seq))
    before = metrics.DROPPED.labels("gone")._value.get()
    connection.abandon()
    assert metrics.DROPPED.labels("gone")._value.get() == before + 2  # The first is being sent.
