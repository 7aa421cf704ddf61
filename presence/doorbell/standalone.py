"""Ringing from a process that serves no connections: a management command, a worker, a test.

A thread with an event loop of its own talks to the channel layer, so that nobody waits for the network. What is still
on its way when the process ends gets a moment to get out.
"""

import asyncio
import atexit
import concurrent.futures
import threading
from functools import cache

from channels.layers import get_channel_layer

from presence import metrics
from presence.doorbell.wire import Envelope

TAKES_SECONDS = 5.0
LAST_MOMENT_SECONDS = 3.0
WAITING_MAX = 1000

_waiting: set[concurrent.futures.Future[None]] = set()


def publish(group: str, message: Envelope) -> None:
    """Send to everybody in the group, some time soon."""
    if len(_waiting) >= WAITING_MAX:
        metrics.PUBLISH_FAILURES.labels("too many waiting").inc()
        return
    future = asyncio.run_coroutine_threadsafe(_send(group, message), _loop())
    _waiting.add(future)
    future.add_done_callback(_waiting.discard)


async def _send(group: str, message: Envelope) -> None:
    try:
        async with asyncio.timeout(TAKES_SECONDS):
            await get_channel_layer().group_send(group, message)
        metrics.PUBLISHED.inc()
    except Exception as error:
        metrics.PUBLISH_FAILURES.labels(type(error).__name__).inc()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="doorbell", daemon=True).start()
    atexit.register(_wait_for_the_last)
    return loop


def _wait_for_the_last() -> None:
    concurrent.futures.wait(set(_waiting), timeout=LAST_MOMENT_SECONDS)
