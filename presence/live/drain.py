"""Leaving in order: on SIGTERM the connections are told and closed first, then the server does what it always does.

Servers differ in what they do to open sockets then; uvicorn closes them with 1012, Daphne without a word. So the
signal is taken before them, under either, and handed on afterwards.
"""

import asyncio
import logging
import signal
import threading
from types import FrameType
from typing import Any

from presence.live.hub import Hub

logger = logging.getLogger(__name__)

_watched: set[asyncio.AbstractEventLoop] = set()


def on_sigterm(hub: Hub) -> None:
    """Drain `hub` before whatever handler is installed now. Done once for a loop, and only in the main thread."""
    if hub.loop in _watched or threading.current_thread() is not threading.main_thread():
        return
    _watched.add(hub.loop)
    before: Any = signal.getsignal(signal.SIGTERM)

    def handle(number: int, frame: FrameType | None) -> None:
        if hub.is_draining or not hub.loop.is_running():
            _hand_on(before, number, frame)
            return
        hub.is_draining = True
        hub.loop.call_soon_threadsafe(lambda: hub.spawn(_drain(hub, before, number)))

    signal.signal(signal.SIGTERM, handle)


async def _drain(hub: Hub, before: Any, number: int) -> None:
    logger.info("draining %d connections", len(hub.roster.connections))
    try:
        await hub.drain()
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)
        _hand_on(before, number, None)


def _hand_on(before: Any, number: int, frame: FrameType | None) -> None:
    if callable(before):
        before(number, frame)
    elif before != signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
