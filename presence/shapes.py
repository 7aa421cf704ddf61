"""What the connection itself is asked for; the rooms' own commands have shapes of theirs."""

from typing import Any

from rest_framework import serializers

from kernel.shapes import CleanCharField, Shape, WholeNumber
from presence.log.replay import Cursor


class Anything(serializers.Field):
    """Whatever JSON has: it is looked at later."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class AuthenticateShape(Shape):
    token = CleanCharField(required=False, allow_null=True, max_length=8192)
    cursor = Anything(required=False, allow_null=True)


class HeartbeatShape(Shape):
    pass


class CursorShape(Shape):
    epoch = CleanCharField(max_length=64)
    seq = WholeNumber(min_value=0)

    def to_internal_value(self, data: Any) -> Any:
        return Cursor(**super().to_internal_value(data))


class ResumeShape(Shape):
    cursor = CursorShape()


class EventsQuery(serializers.Serializer):
    """The query of the long poll. Without `epoch` and `after` it answers where the stream is now."""

    epoch = CleanCharField(required=False, max_length=64, help_text="As an earlier answer gave it.")
    after = serializers.IntegerField(required=False, min_value=0, help_text="The number of the last event one has.")
    wait = serializers.IntegerField(
        required=False, min_value=0, default=0, help_text="Seconds to wait when there are no events, at most 25."
    )


class EventShape(serializers.Serializer):
    """A durable event; `redacted` where one may not see its object any more."""

    type = serializers.CharField()
    seq = serializers.IntegerField()
    at = serializers.DateTimeField(required=False)
    data = serializers.DictField(required=False)


class EventsShape(serializers.Serializer):
    epoch = serializers.CharField()
    head = serializers.IntegerField()
    recovered = serializers.BooleanField(help_text="False: read the state afresh, and go on from `head`.")
    events = EventShape(many=True)
