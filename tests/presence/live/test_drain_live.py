"""SIGTERM: everybody is told, closed with 4001, and the process ends."""

import time

import pytest

from presence.here import online
from presence.models import SocketSession
from tests.client import Device
from tests.presence.factories import connect, key, make_driver, make_user, token_of


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_sigterm_drains(serve, kind):
    server, other = serve(kind), serve(kind)
    driver = make_driver()
    devices = [connect(server, make_user()) for _ in range(3)] + [connect(server, driver)]
    silent = Device(server.socket_url, authenticate=False)
    server.process.terminate()
    for device in devices:
        retry_ms = device.wait_for("draining")["data"]["retry_ms"]
        assert 0 < retry_ms <= 10_000
        assert device.wait_until_closed() == 4001
        assert device.faults == []
    server.process.wait(timeout=20)
    silent.wait_until_closed()
    assert not SocketSession.objects.exclude(process="").exists()
    with connect(other, driver, cursor=devices[-1].cursor) as again:
        assert again.ready["recovered"]
        assert online.online({key(driver)})[key(driver)].online


@pytest.mark.parametrize("kind", ["uvicorn", "daphne"])
def test_what_is_being_done_is_still_acknowledged_and_nobody_else_is_let_in(serve, kind):
    server = serve(kind, DRAIN_SECONDS=10)
    token = token_of(make_user().actor)
    with connect(server, make_user()) as device:
        server.process.terminate()
        device.wait_for("draining")
        assert device.ask("note", number=5)
        late = Device(server.socket_url, authenticate=False)
        assert late.wait_until_closed() == 4001
        assert device.wait_until_closed() == 4001
    server.process.wait(timeout=20)
    with pytest.raises(OSError, match="refused"):
        Device(server.socket_url, token=token)


def test_process_without_connections_ends_at_once(serve):
    server = serve("daphne")
    began = time.monotonic()
    server.process.terminate()
    server.process.wait(timeout=20)
    assert time.monotonic() - began < 10
