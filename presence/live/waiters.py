"""Those who wait for an event without a connection: requests of the long poll."""

import asyncio
from typing import NamedTuple

from kernel.actors import ActorKey


class Waiter(NamedTuple):
    """`future` is done once the stream has come beyond `after`."""

    future: asyncio.Future[None]
    after: int


class Waiters:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[ActorKey, list[Waiter]] = {}

    def __contains__(self, key: ActorKey) -> bool:
        return key in self._waiting

    def people(self) -> list[ActorKey]:
        """Whose streams are waited for."""
        return list(self._waiting)

    def count(self, key: ActorKey) -> int:
        """How many wait for one person's stream."""
        return len(self._waiting.get(key, ()))

    def add(self, key: ActorKey, after: int) -> Waiter:
        """Wait for this person's stream to come beyond `after`. Give the waiter back with `remove`."""
        waiter = Waiter(self._loop.create_future(), after)
        self._waiting.setdefault(key, []).append(waiter)
        return waiter

    def remove(self, key: ActorKey, waiter: Waiter) -> None:
        theirs = self._waiting.get(key, [])
        if waiter in theirs:
            theirs.remove(waiter)
        if not theirs:
            self._waiting.pop(key, None)

    def wake(self, key: ActorKey, head: float) -> None:
        """This person's stream has come to `head`."""
        for future, after in self._waiting.get(key, ()):
            if head > after and not future.done():
                future.set_result(None)
