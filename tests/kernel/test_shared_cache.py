"""The shared cache without its Redis: nobody notices, and nobody waits."""

import os
import pickle
import threading
import time
from datetime import UTC, datetime

import pytest
import redis
from django.core.cache import cache as default_cache
from django.core.cache.backends.redis import RedisCache

from accounts.sign_in import tickets
from kernel import shared_cache
from kernel.errors import Unavailable
from kernel.limits import Bucket, RateLimited
from kernel.shared_cache import JsonValues, SharedCache
from tests.servers import free_port


@pytest.fixture
def address(monkeypatch):
    """Where no Redis is; nobody looks for it again unless the test wants it."""
    monkeypatch.setattr(shared_cache, "LOOK_AGAIN_SECONDS", 3600)
    address = f"redis://127.0.0.1:{free_port()}/0"
    yield address
    for (where, _params), connection in shared_cache._connections.items():
        if where == address:
            connection.is_up = True  # Or its thread would look for it beside all further tests.


def test_without_redis_a_process_keeps_things_itself(address):
    cache, same = SharedCache(address, {}), SharedCache(address, {})
    assert cache.get("a", "nothing") == "nothing"
    assert cache.is_away
    assert cache.add("a", 1)
    cache.set("b", 2)
    assert same.get_many(["a", "b"]) == {"a": 1, "b": 2}
    assert same.incr("b") == 3
    assert "b" in same
    assert cache.touch("b", 60)
    assert cache.delete("b")
    assert same.get("b") is None
    cache.clear()
    assert same.get("a") is None


def test_redis_is_asked_once_and_then_no_more(address, monkeypatch):
    asked = []

    def refuse(self, *args, **kwargs):
        asked.append(args)
        raise redis.TimeoutError("frozen")

    monkeypatch.setattr(RedisCache, "get", refuse)
    for _ in range(3):
        assert SharedCache(address, {}).get("a") is None
    assert len(asked) == 1


def test_limits_hold_without_redis(address, settings):
    settings.CACHES = {"default": {"BACKEND": "kernel.shared_cache.SharedCache", "LOCATION": address}}
    bucket = Bucket("test", burst=2, per_second=0.001)
    for _ in range(2):
        bucket.take("dana")
    with pytest.raises(RateLimited):
        bucket.take("dana")


@pytest.mark.services
def test_all_caches_of_a_process_have_the_same_connections():
    if not os.environ.get("REDIS_URL"):
        pytest.skip("This is about Redis.")
    address = os.environ["REDIS_URL"]
    caches = [SharedCache(address, {}) for _request in range(20)]
    with redis.Redis.from_url(address) as observer:
        caches[0].set("a", 1)
        assert caches[0].script("return redis.call('EXISTS', KEYS[1])", ["a"], []) == 1
        before = len(observer.client_list())
        for cache in caches:
            assert cache.get("a") == 1
            assert cache.script("return ARGV[1]", [], ["b"]) == b"b"
        assert len(observer.client_list()) == before


class Evil:
    """What a pickle can do: it runs a command when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.services
def test_what_others_have_put_into_redis_runs_no_code(tmp_path):
    if not os.environ.get("REDIS_URL"):
        pytest.skip("This is about Redis.")
    ticket, ran = "A" * 43, tmp_path / "ran"
    kept = pickle.dumps(Evil(ran))
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as stranger:
        stranger.set(default_cache.make_key(f"socket-ticket:{ticket}"), kept, ex=60)
    assert default_cache.get(f"socket-ticket:{ticket}") is None
    assert tickets.redeem(ticket) is None
    assert not ran.exists()


@pytest.mark.parametrize("value", [0, -5, 1.5, "text", "", None, True, ["dispatcher", 5, None], {"a": [1]}])
def test_what_is_kept_comes_back_as_it_was(value):
    values = JsonValues()
    kept = values.dumps(value)
    assert type(kept) is int if type(value) is int else isinstance(kept, bytes)
    assert values.loads(str(kept).encode() if isinstance(kept, int) else kept) == value


@pytest.mark.parametrize("value", [object(), {1, 2}, datetime(2026, 1, 1, tzinfo=UTC), b"octets"])
def test_what_would_come_back_as_something_else_is_not_kept(value):
    with pytest.raises(TypeError):
        JsonValues().dumps(value)


@pytest.mark.parametrize("kept", [pickle.dumps(["dispatcher", 1]), b"", b"\xff\xfe", b"{"])
def test_what_is_no_json_is_nothing(kept):
    assert JsonValues().loads(kept) is None


def test_ticket_that_another_process_may_have_issued_may_be_shown_again_later(address, settings):
    settings.CACHES = {"default": {"BACKEND": "kernel.shared_cache.SharedCache", "LOCATION": address}}
    with pytest.raises(Unavailable):
        tickets.redeem("x" * 43)


def test_redis_is_found_when_it_is_back(monkeypatch):
    monkeypatch.setattr(shared_cache, "LOOK_AGAIN_SECONDS", 0)
    back = threading.Event()

    def ping(self, **options):
        if not back.is_set():
            raise redis.ConnectionError("refused")
        return True

    monkeypatch.setattr(redis.Redis, "ping", ping)
    cache = SharedCache(f"redis://127.0.0.1:{free_port()}/0", {})
    cache.set("a", 1)
    assert cache.is_away
    back.set()
    deadline = time.monotonic() + 20
    while cache.is_away and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not cache.is_away
