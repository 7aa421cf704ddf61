"""How messages look on the way out, and what may come in."""

from typing import Any

from chat.models import Message
from offers_project.kernel.clock import iso


def message_dict(message: Message) -> dict[str, Any]:
    """The contract's Message, the same for everybody who may see it. A removed one keeps its place without its text."""
    conversation = message.conversation
    return {
        "id": message.pk,
        "conversation_id": conversation.pk,
        "offer_id": conversation.offer_id,
        "driver_id": conversation.driver_id,
        "seq": message.seq,
        "sender": message.sender.as_dict(),
        "message": message.message,
        "message_type": message.message_type,
        "proposed_rate": None if message.proposed_rate is None else f"{message.proposed_rate:.2f}",
        "currency": message.currency or None,
        "client_id": message.client_id,
        "created_at": iso(message.created_at),
        "delivered_at": iso(message.delivered_at),
        "read_at": iso(message.read_at),
        "removed_at": iso(message.removed_at),
    }
