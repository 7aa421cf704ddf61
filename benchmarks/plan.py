"""How long and how often everything is measured."""

from dataclasses import dataclass, field, replace

from benchmarks.data import Wanted


@dataclass(frozen=True)
class Plan:
    name: str
    pairs: int = 5
    """Turns of either product, one after the other."""
    window: float = 3.0
    """Seconds at each rate of a search."""
    half_window: float = 5.0
    overload_seconds: float = 6.0
    patience: float = 4.0
    """Seconds until what has not arrived counts as lost, when the rate is to hold."""
    overload_patience: float = 60.0
    warm_up_rate: float = 400.0
    warm_up_seconds: float = 2.0
    first_rate: float = 800.0
    coarse: tuple[float, ...] = (1.5, 1.15)
    """The steps by which the highest rate is found at first."""
    fine: float = 1.08
    """The steps from there, in every turn."""
    offer_repeats: int = 5
    variants: bool = True
    wanted: Wanted = field(default_factory=Wanted)


FULL = Plan("full")
QUICK = replace(
    FULL,
    name="quick",
    pairs=2,
    window=2.0,
    half_window=3.0,
    overload_seconds=3.0,
    warm_up_seconds=1.0,
    coarse=(1.5, 1.2),
    fine=1.12,
    offer_repeats=2,
    variants=False,
    wanted=Wanted(crowd_offers=2, returning=500, idle=1000),
)
