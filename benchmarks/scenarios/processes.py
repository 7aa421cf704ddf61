"""Two processes carry more than one, where there are cores for them."""

import os
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.load import Run
from benchmarks.scenarios.base import Bench
from benchmarks.search import Search
from benchmarks.servers import Kind, serving

CORES_FOR_TWO = 4
"""Two for the servers; the load generator, MariaDB and Redis fill the others."""


@dataclass(frozen=True)
class Processes:
    one: float
    two: Run
    has_cores: bool

    @property
    def ratio(self) -> float:
        return self.two.rate / self.one


def processes(bench: Bench, kind: Kind, one: float) -> Processes:
    """Both sides of a pair are connected to different processes: every message goes from one to the other."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(serving(kind, bench.ground)) for _each in range(2))
        chat = stack.enter_context(bench.chatting(first, second))
        chat.warm_up()
        search: Search[Run] = Search(lambda rate: chat.run(rate, bench.plan.window), least=50)
        two = search.highest(one, 1.2)
    return Processes(one, two, has_cores=(os.cpu_count() or 1) >= CORES_FOR_TWO)
