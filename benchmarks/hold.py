"""`python -m benchmarks.hold 400,2000`: what becomes of messages at these rates, one after the other.

For whoever works on the hot path: quick to repeat, and it tells the server's process, so that a profiler can look on.
"""

import argparse
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import plan, report, servers
from benchmarks.data import Wanted
from benchmarks.ground import make_ours, make_reference, standing
from benchmarks.load import Load
from benchmarks.scenarios.base import Bench

KINDS = {"uvicorn": servers.uvicorn, "daphne": servers.daphne, "reference": servers.node}
ONLY_CHAT = replace(Wanted(), crowd=0, crowd_offers=0, returning=0, idle=0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.hold", description=__doc__)
    parser.add_argument("rates", help="messages a second, with commas between")
    parser.add_argument("--seconds", type=float, default=5.0, help="at each of them")
    parser.add_argument("--server", choices=KINDS, default="uvicorn")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offers-benchmark-")))
        ground, load = stack.enter_context(standing(directory)), stack.enter_context(Load())
        people = make_ours(ground, ONLY_CHAT)
        bench = Bench(ground, load, people, make_reference(ground, people), plan.FULL)
        with bench.chat_on(KINDS[chosen.server]()) as chat:
            print(f"server process {chat.servers[0].pid}\n{report.COLUMNS}", flush=True)
            chat.warm_up()
            for rate in map(float, chosen.rates.split(",")):
                print(report.row("", chat.run(rate, chosen.seconds)), flush=True)


if __name__ == "__main__":
    main()
