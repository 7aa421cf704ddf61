"""Twice as much as it can carry: it goes on carrying most of its best, answers everything, and loses nothing."""

from benchmarks.load import Run
from benchmarks.scenarios.base import Bench
from benchmarks.servers import Kind


def overload(bench: Bench, kind: Kind, highest: float) -> Run:
    with bench.chat_on(kind) as chat:
        chat.warm_up()
        return chat.run(2 * highest, bench.plan.overload_seconds, patience=bench.plan.overload_patience)
