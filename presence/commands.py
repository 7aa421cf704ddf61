"""Commands that come over the live connection. Each room declares its own; `offers_project.wiring` registers them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

from offers_project.kernel.actors import Actor
from offers_project.kernel.errors import Refusal

Answer = Mapping[str, Any] | None


@dataclass(slots=True)
class Call:
    """One command of one connection, its fields checked. What it joins and leaves takes effect before its ack."""

    actor: Actor
    data: Mapping[str, Any]
    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def join(self, topic: str) -> None:
        """Let the connection hear a topic (`presence.topics`) from now on."""
        self.joined.append(topic)

    def leave(self, topic: str) -> None:
        self.left.append(topic)


@dataclass(frozen=True, slots=True)
class Command:
    """`run` does one call and gives the ack's data, or raises a refusal.

    With `run_many` instead, calls that come together from any connections of the process are done together, in one
    transaction: it gives for each call, in their order, the ack's data or the refusal.
    """

    name: str
    fields: type[Serializer]
    run: Callable[[Call], Answer] | None = None
    run_many: Callable[[Sequence[Call]], Sequence[Answer | Refusal]] | None = None


_commands: dict[str, Command] = {}


def register(*commands: Command) -> None:
    _commands.update({command.name: command for command in commands})


def find(name: object) -> Command | None:
    return _commands.get(name) if isinstance(name, str) else None
