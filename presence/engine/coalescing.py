"""What is worth telling soon, but not every time: told at once when it was quiet, and then once in a while."""

import time
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import Generic, TypeVar

from kernel import unit_of_work

K = TypeVar("K", bound=Hashable)

EVERY_SECONDS = 2.0
LOOK_SECONDS = 0.1
"""How often whoever tells asks what is due."""
AT_A_TIME = 40
"""How much is due at one time, so that telling it keeps nobody waiting. Where more changes, it is told later; with less
at a time, putting the questions together would take longer than answering them.
"""
MOST = 10_000
REST = 29
"""After telling, nothing is due for so many times as long as it has taken: a thirtieth of the time is enough for it."""


class Coalescer(Generic[K]):
    """Remembers what has changed. What is remembered may be lost with the process, and so it is for passing events.

    Under load everything is due about once in `EVERY_SECONDS`, a little at a time, what has waited longest first; less
    often where telling it takes long.
    """

    def __init__(self, at_a_time: int | None = None) -> None:
        """`at_a_time`: how much is due at one time, where telling more costs little; `AT_A_TIME` unless given."""
        self._at_a_time = at_a_time
        self._changed: dict[K, None] = {}
        """In the order in which they changed."""
        self._told: dict[K, float] = {}
        self._rests_until = 0.0
        self._lock = Lock()

    def mark_on_commit(self, changed: Iterable[K]) -> None:
        """These have changed, if the transaction is committed."""
        keys = frozenset(changed)
        unit_of_work.after_commit(lambda: self.mark(keys))

    def mark(self, changed: Iterable[K]) -> None:
        """These have changed, whatever becomes of the transaction."""
        with self._lock:
            if len(self._changed) < MOST:
                self._changed.update(dict.fromkeys(changed))

    @contextmanager
    def draining(self) -> Iterator[set[K]]:
        """What is due, to be told within the block."""
        began = time.monotonic()
        due = self.take_due()
        yield due
        ended = time.monotonic()
        if due:
            self._rests_until = ended + REST * (ended - began)

    def take_due(self) -> set[K]:
        """What has changed and was not due a moment ago. It is taken to be told now."""
        now = time.monotonic()
        if now < self._rests_until:
            return set()
        with self._lock:
            self._told = {key: at for key, at in self._told.items() if now - at < EVERY_SECONDS}
            due = set(islice((key for key in self._changed if key not in self._told), self._at_a_time or AT_A_TIME))
            for key in due:
                del self._changed[key]
            self._told.update(dict.fromkeys(due, now))
        return due

    def reset(self) -> None:
        """Begin anew."""
        with self._lock:
            self._changed.clear()
            self._told.clear()
            self._rests_until = 0.0
