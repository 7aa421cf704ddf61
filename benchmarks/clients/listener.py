"""What a client tells of, whichever product it speaks to."""

from typing import Protocol

from benchmarks.schedule import Side


class Listener(Protocol):
    """`run` tells this run's messages from an earlier one's, `number` is the message's within the run."""

    def accepted(self, run: int, number: int) -> None: ...

    def refused(self, run: int, number: int, code: str) -> None: ...

    def received(self, run: int, number: int, by: Side) -> None: ...

    def out_of_order(self) -> None: ...


def client_id(run: int, number: int) -> str:
    """What a message is known by: unlike any other of its sender's, also in earlier runs."""
    return f"{run}-{number}"


def read_client_id(text: str) -> tuple[int, int]:
    run, _dash, number = text.partition("-")
    return int(run), int(number)
