"""What keeps installations apart that share one Redis."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.test import override_settings

from accounts.sign_in import tickets
from accounts.sign_in.validity import SignedIn
from kernel import clock
from kernel.actors import Actor
from kernel.limits import Bucket, RateLimited
from kernel.secrets import installation_id
from presence.doorbell.exchange import GROUP

ROOT = Path(__file__).resolve().parents[2]
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/a/var/driver_offers.sqlite3"}
MYSQL = {"ENGINE": "kernel.mysql", "NAME": "offers", "HOST": "127.0.0.1"}


def test_all_processes_of_an_installation_have_one_name():
    assert installation_id("k" * 64, MYSQL) == installation_id("k" * 64, MYSQL | {"HOST": "db.internal"})
    there = SQLITE | {"NAME": Path("/srv/a/var/../var/driver_offers.sqlite3")}
    assert installation_id("k" * 64, SQLITE) == installation_id("k" * 64, there)


def test_other_installations_have_another_and_it_tells_no_key():
    names = {
        installation_id("k" * 64, MYSQL),
        installation_id("l" * 64, MYSQL),
        installation_id("k" * 64, MYSQL | {"NAME": "staging"}),
        installation_id("k" * 64, SQLITE),
    }
    assert len(names) == 4
    assert all(len(name) == 16 and "kk" not in name for name in names)


def settings_of(directory: Path, **environment: str) -> tuple[str, str]:
    """The prefixes of the channel layer and of the cache in a process of an installation that keeps things there."""
    code = (
        "import json; from offers_project import settings as s;"
        "print(json.dumps([s.CHANNEL_LAYERS['default']['CONFIG']['prefix'], s.CACHES['default']['KEY_PREFIX']]))"
    )
    given = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(directory)}
    given |= {"REDIS_URL": "redis://127.0.0.1:6379/0"} | environment
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True)
    channels, cache = json.loads(done.stdout)
    return channels, cache


def test_each_installation_has_prefixes_of_its_own(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    assert set(settings_of(here)).isdisjoint(settings_of(there))
    assert settings_of(here, CHANNEL_PREFIX="mine") == ("mine", "mine")


@pytest.fixture
def two_installations(tmp_path):
    """Prefixes of channels and cache of two installations, which the tests' own setting says nothing about."""
    if not os.environ.get("REDIS_URL"):
        pytest.skip("This is about Redis.")
    return settings_of(tmp_path / uuid4().hex), settings_of(tmp_path / uuid4().hex)


@pytest.mark.services
async def test_two_installations_on_one_redis_do_not_hear_each_other(two_installations):
    hosts = [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]
    ours, theirs, same = (
        RedisPubSubChannelLayer(hosts=hosts, prefix=channels)
        for channels, _cache in (*two_installations, two_installations[0])
    )
    heard = {}
    for name, layer in (("ours", ours), ("theirs", theirs), ("same", same)):
        heard[name] = await layer.new_channel()
        await layer.group_add(GROUP, heard[name])
    await ours.group_send(GROUP, {"type": "news"})
    assert (await asyncio.wait_for(ours.receive(heard["ours"]), 5))["type"] == "news"
    assert (await asyncio.wait_for(same.receive(heard["same"]), 5))["type"] == "news"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(theirs.receive(heard["theirs"]), 0.5)
    for layer in (ours, theirs, same):
        await layer.flush()


@pytest.mark.services
@pytest.mark.django_db
def test_tickets_and_limits_of_two_installations_are_their_own(two_installations, settings):
    cache = settings.CACHES["default"]

    def within(installation: int) -> override_settings:
        return override_settings(CACHES={"default": cache | {"KEY_PREFIX": two_installations[installation][1]}})

    dana = SignedIn(Actor(type="dispatcher", id=1, name="Dana", role="manager"), None, clock.now())
    bucket = Bucket(uuid4().hex, burst=1, per_second=0.01)
    with within(0):
        ticket = tickets.issue(dana)
        bucket.take("dana")
        with pytest.raises(RateLimited):
            bucket.take("dana")
    with within(1):
        assert tickets.redeem(ticket) is None
        bucket.take("dana")
    with within(0):
        assert tickets.redeem(ticket).sign_in.key.id == 1
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as observer:
        for _channels, prefix in two_installations:
            for key in observer.scan_iter(f"{prefix}:*"):
                observer.delete(key)
