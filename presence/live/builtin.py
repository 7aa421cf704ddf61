"""What every connection can be asked for, whatever rooms there are. The consumer does these itself: they are about the
connection, and not about anything that a room keeps.
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from kernel.frames import Frame, Text, Whole
from presence.live.commands import Command
from presence.shapes import EPOCH_MAX_LENGTH

TOKEN_MAX_LENGTH = 8192


class Authenticate(Frame, frozen=True):
    token: Annotated[Text, Meta(max_length=TOKEN_MAX_LENGTH)] | UnsetType | None = UNSET
    cursor: Any = UNSET
    """Whatever JSON has: it is looked at once it is known whose it is."""


class Heartbeat(Frame, frozen=True):
    pass


class CursorSaid(Frame, frozen=True):
    epoch: Annotated[Text, Meta(max_length=EPOCH_MAX_LENGTH)]
    seq: Annotated[Whole, Meta(ge=0)]


class Resume(Frame, frozen=True):
    cursor: CursorSaid


AUTHENTICATE = Command("authenticate", Authenticate)
HEARTBEAT = Command("heartbeat", Heartbeat)
RESUME = Command("resume", Resume)

_own = {command.name: command for command in (AUTHENTICATE, HEARTBEAT, RESUME)}


def find(name: str) -> Command | None:
    return _own.get(name)
