"""Facts: how the little that must go up goes up.

A lower room publishes what has happened, typed and in the past tense; `offers_project.wiring` lists which service of
which upper room answers it. Answers run at once, in the same transaction: when one refuses, the fact did not happen.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Fact = TypeVar("Fact")

_answers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def answer(fact: type[Fact], *services: Callable[[Fact], None]) -> None:
    """Let `services` be called, in this order, with every `fact` that is published."""
    _answers[fact].extend(service for service in services if service not in _answers[fact])


def publish(fact: object) -> None:
    for service in _answers[type(fact)]:
        service(fact)
