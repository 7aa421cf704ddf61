"""What the long poll is asked for, and answers."""

from rest_framework import serializers

from kernel.shapes import CleanCharField

EPOCH_MAX_LENGTH = 64


class EventsQuery(serializers.Serializer):
    """The query of the long poll. Without `epoch` and `after` it answers where the stream is now."""

    epoch = CleanCharField(required=False, max_length=EPOCH_MAX_LENGTH, help_text="As an earlier answer gave it.")
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
