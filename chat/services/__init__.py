"""Every write of this room."""

from chat.services.members import (
    close_conversations,
    lock_conversations,
    open_conversations,
    reopen_conversations,
    set_office_members,
)
from chat.services.receipts import Mark, Receipt, mark_delivered, mark_many, mark_read
from chat.services.removing import remove_message
from chat.services.sending import Line, Send, Sent, say, send_messages

__all__ = [
    "Line",
    "Mark",
    "Receipt",
    "Send",
    "Sent",
    "close_conversations",
    "lock_conversations",
    "mark_delivered",
    "mark_many",
    "mark_read",
    "open_conversations",
    "remove_message",
    "reopen_conversations",
    "say",
    "send_messages",
    "set_office_members",
]
