"""What may come in at a door. What a text or a client id must be like is said once, by the service."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chat.rules import CLIENT_ID_MAX_LENGTH
from kernel.ids import LARGEST_ID
from kernel.shapes import CleanCharField, Shape

SEARCH_MAX_LENGTH = 200


@extend_schema_field(
    {
        "type": "string",
        "minLength": 1,
        "maxLength": settings.MESSAGE_MAX_LENGTH,
        "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$",
    }
)
class MessageText(CleanCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)


class MessageShape(Shape):
    """Without a `client_id`, the same words again are another message."""

    message = MessageText()
    client_id = CleanCharField(max_length=CLIENT_ID_MAX_LENGTH, required=False, allow_null=True)


class PageQuery(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)
    before = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    search = CleanCharField(max_length=SEARCH_MAX_LENGTH, required=False, allow_blank=True)


class ConversationsQuery(serializers.Serializer):
    offer_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    unread = serializers.BooleanField(required=False, default=None)
    search = CleanCharField(max_length=SEARCH_MAX_LENGTH, required=False, allow_blank=True)
