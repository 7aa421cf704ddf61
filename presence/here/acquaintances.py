"""To which drivers the presence of an office person has been told: those whose chats they have joined.

It is kept in every process that serves connections, by the controls `met` and `parted` that reach all of them, so that
any one of them can tell that the person has gone.
"""

from collections.abc import Sequence

from kernel.actors import ActorKey
from presence.doorbell import bus
from presence.doorbell.bus import Batch, Control

_met: dict[ActorKey, set[str]] = {}
"""The drivers' own topics, by office person."""


def have_met(key: ActorKey, topic: str) -> bool:
    """Whether this driver has been told already that the office person is here."""
    return topic in _met.get(key, ())


def meet(key: ActorKey, topic: str) -> None:
    """The control `met` has come."""
    _met.setdefault(key, set()).add(topic)


def forget(key: ActorKey) -> None:
    """The control `parted` has come."""
    _met.pop(key, None)


def met_by(key: ActorKey, *, parting: bool = False) -> Sequence[str]:
    """The topics of the drivers who were told of an office person's presence; `parting`, every process forgets them.

    Nothing in a process that serves no connections.
    """
    theirs = tuple(_met.get(key, ()))
    if parting and theirs:
        bus.publish(Batch(controls=[Control("parted", key)]))
    return theirs
