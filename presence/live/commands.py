"""Commands that come over the live connection. Each room declares its own; `offers_project.wiring` registers them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from accounts.rules import change_limit
from kernel.actors import Actor
from kernel.errors import Refusal
from kernel.frames import Frame
from presence.doorbell.bus import Passing
from presence.log import renderers

Answer = Mapping[str, Any] | None


def _reads(_fields: Mapping[str, Any]) -> bool:
    return False


class Hold(NamedTuple):
    """Something that lasts only while its connection keeps saying so, `seconds` at a time: somebody is typing."""

    name: str
    on_release: Passing
    seconds: float


@dataclass(slots=True)
class Call:
    """One command of one connection, its fields checked. What it joins, leaves, holds and releases takes effect after
    it has been done, before its ack.
    """

    actor: Actor
    data: Mapping[str, Any]
    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    held: list[Hold] = field(default_factory=list)
    released: list[str] = field(default_factory=list)

    def join(self, topic: str) -> None:
        """Let the connection hear a topic (`presence.doorbell.topics`) from now on.

        For commands that only read: they are done again when something was taken from the person meanwhile.
        """
        self.joined.append(topic)

    def leave(self, topic: str) -> None:
        self.left.append(topic)

    def hold(self, name: str, on_release: Passing, seconds: float = 6) -> None:
        """Tell `on_release` once, to whoever listens: `seconds` from now unless the same connection holds `name` again
        before, when it releases `name`, or when it ends. So `typing_start` passes on that somebody types and holds;
        `typing_stop` only releases.
        """
        renderers.require_passing(on_release.kind)
        self.held.append(Hold(name, on_release, seconds))

    def release(self, name: str) -> None:
        """End a hold before its time; without one, nothing is told."""
        self.released.append(name)


@dataclass(frozen=True, slots=True)
class Command:
    """`run` does one call and gives the ack's data, or raises a refusal.

    `is_a_change` says of the fields whether the call counts as a change of the person's (`accounts.rules`).
    With `run_many` instead, calls that come together from any connections of the process are done together, in one
    transaction: it gives for each call, in their order, the ack's data or the refusal.
    """

    name: str
    fields: type[Frame]
    run: Callable[[Call], Answer] | None = None
    run_many: Callable[[Sequence[Call]], Sequence[Answer | Refusal]] | None = None
    is_a_change: Callable[[Mapping[str, Any]], bool] = _reads

    def do(self, call: Call) -> Answer:
        """Do one call, if the person has not changed too much already."""
        if self.run is None:
            raise TypeError(f"{self.name} does only many at a time")
        if self.is_a_change(call.data):
            change_limit().take(call.actor.key)
        return self.run(call)

    def read(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of a frame as this command takes them, or `Invalid`, as `Frame.read`."""
        return self.fields.read(data)


_commands: dict[str, Command] = {}


def register(*commands: Command) -> None:
    _commands.update({command.name: command for command in commands})


def find(name: object) -> Command | None:
    return _commands.get(name) if isinstance(name, str) else None
