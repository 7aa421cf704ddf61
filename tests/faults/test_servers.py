"""Server processes die, drain, stall and live at the wrong time; single connections misbehave: the others go on."""

import itertools
import random
import signal
import socket
import struct
import time
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.client import Closed, Device
from tests.faults.conftest import everything_is_right

pytestmark = pytest.mark.faults

POINTS = ["before_commit", "after_commit", "before_ack"]
TOGETHER = 25


@contextmanager
def triggered(directory, name, text=""):
    (directory / name).write_text(text)
    try:
        yield
    finally:
        (directory / name).unlink(missing_ok=True)


def wait_for_the_end(*processes):
    """Until one of them has ended; that one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for server in processes:
            if server.process.poll() is not None:
                return server
        time.sleep(0.05)
    raise AssertionError("Nobody has died.")


@pytest.mark.parametrize("point", POINTS)
def test_killed_with_a_message_on_its_way(stage, servers, tmp_path, point):
    both = servers("uvicorn", "daphne")
    with stage.crowd(both) as crowd:
        crowd.go_on()
        with triggered(tmp_path, point):
            dead = wait_for_the_end(*both)
        assert dead.process.returncode == -signal.SIGKILL
        crowd.go_on()
        crowd.addresses += [server.socket_url for server in servers("uvicorn")]
        crowd.go_on()
        everything_is_right(stage, crowd)


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_sigterm_under_load_drains(stage, servers, kind):
    leaving, staying = servers(kind, "uvicorn")
    with stage.crowd([leaving, staying]) as crowd:
        crowd.go_on()
        leaving.process.terminate()
        leaving.process.wait(timeout=10)  # As promised, under either server.
        crowd.go_on()
        everything_is_right(stage, crowd)
        there = [phone for phone in crowd.phones if phone.codes]
        assert len(there) >= len(crowd.people)
        # Whoever came again while it was still closing was sent away at once.
        assert {code for phone in there for code in phone.codes} <= {4001, 1006}
        assert all(phone.codes[4001] >= 1 for phone in there)
        assert all(phone.drained == 1 for phone in there)
        assert crowd.refusals == {}


def test_stalled_command_holds_up_only_its_own_connection(stage, pair, crowd, triggers):
    crowd.go_on()
    phones = crowd.people[0].devices
    with triggered(triggers, "stall"):
        asked = [crowd.begin_to_ask(phone, "get_stats") for phone in phones]
        crowd.go_on(120)
        assert not any(future.done() for future in asked)
    assert all(future.result(60)["type"] == "ack" for future in asked)
    everything_is_right(stage, crowd)
    assert crowd.everybody_stayed()


def test_nothing_on_the_way_of_a_message_needs_the_shared_thread(stage, pair, crowd, triggers):
    crowd.go_on()
    with triggered(triggers, "shared_thread"):
        for server in pair:
            assert httpx.get(f"{server.url}/healthz", timeout=60).status_code == 200
        crowd.go_on(60)
        crowd.cut()
        crowd.go_on(60)
        crowd.everybody_is_here()
        everything_is_right(stage, crowd)


def test_clock_that_jumps(stage, crowd, triggers):
    crowd.go_on()
    for seconds in ("3600", "-3600"):
        with triggered(triggers, "clock", seconds):
            crowd.go_on()
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.everybody_stayed()
    assert crowd.refusals == {}


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_lost_doorbells(stage, servers, kind):
    with stage.crowd(servers(kind, "uvicorn", LOST_DOORBELLS="0.3")) as crowd:
        crowd.go_on(200)
        everything_is_right(stage, crowd)


def test_cut_off_again_and_again(stage, crowd):
    for number in range(6):
        crowd.go_on(20)
        crowd.cut(*crowd.people[number % 2 :: 2])
    crowd.go_on()
    everything_is_right(stage, crowd)


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_frozen_reader_is_parted_with_and_costs_a_bounded_queue(stage, servers, kind):
    (server,) = servers(kind, MESSAGES_PER_SECOND=0, QUEUE_MAX=200, METRICS_TOKEN="faults")
    with stage.crowd([server]) as crowd:
        crowd.go_on()
        person = crowd.people[0]
        chat = {name: person.chats[0][name] for name in ("offer_id", "driver_id")}
        frozen = Device(server.socket_url, token=person.token, receive_buffer=4096)
        frozen.stop_reading()
        queued = 0.0
        with Device(server.socket_url, token=person.token) as feeder:
            for number in itertools.count():
                for part in range(TOGETHER):
                    words = f"{crowd.mark}-big-{number}-{part}"
                    fields = {"message": f"{words} {big_words()}", "client_id": words, **chat}
                    feeder.say(type="send_message", ref=words, **fields)
                feeder.wait_for("ack", lambda frame, words=words: frame["ref"] == words, timeout=60)
                figures = figures_of(server)
                queued = max(queued, figures["live_queued_frames"])
                if figures.get('live_closed_total{code="4008"}'):
                    break
        frozen.go_on_reading()
        assert frozen.wait_until_closed() in (4008, 1006)  # The close frame may be behind what it has not read.
        assert figures_of(server)['live_closed_total{code="4008"}'] == 1
        assert queued <= 200 + len(crowd.phones)
        crowd.go_on()
        everything_is_right(stage, crowd)
        assert crowd.everybody_stayed()


def big_words():
    """As many bytes as a message may have, not to be compressed to nothing."""
    return "".join(map(chr, random.choices(range(0x4E00, 0x9FFF), k=3900)))


def figures_of(server):
    """What the server has counted about itself."""
    text = httpx.get(f"{server.url}/metrics", headers={"Authorization": "Bearer faults"}, timeout=60).text
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


def test_frame_cut_in_the_middle(stage, pair, crowd):
    crowd.go_on()
    for number in range(20):
        person = crowd.people[number]
        with connect(pair[number % 2].socket_url, subprotocols=["offers.v1"], proxy=None) as client:
            client.send(f'{{"type":"authenticate","token":"{person.token}"}}')
            assert '"ready"' in client.recv(timeout=60)
            tcp = client.socket
            # A masked text frame of 1,000 bytes, of which ten come; then the connection is reset.
            tcp.sendall(b"\x81\xfe" + struct.pack("!H", 1000) + b"\x00" * 4 + b'{"type":"s')
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                tcp.close()
    crowd.go_on()
    everything_is_right(stage, crowd)
    assert crowd.everybody_stayed()
    assert crowd.refusals == {}


def test_flood_by_one_connection(stage, pair, crowd):
    crowd.go_on()
    floods = [Device(server.socket_url, token=crowd.people[0].token) for server in pair]

    def flood(device):
        with suppress(Closed, ConnectionClosed, OSError):
            while True:
                device.say_raw('{"type":"heartbeat"}')

    threads = [Thread(target=flood, args=[device], daemon=True) for device in floods]
    for thread in threads:
        thread.start()
    crowd.go_on(120)
    for device, thread in zip(floods, threads, strict=True):
        assert device.wait_until_closed(60) == 4501
        thread.join(60)
    everything_is_right(stage, crowd)
    assert crowd.everybody_stayed()
    assert crowd.refusals == {}


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_idle_connection_survives(stage, servers, kind, idle_seconds):
    """Nothing is said or told for longer than any time-out on the way; then everything works at once."""
    started = servers(kind, "uvicorn", HEADS_SECONDS="3600")
    with ExitStack() as stack:
        people = stage.people[:2]
        one, other = (
            stack.enter_context(Device(server.socket_url, token=person["token"]))
            for server, person in zip(started, people, strict=True)
        )
        deadline = time.monotonic() + idle_seconds
        while time.monotonic() < deadline:
            time.sleep(min(20.0, idle_seconds))
            one.say(type="heartbeat")
            other.say(type="heartbeat")
        chat = next(chat for chat in people[0]["chats"])
        place = {name: chat[name] for name in ("offer_id", "driver_id")}
        driver = next(each for each in stage.people if each["key"] == ["driver", chat["driver_id"]])
        phone = stack.enter_context(Device(started[1].socket_url, token=driver["token"]))
        words = f"after the silence {kind} {time.time_ns()}"
        message = one.ask("send_message", message=words, client_id=words[-60:], **place)
        for device in (one, phone):
            device.wait_for("new_message", lambda event: event["data"]["id"] == message["id"])
        assert one.close_code is other.close_code is None
