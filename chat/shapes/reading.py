"""How messages and conversations look on the way out."""

from rest_framework import serializers

from accounts.shapes import ActorOut
from chat.enums import ConversationStatus
from kernel.presenting import presenter
from kernel.shapes import NullIfBlank


class MessageOut(serializers.Serializer):
    """A message. `seq` counts without a gap; a removed one has `removed_at` and no text. More types may come."""

    id = serializers.IntegerField(source="pk")
    conversation_id = serializers.IntegerField(source="conversation.pk")
    offer_id = serializers.IntegerField(source="conversation.offer_id")
    driver_id = serializers.IntegerField(source="conversation.driver_id")
    seq = serializers.IntegerField()
    sender = ActorOut()
    message = serializers.CharField()
    message_type = serializers.CharField()
    proposed_rate = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    currency = NullIfBlank()
    client_id = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)


message_dict = presenter(MessageOut)
"""The contract's Message of a `Message`, or of one that is being sent: the same for everybody who may see it."""


class OfferOut(serializers.Serializer):
    """As much of the offer as a list of conversations shows."""

    id = serializers.IntegerField()
    pickup_place = serializers.CharField(required=False)
    delivery_place = serializers.CharField(required=False)
    status = serializers.CharField(required=False)


class ConversationDriverOut(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(required=False)
    truck_number = serializers.CharField(allow_null=True, required=False)
    phone = serializers.CharField(allow_null=True, required=False)


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
