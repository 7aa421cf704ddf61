"""What processes use: CPU seconds and memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import psutil

GENERATOR, OTHERS = "generator", "others"


@dataclass(frozen=True)
class Reading:
    """CPU seconds used so far, by whom."""

    seconds: Mapping[str, float]

    def since(self, before: "Reading") -> dict[str, float]:
        return {name: self.seconds[name] - before.seconds[name] for name in self.seconds}


class Meter:
    """Reads several groups of processes, the one that asks (the load generator), and the rest of the machine."""

    def __init__(self, pids: Mapping[str, Iterable[int]]) -> None:
        self._groups = {name: [psutil.Process(pid) for pid in each] for name, each in pids.items()}
        self._groups[GENERATOR] = [psutil.Process()]

    def read(self) -> Reading:
        seconds = {name: sum(_cpu(process) for process in group) for name, group in self._groups.items()}
        return Reading(seconds | {OTHERS: _busy() - sum(seconds.values())})


def resident_bytes(pids: Iterable[int]) -> int:
    return sum(psutil.Process(pid).memory_info().rss for pid in pids)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _busy() -> float:
    """CPU seconds that this machine has been busy, whoever with."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
