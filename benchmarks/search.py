"""Finds the highest rate that still holds."""

from collections.abc import Callable
from itertools import pairwise
from typing import Generic, Protocol, TypeVar


class Held(Protocol):
    @property
    def rate(self) -> float: ...

    @property
    def holds(self) -> bool: ...


Outcome = TypeVar("Outcome", bound=Held)


class Search(Generic[Outcome]):
    """`attempt` tries a rate. One that fails is tried once more, so that a hiccup of the machine decides nothing."""

    def __init__(self, attempt: Callable[[float], Outcome], *, least: float = 1.0, tries: int = 2) -> None:
        self._attempt = attempt
        self._least = least
        self._tries = tries

    def highest(self, start: float, step: float) -> Outcome:
        """The highest rate that holds on the ladder `start * step ** n`; the lowest outcome where none does."""
        outcome = self._try(start)
        if outcome.holds:
            return self._climb(start, step, outcome)
        rate = start
        while not outcome.holds and rate / step >= self._least:
            rate /= step
            outcome = self._try(rate)
        return outcome

    def narrowed(self, start: float, *, steps: tuple[float, ...]) -> Outcome:
        """The same by ladders that grow finer, each beginning where the one before has ended."""
        outcome = self.highest(start, steps[0])
        for coarse, step in pairwise(steps):
            if not outcome.holds:
                return outcome
            outcome = self._climb(outcome.rate, step, outcome, below=outcome.rate * coarse)
        return outcome

    def _climb(self, rate: float, step: float, best: Outcome, *, below: float = float("inf")) -> Outcome:
        while (rate := rate * step) < below * 0.999:
            outcome = self._try(rate)
            if not outcome.holds:
                break
            best = outcome
        return best

    def _try(self, rate: float) -> Outcome:
        outcome = self._attempt(rate)
        for _again in range(self._tries - 1):
            if outcome.holds:
                break
            outcome = self._attempt(rate)
        return outcome
