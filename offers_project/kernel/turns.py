"""Turns: how many threads of a process do something heavy at once, and how many stand in line for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from offers_project.kernel.errors import Busy

COME_AGAIN_SECONDS = 5


@dataclass(eq=False, slots=True)
class _Waiting:
    who: object
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """A line in front of heavy work, first come, first served.

    The one who waits holds a thread, so the line is bounded in length and in time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._line: list[_Waiting] = []

    @contextmanager
    def turn(self, who: object, *, at_once: int, line: int, seconds: float) -> Iterator[None]:
        """Wait for one of `at_once` places, work, and leave it. `at_once` of 0 is no limit.

        At most `line` wait, half of them for the same `who`, so that one client cannot fill it, and each no longer than
        `seconds`. Raises `Busy` beyond that.
        """
        if at_once <= 0:
            yield
            return
        self._enter(who, at_once, line, seconds)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, who: object, at_once: int, line: int, seconds: float) -> None:
        with self._lock:
            if self._inside < at_once and not self._line:
                self._inside += 1
                return
            of_this_one = sum(waiting.who == who for waiting in self._line)
            if len(self._line) >= line or of_this_one >= (line + 1) // 2:
                raise Busy(COME_AGAIN_SECONDS)
            waiting = _Waiting(who)
            self._line.append(waiting)
        if not waiting.called.wait(seconds):
            with self._lock:
                if not waiting.called.is_set():
                    self._line.remove(waiting)
                    raise Busy(COME_AGAIN_SECONDS)

    def _leave(self) -> None:
        """The place goes to the first in the line, or becomes free."""
        with self._lock:
            if self._line:
                self._line.pop(0).called.set()
            else:
                self._inside -= 1
