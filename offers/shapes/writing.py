"""What may come in at a door. Shapes check the form of what is said; whether it makes sense is the service's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.fields import empty

from kernel import clock
from kernel.schema import ShapeSchema
from kernel.shapes import CleanCharField, Shape, WholeNumber, YesNo, ZoneField
from offers.enums import Action, AwardMode, FallOffReason, OfferStatus, RejectReason
from offers.models import NOTES_LENGTH
from offers.shapes.fields import (
    MONEY_SCHEMA,
    MOST_MILES,
    MOST_PIECES,
    MOST_STOPS,
    MOST_VERSION,
    MOST_WEIGHT,
    NOTE_LENGTH,
    DriverIds,
    Id,
    LegacyId,
    Measure,
    Moment,
    Money,
    latitude,
    longitude,
)

WEEK_IN_MINUTES = 7 * 24 * 60
CURRENCY_CODE = r"^[A-Z]{3}\Z"
ANSWERS_WITHOUT_RATE = [Action.VIEW, Action.ACCEPT, Action.REJECT, Action.RETRACT]
ANSWERS = [*ANSWERS_WITHOUT_RATE, Action.COUNTER]


def _currency() -> str:
    return settings.CURRENCY


def lacks_rate(action: Action, rate: Decimal | None) -> bool:
    """Whether an answer to a proposal leaves out the rate that it is about."""
    return action not in ANSWERS_WITHOUT_RATE and rate is None


def require_pairs(given: Mapping[str, Any], *pairs: tuple[str, str]) -> None:
    """Coordinates come together or not at all: one of them alone is no point on the globe."""
    for pair in pairs:
        missing = [name for name in pair if given.get(name) is None]
        if len(missing) == 1:
            raise serializers.ValidationError({missing[0]: [_("Give latitude and longitude together.")]})


class StopShape(Shape):
    """A stop between pickup and delivery. It comes out fit for JSON, as it is kept."""

    kind = serializers.ChoiceField(choices=["pickup", "delivery"])
    location = CleanCharField(max_length=500)
    place = CleanCharField(max_length=150, required=False, allow_blank=True)
    lat = latitude(required=False, allow_null=True)
    lon = longitude(required=False, allow_null=True)
    vars()["from"] = Moment(required=False, allow_null=True)
    until = Moment(required=False, allow_null=True)
    zone = ZoneField(required=False, allow_blank=True)
    note = CleanCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        stop = super().to_internal_value(data)
        require_pairs(stop, ("lat", "lon"))
        for name in ("lat", "lon"):
            if stop.get(name) is not None:
                stop[name] = float(stop[name])
        for name in ("from", "until"):
            stop[name] = clock.iso(stop.get(name))
        return dict(stop)


class OfferShape(Shape):
    """An offer as it is made. Two locations and a rate are needed; what is only read is passed over."""

    reference = CleanCharField(max_length=64, required=False, allow_blank=True)
    customer_name = CleanCharField(max_length=150, required=False, allow_blank=True)
    customer_rate = Money(required=False, allow_null=True)
    pickup_location = CleanCharField(max_length=500)
    pickup_place = CleanCharField(max_length=150, required=False, allow_blank=True)
    pickup_lat = latitude(required=False, allow_null=True)
    pickup_lon = longitude(required=False, allow_null=True)
    pickup_from = Moment(required=False, allow_null=True)
    pickup_until = Moment(required=False, allow_null=True)
    pickup_zone = ZoneField(required=False, allow_blank=True)
    delivery_location = CleanCharField(max_length=500)
    delivery_place = CleanCharField(max_length=150, required=False, allow_blank=True)
    delivery_lat = latitude(required=False, allow_null=True)
    delivery_lon = longitude(required=False, allow_null=True)
    delivery_from = Moment(required=False, allow_null=True)
    delivery_until = Moment(required=False, allow_null=True)
    delivery_zone = ZoneField(required=False, allow_blank=True)
    stops = StopShape(many=True, required=False, max_length=MOST_STOPS)
    weight_lbs = Measure(least=0, most=MOST_WEIGHT, required=False, allow_null=True)
    dimensions = CleanCharField(max_length=100, required=False, allow_blank=True)
    pieces = WholeNumber(min_value=0, max_value=MOST_PIECES, required=False, allow_null=True)
    distance_miles = Measure(least=0, most=MOST_MILES, required=False, allow_null=True)
    proposed_rate = Money()
    rate_ceiling = Money(required=False, allow_null=True)
    currency = serializers.RegexField(CURRENCY_CODE, required=False)
    award_mode = serializers.ChoiceField(choices=AwardMode.choices, required=False)
    expires_at = Moment(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=[OfferStatus.DRAFT, OfferStatus.ACTIVE], required=False)
    notes = CleanCharField(max_length=NOTES_LENGTH, required=False, allow_blank=True)
    invited_driver_ids = DriverIds(required=False)

    id = serializers.JSONField(read_only=True)
    created_by = serializers.JSONField(read_only=True)
    owner = serializers.JSONField(read_only=True)
    followers = serializers.JSONField(read_only=True)
    distance_source = serializers.JSONField(read_only=True)
    counts = serializers.JSONField(read_only=True)
    unread = serializers.JSONField(read_only=True)
    version = serializers.JSONField(read_only=True)
    created_at = serializers.JSONField(read_only=True)
    updated_at = serializers.JSONField(read_only=True)
    proposal = serializers.JSONField(read_only=True)
    as_of = serializers.JSONField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        require_pairs(attrs, ("pickup_lat", "pickup_lon"), ("delivery_lat", "delivery_lon"))
        # A place that is blank is to be found from the location, as one that is left out.
        blank = [name for name in ("pickup_place", "delivery_place") if attrs.get(name) == ""]
        return {name: value for name, value in attrs.items() if name not in blank}


class OfferReplacement(OfferShape):
    """A whole offer in the place of what is there: what is left out is as in a new one, but the status stays."""

    version = WholeNumber(min_value=1, max_value=MOST_VERSION)
    status = serializers.ChoiceField(choices=OfferStatus.choices, required=False)
    award_mode = serializers.ChoiceField(choices=AwardMode.choices, default=AwardMode.DISPATCHER)
    currency = serializers.RegexField(CURRENCY_CODE, default=_currency)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values():
            if not field.required and not field.read_only and field.default is empty:
                field.default = _emptied(field)
        return fields


def _emptied(field: serializers.Field) -> Any:
    if field.allow_null:
        return None
    if getattr(field, "allow_blank", False):
        return ""
    return list if isinstance(field, serializers.ListField | serializers.ListSerializer) else empty


class OfferChange(OfferShape):
    """Some fields of an offer, and the version that the change was made on."""

    version = WholeNumber(min_value=1, max_value=MOST_VERSION)
    status = serializers.ChoiceField(choices=OfferStatus.choices)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "version"
        return fields


class SendShape(Shape):
    driver_ids = DriverIds(min_length=1)
    message = CleanCharField(required=False, allow_blank=True)
    expires_in_minutes = WholeNumber(min_value=1, max_value=WEEK_IN_MINUTES, required=False, allow_null=True)
    mode = serializers.ChoiceField(choices=["all"], required=False)
    force = YesNo(required=False)


class RespondShape(Shape):
    """An answer to a proposal, from either side."""

    action = serializers.ChoiceField(choices=ANSWERS)
    version = WholeNumber(min_value=0, max_value=MOST_VERSION)
    rate = Money(required=False, allow_null=True)
    reason = serializers.ChoiceField(choices=RejectReason.choices, required=False, allow_blank=True)
    note = CleanCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    pressed_at = Moment(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if lacks_rate(attrs["action"], attrs.get("rate")):
            raise serializers.ValidationError({"rate": [self.fields["rate"].error_messages["required"]]})
        return attrs


class RespondSchema(ShapeSchema):
    """A counter names its rate."""

    target_class = RespondShape
    match_subclasses = False
    priority = 1

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        others = {"properties": {"action": {"enum": [str(action) for action in ANSWERS_WITHOUT_RATE]}}}
        counter = {
            "properties": {"action": {"enum": [str(Action.COUNTER)]}, "rate": MONEY_SCHEMA},
            "required": ["rate"],
        }
        return super().map_serializer(auto_schema, direction) | {"anyOf": [others, counter]}


class AwardShape(Shape):
    proposal_id = Id()


class WithdrawShape(Shape):
    driver_ids = DriverIds(required=False, allow_null=True)
    """Left out: all of them."""


class FallOffShape(Shape):
    reason = serializers.ChoiceField(choices=FallOffReason.choices)
    note = CleanCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)


class CopyShape(Shape):
    """There is nothing to say."""


class HandoverShape(Shape):
    owner = LegacyId()


class FollowersShape(Shape):
    user_ids = serializers.ListField(child=LegacyId(), max_length=50)
