"""What every connection can be asked for, whatever rooms there are. The consumer does these itself: they are about the
connection, and not about anything that a room keeps.
"""

from presence.live.commands import Command
from presence.shapes import AuthenticateShape, HeartbeatShape, ResumeShape

AUTHENTICATE = Command("authenticate", AuthenticateShape)
HEARTBEAT = Command("heartbeat", HeartbeatShape)
RESUME = Command("resume", ResumeShape)

_own = {command.name: command for command in (AUTHENTICATE, HEARTBEAT, RESUME)}


def find(name: str) -> Command | None:
    return _own.get(name)
