"""What became of each message: who has it, how often, in which order."""

from array import array
from collections import Counter
from dataclasses import dataclass

from benchmarks.schedule import Side, sender

NOT_YET = -1.0


@dataclass(frozen=True)
class Faults:
    lost: int
    """Accepted, but not received by one of the sides."""
    doubled: int
    misordered: int
    """Came after a later one of the same sender, or with a number that does not follow the one before."""
    unanswered: int


class Tally:
    """Notes what happens to the messages of one run. Times are seconds from its beginning."""

    def __init__(self, moments: list[float], pairs: int) -> None:
        self.moments = moments
        self.pairs = pairs
        self.sent_at = array("d", [NOT_YET]) * len(moments)
        self.accepted_at = array("d", [NOT_YET]) * len(moments)
        self.received_at = array("d", [NOT_YET]) * len(moments)
        self.refusals: Counter[str] = Counter()
        self._refused: set[int] = set()
        self._received = [bytearray(len(moments)), bytearray(len(moments))]
        self._latest: dict[tuple[int, Side, Side], int] = {}
        self._open = len(moments)
        self._expected = 0
        self._doubled = 0
        self._misordered = 0

    def sent(self, number: int, at: float) -> None:
        self.sent_at[number] = at

    def accepted(self, number: int, at: float) -> None:
        if self.accepted_at[number] != NOT_YET or number in self._refused:
            self._doubled += 1
            return
        self.accepted_at[number] = at
        self._open -= 1
        self._expected += 2 - self._received[0][number] - self._received[1][number]

    def refused(self, number: int, code: str) -> None:
        if number not in self._refused:
            self._refused.add(number)
            self.refusals[code] += 1
            self._open -= 1

    def received(self, number: int, by: Side, at: float) -> None:
        """One of the pair's sides has the message: the other side's receipt is what latency is measured to."""
        pair, side = sender(number, self.pairs)
        if self._received[by][number]:
            self._doubled += 1
            return
        self._received[by][number] = 1
        if self.accepted_at[number] != NOT_YET:
            self._expected -= 1
        if by is not side:
            self.received_at[number] = at
        latest = self._latest.get((pair, side, by), -1)
        if number < latest:
            self._misordered += 1
        else:
            self._latest[pair, side, by] = number

    def out_of_order(self) -> None:
        """The stream that a message came in has shown a gap, or a number again."""
        self._misordered += 1

    @property
    def is_complete(self) -> bool:
        """Everything is answered, and everything accepted has arrived on both sides."""
        return self._open == 0 and self._expected == 0

    def accepted_within(self, seconds: float) -> int:
        return sum(1 for at in self.accepted_at if NOT_YET < at <= seconds)

    @property
    def accepted_count(self) -> int:
        return sum(1 for at in self.accepted_at if at != NOT_YET)

    def latencies(self) -> list[float]:
        """From the scheduled moment to the other side's receipt, sorted."""
        pairs = zip(self.moments, self.received_at, strict=True)
        return sorted(at - moment for moment, at in pairs if at != NOT_YET)

    def lateness(self) -> list[float]:
        """How late messages left, sorted: what the load generator itself adds."""
        pairs = zip(self.moments, self.sent_at, strict=True)
        return sorted(at - moment for moment, at in pairs if at != NOT_YET)

    def faults(self) -> Faults:
        accepted = [number for number, at in enumerate(self.accepted_at) if at != NOT_YET]
        office, driver = self._received
        return Faults(
            lost=sum(1 for number in accepted if not (office[number] and driver[number])),
            doubled=self._doubled,
            misordered=self._misordered,
            unanswered=self._open,
        )
