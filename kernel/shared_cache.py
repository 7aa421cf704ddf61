"""The cache that all processes share, made to outlive its Redis.

It holds limits and tickets: good to share, and never worth a failed or a slow request. While Redis is away, each
process keeps what it is given in its own memory; a thread looks for Redis in the background, and no request waits.
"""

import logging
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 0.5
"""How long Redis may take for an answer before it counts as away."""
LOOK_AGAIN_SECONDS = 0.5
OWN_MAX_ENTRIES = 100_000
"""Past the maximum a third would be thrown away, and Django's own maximum is 300."""
OPTIONS: dict[str, Any] = {
    "socket_timeout": ANSWER_SECONDS,
    "socket_connect_timeout": ANSWER_SECONDS,
    "serializer": "kernel.shared_cache.JsonValues",
    # Once more, at once: a connection that Redis has ended since says so only when it is used.
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}


class JsonValues:
    """Serializes values for Redis as JSON: texts, numbers, lists, mappings. Reading them runs no code."""

    def dumps(self, value: Any) -> bytes | int:
        """A number stays one, as Redis counts with it. Raises `TypeError` for what would not come back as it was."""
        if type(value) is int:
            return value
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS)

    def loads(self, kept: bytes) -> Any:
        """What was kept; None, which is nothing, for what is no JSON."""
        try:
            return orjson.loads(kept)
        except orjson.JSONDecodeError:
            logger.warning("the shared cache has something that is no JSON: passed over")
            return None


class RedisConnection:
    """A process's connection to a Redis, and whether Redis has answered lately.

    One for all threads and all caches: Django makes a cache for every request, and each would connect anew.
    """

    def __init__(self, address: str, params: dict[str, Any]) -> None:
        self.is_up = True
        self.shared = RedisCache(address, params | {"OPTIONS": OPTIONS})
        self.own = LocMemCache(f"instead of {address}", params | {"OPTIONS": {"MAX_ENTRIES": OWN_MAX_ENTRIES}})
        self.script = cache(self.shared._cache.get_client(None, write=True).register_script)
        self._address = address
        self._lock = threading.Lock()

    def lost(self, error: Exception) -> None:
        """Count Redis as away, and look in the background whether it is back."""
        with self._lock:
            if not self.is_up:
                return
            self.is_up = False
        logger.warning("the shared cache is away: %s", type(error).__name__)
        threading.Thread(target=self._look_again, name="shared-cache", daemon=True).start()

    def _look_again(self) -> None:
        timeouts = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
        with redis.Redis.from_url(self._address, **timeouts, retry=Retry(NoBackoff(), 0)) as client:
            while not self.is_up:
                time.sleep(LOOK_AGAIN_SECONDS)
                try:
                    self.is_up = bool(client.ping())
                except redis.RedisError:
                    continue
        logger.info("the shared cache is back")


_connections: dict[tuple[str, str], RedisConnection] = {}


def connection_to(address: str, params: dict[str, Any]) -> RedisConnection:
    """The process's one connection to this address."""
    key = (address, repr(params))
    return _connections.get(key) or _connections.setdefault(key, RedisConnection(address, params))


class SharedCache(BaseCache):
    """Django's Redis cache while Redis answers, and the process's own memory while it does not."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._connection = connection_to(server, params)

    @property
    def is_away(self) -> bool:
        """Whether this process is left to its own memory."""
        return not self._connection.is_up

    def script(self, text: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Runs a Lua script on these keys, atomically. Returns its answer; None while Redis is away."""
        if self._connection.is_up:
            try:
                return self._connection.script(text)([self._connection.shared.make_key(key) for key in keys], args)
            except redis.RedisError as error:
                self._connection.lost(error)
        return None

    def _do(self, action: str, *args: Any, **kwargs: Any) -> Any:
        if self._connection.is_up:
            try:
                return getattr(self._connection.shared, action)(*args, **kwargs)
            except redis.RedisError as error:
                self._connection.lost(error)
        return getattr(self._connection.own, action)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("delete", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._do("incr", *args, **kwargs)

    def clear(self) -> Any:
        return self._do("clear")
