"""How many threads of a process do something heavy at once, and how many stand in line for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from kernel.errors import Busy

COME_AGAIN_SECONDS = 5


@dataclass(eq=False, slots=True)
class _Waiting:
    who: object
    called: threading.Event = field(default_factory=threading.Event)


class ConcurrencyLimit:
    """A line in front of heavy work, first come, first served.

    The one who waits holds a thread, so the line is bounded in length and in time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._line: list[_Waiting] = []

    @contextmanager
    def turn(
        self,
        who: object,
        *,
        at_once: int,
        line: int,
        seconds: float,
        while_waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> Iterator[None]:
        """Wait for one of `at_once` places, work, and leave it. `at_once` of 0 is no limit.

        At most `line` wait, half of them for the same `who`, so that one client cannot fill it, and each no longer than
        `seconds`. Raises `Busy` beyond that. The time of waiting is spent inside of `while_waiting()`, which may let go
        of what others can use.
        """
        if at_once <= 0:
            yield
            return
        waiting = self._enter(who, at_once, line)
        if waiting is not None:
            self._wait(waiting, seconds, while_waiting)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, who: object, at_once: int, line: int) -> _Waiting | None:
        """Take a place, or stand in line."""
        with self._lock:
            if self._inside < at_once and not self._line:
                self._inside += 1
                return None
            of_this_one = sum(waiting.who == who for waiting in self._line)
            if len(self._line) >= line or of_this_one >= (line + 1) // 2:
                raise Busy(COME_AGAIN_SECONDS)
            waiting = _Waiting(who)
            self._line.append(waiting)
            return waiting

    def _wait(
        self, waiting: _Waiting, seconds: float, while_waiting: Callable[[], AbstractContextManager[object]]
    ) -> None:
        try:
            with while_waiting():
                is_called = waiting.called.wait(seconds)
        except BaseException:
            if not self._give_up(waiting):
                self._leave()
            raise
        if not is_called and self._give_up(waiting):
            raise Busy(COME_AGAIN_SECONDS)

    def _give_up(self, waiting: _Waiting) -> bool:
        """Step out of the line; False for one who was called at this very moment, and has a place."""
        with self._lock:
            if waiting.called.is_set():
                return False
            self._line.remove(waiting)
            return True

    def _leave(self) -> None:
        """The place goes to the first in the line, or becomes free."""
        with self._lock:
            if self._line:
                self._line.pop(0).called.set()
            else:
                self._inside -= 1
