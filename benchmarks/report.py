"""What came out: a table to read, and the same as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any

from benchmarks.figures import median, ratios
from benchmarks.load import CaughtUp, Offered, Run
from benchmarks.scenarios.chat import Duel, Turn
from benchmarks.scenarios.idle import Idle
from benchmarks.scenarios.processes import Processes
from benchmarks.scenarios.variants import Variant


@dataclass(frozen=True)
class Verdict:
    """One thing that must hold: `value` against its bound, and what is aimed at."""

    what: str
    value: float
    bound: float
    unit: str = ""
    aim: float | None = None
    worst: float | None = None
    more_is_better: bool = False
    counts: bool = True
    """False where the machine cannot show it."""

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.more_is_better else self.value <= self.bound

    def line(self) -> str:
        sign = "≥" if self.more_is_better else "≤"
        aim = "" if self.aim is None else f", aim {_number(self.aim)}"
        worst = "" if self.worst is None else f", worst {_number(self.worst)}"
        outcome = ("holds" if self.holds else "DOES NOT HOLD") if self.counts else "not to be judged here"
        return (
            f"{self.what:<58} {_number(self.value) + self.unit:>10}{worst:<13} "
            f"({sign} {_number(self.bound)}{self.unit}{aim})  {outcome}"
        )


@dataclass
class Results:
    plan: str
    machine: Mapping[str, str]
    started: str
    duel: Duel | None = None
    overload: Run | None = None
    idle: dict[str, Idle] = field(default_factory=dict)
    reconnect: CaughtUp | None = None
    offer: list[Offered] = field(default_factory=list)
    processes: Processes | None = None
    variants: list[Variant] = field(default_factory=list)
    load_averages: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def verdicts(self) -> list[Verdict]:
        found: list[Verdict] = []
        if self.duel is not None:
            found += _of_duel(self.duel)
            if self.overload is not None:
                found += _of_overload(self.overload, our_highest(self.duel))
        if (idle := self.idle.get("ours")) is not None:
            found.append(
                Verdict(f"memory of each of {idle.connections} idle connections", idle.kilobytes, 40, " KB", 25)
            )
        if self.reconnect is not None:
            found.append(Verdict(f"{self.reconnect.complete} clients caught up", self.reconnect.seconds, 10, " s"))
            found.append(Verdict("of them not, or with a fault", self.reconnect.faulty, 0))
        if self.offer:
            found.append(
                _worst_too("offer to a crowd: answered", [each.answered_ms for each in self.offer], 500, " ms")
            )
            found.append(
                _worst_too("offer to a crowd: the last has it", [each.last_ms for each in self.offer], 1000, " ms")
            )
        if self.processes is not None:
            found.append(
                Verdict(
                    "two processes / one",
                    self.processes.ratio,
                    1.7,
                    more_is_better=True,
                    counts=self.processes.has_cores,
                )
            )
        return found


def our_highest(duel: Duel) -> float:
    return median([turn.highest.rate for turn in duel.ours])


def _of_duel(duel: Duel) -> list[Verdict]:
    def compared(what: str, value: Any, bound: float, aim: float | None, *, more: bool = False) -> Verdict:
        each = ratios([value(turn) for turn in duel.ours], [value(turn) for turn in duel.reference])
        worst = min(each) if more else max(each)
        return Verdict(what, median(each), bound, aim=aim, worst=worst, more_is_better=more)

    at_half = f"at {duel.half_rate:.0f}/s"
    return [
        compared("highest rate, ours / reference", lambda turn: turn.highest.rate, 1.0, 1.3, more=True),
        compared(f"p99 {at_half}, ours / reference", lambda turn: turn.half.p99_ms, 1.0, None),
        compared(f"CPU a message {at_half}, ours / reference", lambda turn: turn.half.cpu_ms["server"], 1.25, 0.8),
    ]


def _of_overload(run: Run, highest: float) -> list[Verdict]:
    share = 100 * run.accepted_per_second / highest
    return [
        Verdict("overload: accepted, of the highest rate", share, 70, " %", more_is_better=True),
        Verdict("overload: sends without an answer", run.unanswered, 0),
        Verdict("overload: lost, doubled, misordered", run.lost + run.doubled + run.misordered, 0),
    ]


def _worst_too(what: str, values: Sequence[float], bound: float, unit: str) -> Verdict:
    return Verdict(what, median(values), bound, unit, worst=max(values))


# --- text ----------------------------------------------------------------------------------------------------------

COLUMNS = (
    f"{'':<26}{'rate/s':>8}{'p50':>7}{'p95':>7}{'p99':>7} ms {'late':>6} | "
    f"{'server':>7}{'load':>6}{'MariaDB':>8}{'Redis':>6}{'others':>7} CPU | {'server':>7}{'all':>6} ms a message | "
    f"{'lost':>5}{'dbl':>4}{'mis':>4}"
)


def text(results: Results) -> str:
    parts = [_head(results)]
    if results.duel is not None:
        parts.append(_duel_table(results.duel))
    if results.variants:
        lines = [row(f"{each.name}: {what}", run) for each in results.variants for what, run in _of_variant(each)]
        parts.append("\n".join(["Ours under other servers", COLUMNS, *lines]))
    if results.overload is not None:
        refusals = ", ".join(f"{count} {code}" for code, count in results.overload.refusals.items()) or "none"
        accepted = f"accepted {results.overload.accepted_per_second:.0f} a second; refused: {refusals}"
        parts.append("\n".join(["Twice the highest rate", COLUMNS, row("ours", results.overload), accepted]))
    if results.processes is not None:
        parts.append("\n".join(["Two processes", COLUMNS, row("ours, each pair across", results.processes.two)]))
        if not results.processes.has_cores:
            parts.append("There are no cores for a second process here: load, MariaDB and Redis need them as well.")
    for name, idle in results.idle.items():
        parts.append(
            f"{idle.connections} idle connections, {name}: {idle.kilobytes:.1f} KB each, "
            f"all open after {idle.opened_in_seconds:.1f} s"
        )
    parts.append("\n".join(verdict.line() for verdict in results.verdicts()))
    return "\n\n".join(parts)


def row(name: str, run: Run) -> str:
    shares = run.shares
    return (
        f"{name:<26}{run.rate:>8.0f}{_ms(run.p50_ms):>7}{_ms(run.p95_ms):>7}{_ms(run.p99_ms):>7}    "
        f"{_ms(run.late_ms):>6} | "
        f"{shares['server']:>7.2f}{shares['generator']:>6.2f}{shares.get('mariadb', math.nan):>8.2f}"
        f"{shares.get('redis', math.nan):>6.2f}{shares['others']:>7.2f}     | "
        f"{run.cpu_ms['server']:>7.3f}{_all_cpu(run):>6.2f}              | "
        f"{run.lost:>5}{run.doubled:>4}{run.misordered:>4}"
    )


def _all_cpu(run: Run) -> float:
    return sum(run.cpu_ms.get(name, 0.0) for name in ("server", "mariadb", "redis"))


def _duel_table(duel: Duel) -> str:
    lines = ["Chat of 100 pairs, in turn", COLUMNS]
    for number, (mine, other) in enumerate(zip(duel.ours, duel.reference, strict=True), start=1):
        lines += [row(f"{number} ours, highest", mine.highest), row(f"{number} reference, highest", other.highest)]
        lines += [row(f"{number} ours, half", mine.half), row(f"{number} reference, half", other.half)]
    lines += [_medians("ours", duel.ours), _medians("reference", duel.reference)]
    return "\n".join(lines)


def _medians(name: str, turns: Sequence[Turn]) -> str:
    rates = [turn.highest.rate for turn in turns]
    tails = [turn.half.p99_ms for turn in turns]
    costs = [turn.half.cpu_ms["server"] for turn in turns]
    return (
        f"{name}: highest rate {median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f}); at half "
        f"p99 {median(tails):.1f} ms ({min(tails):.1f} to {max(tails):.1f}), "
        f"CPU a message {median(costs):.3f} ms ({min(costs):.3f} to {max(costs):.3f})"
    )


def _of_variant(variant: Variant) -> list[tuple[str, Run]]:
    return [("highest", variant.highest), ("half", variant.half)]


def _head(results: Results) -> str:
    described = [f"{name}: {value}" for name, value in results.machine.items()]
    load = "; ".join(f"{when} {value}" for when, value in results.load_averages.items())
    return "\n".join(
        [f"{results.plan}, {results.started}, {results.seconds:.0f} s", *described, f"load average: {load}"]
    )


def _ms(value: float) -> str:
    return "-" if math.isinf(value) else f"{value:.1f}"


def _number(value: float) -> str:
    return "-" if math.isinf(value) else f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.0f}"


# --- JSON ----------------------------------------------------------------------------------------------------------


def as_json(results: Results) -> str:
    whole = _plain(results) | {"verdicts": [asdict(each) | {"holds": each.holds} for each in results.verdicts()]}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Only what JSON has: what is infinite was not measured."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
