"""Which server should serve it: the same product under each of them, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Run
from benchmarks.scenarios.base import Bench
from benchmarks.search import Search
from benchmarks.servers import Kind


@dataclass(frozen=True)
class Variant:
    name: str
    highest: Run
    half: Run


def variants(bench: Bench, kinds: Sequence[Kind], near: float, half_rate: float) -> list[Variant]:
    return [_measured(bench, kind, near, half_rate) for kind in kinds]


def _measured(bench: Bench, kind: Kind, near: float, half_rate: float) -> Variant:
    with bench.chat_on(kind) as chat:
        chat.warm_up()
        search: Search[Run] = Search(lambda rate: chat.run(rate, bench.plan.window), least=50)
        highest = search.highest(near, bench.plan.coarse[-1])
        return Variant(kind.name, highest, chat.run(half_rate, bench.plan.window))
