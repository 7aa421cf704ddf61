"""What is said of many measurements in few numbers."""

import math
from collections.abc import Sequence
from statistics import median

__all__ = ["median", "percentile", "ratios"]


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank); infinite where there are none."""
    if not sorted_values:
        return math.inf
    rank = math.ceil(share * len(sorted_values))
    return sorted_values[max(0, min(len(sorted_values), rank) - 1)]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Pair by pair: what was measured in one turn is compared with what was measured in the next."""
    return [mine / other if other else math.inf for mine, other in zip(ours, theirs, strict=True)]
