"""One offer goes to many drivers at once, all of them connected."""

from benchmarks.load import Offered
from benchmarks.scenarios.base import Bench
from benchmarks.servers import Kind, serving


def offer(bench: Bench, kind: Kind) -> list[Offered]:
    crowd = bench.ours.crowd
    with serving(kind, bench.ground) as server:
        bench.load.call("open_crowd", server.address, crowd.tokens)
        offers = [
            bench.load.call("offer", server.address, crowd.dispatcher, offer_id, crowd.driver_ids)
            for offer_id in crowd.offer_ids[: bench.plan.offer_repeats]
        ]
        bench.load.call("close")
    return offers
