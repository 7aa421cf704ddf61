"""Conversations in memory: numbered, marked and closed as by the services of chat, and written when all is said."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from chat.enums import COUNTED_TYPES, ConversationStatus, MemberRole, MessageType
from chat.services import Receipt
from chat.sides import SIDES, own_senders
from kernel.actors import SYSTEM, Actor, ActorKey
from offers.demo.market import Read


@dataclass(slots=True)
class Seat:
    """A member of a conversation."""

    role: MemberRole
    joined_at: datetime
    delivered_seq: int = 0
    delivered_at: datetime | None = None
    read_seq: int = 0
    read_at: datetime | None = None
    has_written: bool = False


@dataclass(slots=True)
class Line:
    """A message. Its number is its place among the lines of its conversation, from 1."""

    sender: Actor
    text: str
    at: datetime
    message_type: MessageType
    proposed_rate: Decimal | None = None
    currency: str = ""
    delivered_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Chat:
    """One conversation."""

    driver_id: int
    created_at: datetime
    seats: dict[ActorKey, Seat]
    status: ConversationStatus = ConversationStatus.OPEN
    lines: list[Line] = field(default_factory=list)

    def say(self, line: Line) -> None:
        self.lines.append(line)
        if line.sender.id is not None and line.message_type in COUNTED_TYPES:
            self.seats[line.sender.key].has_written = True

    def system_line(self, text: str, at: datetime) -> None:
        self.say(Line(SYSTEM, text, at, MessageType.SYSTEM))

    def mark(self, read: Read, at: datetime) -> None:
        """As far as the last line, and never back."""
        seat, is_read = self.seats[read.who.key], read.receipt == Receipt.READ
        since, upto = (seat.read_seq if is_read else seat.delivered_seq), min(read.seq, len(self.lines))
        if upto <= since:
            return
        if is_read:
            seat.read_seq, seat.read_at = upto, at
        if upto > seat.delivered_seq:
            seat.delivered_seq, seat.delivered_at = upto, at
        own = _OWN[read.who.type]
        for line in self.lines[since:upto]:
            if line.sender.type not in own:
                line.delivered_at = line.delivered_at or at
                if is_read:
                    line.read_at = line.read_at or at


_OWN = {kind: frozenset(own_senders(kind)) for kind in SIDES}
"""Whose lines need no reading, by the kind of reader."""
