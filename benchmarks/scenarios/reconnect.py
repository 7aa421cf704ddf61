"""A server restarts, or a network comes back: everybody reconnects in the same moment, each with a cursor."""

from benchmarks.load import CaughtUp
from benchmarks.scenarios.base import Bench
from benchmarks.servers import Kind, serving

PATIENCE_SECONDS = 60.0


def reconnect(bench: Bench, kind: Kind) -> CaughtUp:
    with serving(kind, bench.ground) as server:
        caught_up: CaughtUp = bench.load.call("reconnect", server.address, bench.ours.returning, PATIENCE_SECONDS)
        bench.load.call("close")
        return caught_up
