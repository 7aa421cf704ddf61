"""How things look on the way out, for the OpenAPI schema. What a person may not see is absent: little is required."""

from typing import Any

from rest_framework import serializers

from accounts.shapes import ActorOut
from offers.enums import Action, AwardMode, DistanceSource, OfferStatus, ProposalStatus


def _money(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=12, decimal_places=2, **options)


def _counts(**options: Any) -> serializers.DictField:
    return serializers.DictField(child=serializers.IntegerField(), **options)


class ProposalDriver(serializers.Serializer):
    """The driver as named within a proposal."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    truck_number = serializers.CharField(allow_null=True, required=False)
    phone = serializers.CharField(allow_null=True, required=False, source="cell_phone")


class Round(serializers.Serializer):
    by = ActorOut()
    action = serializers.ChoiceField(choices=Action.choices)
    rate = _money(allow_null=True)
    note = serializers.CharField()
    at = serializers.DateTimeField()


class Proposal(serializers.Serializer):
    id = serializers.IntegerField()
    offer_id = serializers.IntegerField()
    driver_id = serializers.IntegerField()
    driver = ProposalDriver()
    conversation_id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    offered_rate = _money()
    driver_proposed_rate = _money(allow_null=True)
    agreed_rate = _money(allow_null=True)
    currency = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    sent_at = serializers.DateTimeField()
    viewed_at = serializers.DateTimeField(allow_null=True)
    responded_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    rounds = Round(many=True)
    version = serializers.IntegerField()


class GridProposal(Proposal):
    """A proposal in the dispatcher's grid."""

    distance_miles = serializers.FloatField(allow_null=True)
    online = serializers.BooleanField()
    last_seen = serializers.DateTimeField(allow_null=True)
    last_message = serializers.DictField(allow_null=True)
    unread = serializers.IntegerField()


class Stop(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["pickup", "delivery"])
    location = serializers.CharField(required=False)
    place = serializers.CharField(required=False)
    lat = serializers.FloatField(allow_null=True, required=False)
    lon = serializers.FloatField(allow_null=True, required=False)
    vars()["from"] = serializers.DateTimeField(allow_null=True, required=False)
    until = serializers.DateTimeField(allow_null=True, required=False)
    zone = serializers.CharField(required=False)
    note = serializers.CharField(required=False)


class Offer(serializers.Serializer):
    id = serializers.IntegerField()
    reference = serializers.CharField(required=False)
    customer_name = serializers.CharField(required=False)
    customer_rate = _money(allow_null=True, required=False)
    created_by = ActorOut()
    owner = ActorOut()
    followers = ActorOut(many=True, required=False)
    pickup_location = serializers.CharField()
    pickup_place = serializers.CharField()
    pickup_lat = serializers.FloatField(allow_null=True)
    pickup_lon = serializers.FloatField(allow_null=True)
    pickup_from = serializers.DateTimeField(allow_null=True)
    pickup_until = serializers.DateTimeField(allow_null=True)
    pickup_zone = serializers.CharField()
    delivery_location = serializers.CharField()
    delivery_place = serializers.CharField()
    delivery_lat = serializers.FloatField(allow_null=True)
    delivery_lon = serializers.FloatField(allow_null=True)
    delivery_from = serializers.DateTimeField(allow_null=True)
    delivery_until = serializers.DateTimeField(allow_null=True)
    delivery_zone = serializers.CharField()
    stops = Stop(many=True)
    weight_lbs = serializers.FloatField(allow_null=True)
    dimensions = serializers.CharField()
    pieces = serializers.IntegerField(allow_null=True)
    distance_miles = serializers.FloatField(allow_null=True)
    distance_source = serializers.ChoiceField(choices=DistanceSource.choices)
    proposed_rate = _money()
    rate_ceiling = _money(allow_null=True, required=False)
    currency = serializers.CharField()
    award_mode = serializers.ChoiceField(choices=AwardMode.choices, required=False)
    expires_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(choices=OfferStatus.choices)
    notes = serializers.CharField()
    invited_driver_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    counts = _counts(required=False)
    unread = serializers.IntegerField(required=False)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    proposal = Proposal(required=False)
    as_of = serializers.DateTimeField(required=False)


class Skipped(serializers.Serializer):
    driver_id = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()
    can_force = serializers.BooleanField(help_text="Whether the same with `force` sends it all the same.")


class Sending(serializers.Serializer):
    sent = Proposal(many=True)
    skipped = Skipped(many=True)


class Outcome(serializers.Serializer):
    driver_id = serializers.IntegerField()
    ok = serializers.BooleanField()
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class Outcomes(serializers.Serializer):
    results = Outcome(many=True)


class Activity(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = ActorOut()
    verb = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class OnlineCounts(serializers.Serializer):
    drivers = serializers.IntegerField()
    dispatchers = serializers.IntegerField()


class Stats(serializers.Serializer):
    offers = _counts()
    proposals = _counts()
    unread = serializers.IntegerField()
    online = OnlineCounts(required=False)
    median_first_answer_s = serializers.FloatField(allow_null=True)
    median_cover_s = serializers.FloatField(allow_null=True)
    at = serializers.DateTimeField()
