"""Rows of this room as batches of messages read and write them: hundreds at a time, without what models cost.

Each class has its columns in one place, and they are compared with its model when this module is loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, ClassVar

from chat.models import Addressed, Conversation, Member, Membership, Message
from kernel.actors import Actor
from kernel.rows import Names, Row, columns_of, defaults_of


@dataclass(slots=True)
class ConversationRow(Addressed):
    """The columns of a conversation that sending needs."""

    COLUMNS: ClassVar[Names]

    pk: int
    offer_id: int
    driver_id: int
    subject_kind: str
    subject_id: int
    status: str
    last_seq: int


@dataclass(slots=True)
class MemberRow(Membership):
    """The columns of a member that say what part they have."""

    COLUMNS: ClassVar[Names]

    conversation_id: int
    actor_type: str
    actor_id: int
    role: str
    has_written: bool
    left_at: Any
    """As the database gives it, which is enough to see whether there is one."""

    @property
    def has_left(self) -> bool:
        return self.left_at is not None


ConversationRow.COLUMNS = columns_of(ConversationRow, Conversation)
MemberRow.COLUMNS = columns_of(MemberRow, Member)


class Draft:
    """A message on its way into the database: it has every column of `Message`, with the model's defaults.

    A new column of the model is one here too, and is kept with what is given for it. Raises `TypeError` for a value
    that there is no column for.
    """

    COLUMNS: ClassVar[Names]
    DEFAULTS: ClassVar[Mapping[str, Any]] = defaults_of(Message)

    conversation: ConversationRow
    sender: Actor
    message: str
    pk: int | None = None
    """Unknown until the database has answered."""
    seq: int
    message_type: str
    proposed_rate: Decimal | None
    client_id: str | None
    created_at: datetime

    def __init__(self, conversation: ConversationRow, sender: Actor, message: str, **values: Any) -> None:
        self.__dict__ = {
            **self.DEFAULTS,
            **values,
            "conversation": conversation,
            "conversation_id": conversation.pk,
            "sender": sender,
            "sender_type": sender.type,
            "sender_id": sender.id,
            "sender_name": sender.name,
            "sender_role": sender.role,
            "message": message,
        }
        if len(self.__dict__) > len(self.DEFAULTS) + len(_NAMED_BESIDE):
            raise TypeError(f"a message has no {', '.join(values.keys() - self.DEFAULTS.keys())}")

    def row(self, created_at: Any) -> Row:
        """The values of `COLUMNS`. `created_at` is the moment as the database keeps it, the same for a whole batch."""
        return (*_values(self), created_at)


_NAMED_BESIDE = ("conversation", "sender")
"""What a draft has that is no column: the objects behind some."""
_AT = "created_at"
_before = tuple(name for name in Draft.DEFAULTS if name != _AT)
_values = attrgetter(*_before)
Draft.COLUMNS = (*_before, _AT)
