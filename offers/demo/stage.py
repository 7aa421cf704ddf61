"""A stage: stories are told side by side, each a generator that says when it goes on, all in the order of time."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from itertools import count

from kernel import clock
from kernel.errors import Refusal

Story = Iterator[datetime]


class Stage:
    """Tells stories up to `end`: what would come later does not happen."""

    def __init__(self, *, end: datetime, look: Callable[[], None] = lambda: None) -> None:
        """`look` is called after each step, for those who wait."""
        self.end, self._look = end, look
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._numbers = count()

    def begin(self, story: Story) -> None:
        """Let a story go on when it first says so."""
        # A refusal ends a story, as it would end an attempt: the load was taken, the truck booked meanwhile.
        with suppress(StopIteration, Refusal):
            self._wait(next(story), story)

    def run(self) -> None:
        while self._waiting:
            moment, _number, story = heapq.heappop(self._waiting)
            with clock.standing_at(moment):
                self.begin(story)
            self._look()

    def _wait(self, moment: datetime, story: Story) -> None:
        if moment <= self.end:
            heapq.heappush(self._waiting, (moment, next(self._numbers), story))
