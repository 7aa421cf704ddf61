"""`python -m benchmarks [--quick]`: measures everything, prints the table, and keeps it in var/benchmarks/."""

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, plan, report, servers
from benchmarks.ground import ROOT, make_ours, make_reference, standing, versions
from benchmarks.load import Load
from benchmarks.report import Results, our_highest
from benchmarks.scenarios.base import Bench
from benchmarks.scenarios.chat import duel
from benchmarks.scenarios.idle import idle
from benchmarks.scenarios.offer import offer
from benchmarks.scenarios.overload import overload
from benchmarks.scenarios.processes import processes
from benchmarks.scenarios.reconnect import reconnect
from benchmarks.scenarios.variants import variants

Say = Callable[[str], None]


def measure(bench: Bench, results: Results, say: Say) -> None:
    ours, reference = servers.uvicorn(), servers.node()
    say("chat of both products, in turn")
    results.duel = duel(bench, ours, reference, say)
    top = our_highest(results.duel)
    say("twice the highest rate")
    results.overload = overload(bench, ours, top)
    say("idle connections")
    results.idle = {"ours": idle(bench, ours), "reference": idle(bench, reference)}
    say("everybody comes back at once")
    results.reconnect = reconnect(bench, ours)
    say("an offer to a crowd")
    results.offer = offer(bench, ours)
    if not bench.plan.variants:
        return
    say("two processes")
    results.processes = processes(bench, ours, top)
    say("other servers")
    others = [ours, servers.uvicorn("websockets-sansio"), servers.uvicorn("websockets"), servers.daphne()]
    results.variants = variants(bench, others, top, results.duel.half_rate)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes instead of ten: to see that it works")
    chosen = plan.QUICK if parser.parse_args().quick else plan.FULL
    began, started = time.monotonic(), datetime.now(UTC)

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {what}", flush=True)

    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offers-benchmark-")))
        ground, load = stack.enter_context(standing(directory)), stack.enter_context(Load())
        say("tables, people, offers and chats")
        our_people = make_ours(ground, chosen.wanted)
        bench = Bench(ground, load, our_people, make_reference(ground, our_people), chosen)
        described = machine.described() | versions(ground)
        results = Results(chosen.name, described, started.isoformat(timespec="seconds"))
        results.load_averages["before"] = machine.load_average()
        measure(bench, results, say)
    results.load_averages["after"] = machine.load_average()
    results.seconds = time.monotonic() - began

    kept = ROOT / "var" / "benchmarks"
    kept.mkdir(parents=True, exist_ok=True)
    stem = kept / f"{started:%Y%m%d-%H%M%S}-{chosen.name}"
    stem.with_suffix(".txt").write_text(report.text(results) + "\n")
    stem.with_suffix(".json").write_text(report.as_json(results) + "\n")
    print(f"\n{report.text(results)}\n\nKept in {stem.relative_to(ROOT)}.txt and .json")


if __name__ == "__main__":
    main()
