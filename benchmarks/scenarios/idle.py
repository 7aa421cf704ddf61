"""What a connection costs that says nothing."""

import time
from dataclasses import dataclass

from benchmarks.measure import resident_bytes
from benchmarks.scenarios.base import Bench
from benchmarks.servers import Kind, serving

SETTLE_SECONDS = 2.0
WARM = 100
"""Connections that open and close before memory is looked at first."""


@dataclass(frozen=True)
class Idle:
    connections: int
    opened_in_seconds: float
    kilobytes: float
    """Resident memory a connection."""


def idle(bench: Bench, kind: Kind) -> Idle:
    with serving(kind, bench.ground) as server:
        tokens = bench.people(server).idle
        bench.load.call("open_idle", server.product, server.address, tokens[:WARM])
        bench.load.call("close")
        time.sleep(SETTLE_SECONDS)
        before = resident_bytes([server.pid])
        seconds: float = bench.load.call("open_idle", server.product, server.address, tokens)
        time.sleep(SETTLE_SECONDS)
        after = resident_bytes([server.pid])
        bench.load.call("close")
    return Idle(len(tokens), seconds, (after - before) / len(tokens) / 1024)
