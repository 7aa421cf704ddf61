"""How messages and conversations look on the way out."""

from typing import Any

from rest_framework import serializers

from accounts.shapes import ActorOut
from chat.enums import ConversationStatus
from offers_project.kernel.clock import iso


def message_dict(message: Any) -> dict[str, Any]:
    """The contract's Message of a `Message`, or of one that is being sent: the same for everybody who may see it. A
    removed one keeps its place without its text.
    """
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


class MessageOut(serializers.Serializer):
    """A message. `seq` counts without a gap; a removed one has `removed_at` and no text. More types may come."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    offer_id = serializers.IntegerField()
    driver_id = serializers.IntegerField()
    seq = serializers.IntegerField()
    sender = ActorOut()
    message = serializers.CharField()
    message_type = serializers.CharField()
    proposed_rate = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    currency = serializers.CharField(allow_null=True)
    client_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)


class OfferOut(serializers.Serializer):
    """As much of the offer as a list of conversations shows."""

    id = serializers.IntegerField()
    pickup_place = serializers.CharField(required=False)
    delivery_place = serializers.CharField(required=False)
    status = serializers.CharField(required=False)


class ConversationDriverOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(required=False)


class ConversationOut(serializers.Serializer):
    id = serializers.IntegerField()
    offer_id = serializers.IntegerField()
    driver_id = serializers.IntegerField()
    offer = OfferOut()
    driver = ConversationDriverOut()
    status = serializers.ChoiceField(choices=ConversationStatus.choices)
    last_message = MessageOut(allow_null=True)
    last_seq = serializers.IntegerField()
    last_read_seq = serializers.IntegerField()
    unread = serializers.IntegerField()
    online = serializers.BooleanField(help_text="Whether the other side is here: for the office the driver.")
