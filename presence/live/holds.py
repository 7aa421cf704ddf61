"""What lasts only while a connection keeps saying so: that its person is typing, for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from presence.doorbell.bus import Passing
from presence.live.commands import Hold


class Holds:
    """The holds of one connection by name. `publish` is given what a hold tells when it ends."""

    __slots__ = ("_held", "_loop", "_publish")

    def __init__(self, loop: asyncio.AbstractEventLoop, publish: Callable[[Passing], None]) -> None:
        self._loop = loop
        self._publish = publish
        self._held: dict[str, tuple[asyncio.TimerHandle, Passing]] = {}

    def hold(self, held: Hold) -> None:
        """Let `held.on_release` be told when the hold is not renewed within `held.seconds`, or all are released."""
        if held.name in self._held:
            self._held[held.name][0].cancel()
        timer = self._loop.call_later(held.seconds, self.release, held.name)
        self._held[held.name] = (timer, held.on_release)

    def release(self, name: str) -> None:
        """End a hold and tell it. Nothing happens without one."""
        held = self._held.pop(name, None)
        if held is not None:
            timer, passing = held
            timer.cancel()
            self._publish(passing)

    def release_all(self) -> None:
        for name in list(self._held):
            self.release(name)
