"""Shapes of requests and answers of this room."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.shapes import ActorOut
from drivers import addresses, phones
from drivers.dimensions import TEXT_MAX, Size, of_truck
from drivers.search import DISTANCE, ORDERINGS
from kernel.api import Pagination
from kernel.ids import LARGEST_LEGACY_ID, parse_id
from kernel.shapes import CleanCharField, Shape, WholeNumber, YesNo
from kernel.text import readable

LARGEST_OFFSET = 10_000_000
IDS_MAX = 200
STATUSES_MAX = 20
RADIUS_MAX = 12_500

PASTED_MAX = 200
"""A field for a code has room for the message that it came in."""

_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{3}[ -]?[0-9]{3}(?![0-9])")
_PLAIN_DECIMAL = re.compile(r"[+-]?[0-9]{1,10}(\.[0-9]{1,30})?")


class PlainDecimal(serializers.Field):
    """A number between two bounds, in JSON or in an address: no exponents, infinities, digits of other scripts."""

    default_error_messages = {
        "invalid": _("This is not a number."),
        "bounds": _("This must be between {least} and {most}."),
    }

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | Decimal | str):
            self.fail("invalid")
        text = format(Decimal(repr(data)), "f") if isinstance(data, float) else str(data).strip()
        if len(text) > 50 or not _PLAIN_DECIMAL.fullmatch(text):
            self.fail("invalid")
        number = Decimal(text)
        if not self.least <= number <= self.most:
            self.fail("bounds", least=self.least, most=self.most)
        return number.quantize(Decimal("1E-8"))

    def to_representation(self, value: Any) -> float:
        return float(value)


@extend_schema_field({"type": "number", "minimum": -90, "maximum": 90})
class Latitude(PlainDecimal):
    def __init__(self, **options: Any) -> None:
        super().__init__(least=-90, most=90, **options)


@extend_schema_field({"type": "number", "minimum": -180, "maximum": 180})
class Longitude(PlainDecimal):
    def __init__(self, **options: Any) -> None:
        super().__init__(least=-180, most=180, **options)


@extend_schema_field({"type": "number", "minimum": 0, "maximum": RADIUS_MAX})
class Radius(PlainDecimal):
    def __init__(self, **options: Any) -> None:
        super().__init__(least=0, most=RADIUS_MAX, **options)


class PageQuery(Shape):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=Pagination.max_limit)
    offset = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_OFFSET)


class Around(PageQuery):
    """A point: `lat` and `lon`, or `near`, the name of a place or a ZIP code; and how far around it."""

    lat = Latitude(required=False)
    lon = Longitude(required=False)
    near = CleanCharField(
        required=False, max_length=150, help_text="`Dallas, TX`, or `75201`. Passed over beside `lat`."
    )
    radius_miles = Radius(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, other in (("lat", "lon"), ("lon", "lat")):
            if name in attrs and other not in attrs:
                raise serializers.ValidationError({other: [_("Latitude and longitude belong together.")]})
        return attrs


class TruckFilters(Around):
    """The filters of the truck table."""

    search = CleanCharField(required=False, allow_blank=True, max_length=100)
    status = CleanCharField(required=False, allow_blank=True, max_length=500, help_text="One, or several with commas.")
    dispatcher = CleanCharField(
        required=False, max_length=10, help_text="The id of an office person, `me`, or `none` for nobody's trucks."
    )
    dimensions = CleanCharField(
        required=False, max_length=TEXT_MAX, help_text="At least so large inside: `144x72x74`, `12' x 6'`."
    )
    active = serializers.ChoiceField(required=False, choices=["true", "false", "all"], default="true")
    ordering = serializers.ChoiceField(
        required=False,
        choices=[f"{sign}{name}" for name in (*ORDERINGS, DISTANCE) for sign in ("", "-")],
    )

    def validate_status(self, text: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        if len(words) > STATUSES_MAX:
            raise serializers.ValidationError(_("Name fewer statuses."))
        return words

    def validate_dispatcher(self, text: str) -> str | int:
        if text in ("me", "none"):
            return text
        id_ = parse_id(text, most=LARGEST_LEGACY_ID)
        if not id_:
            raise serializers.ValidationError(_("Give the id of an office person, `me`, or `none`."))
        return id_

    def validate_dimensions(self, text: str) -> Size:
        size = of_truck(text)
        if size == Size():
            raise serializers.ValidationError(_("Write it like 144x72x74, or 12' x 6' x 6'."))
        return size


class IdsQuery(PageQuery):
    ids = CleanCharField(max_length=IDS_MAX * 11, help_text="Ids with commas between them.")

    def validate_ids(self, text: str) -> list[int]:
        numbers = [parse_id(word, most=LARGEST_LEGACY_ID) for word in text.split(",") if word.strip()]
        ids = list(dict.fromkeys(number for number in numbers if number))
        if not numbers or not all(numbers):
            raise serializers.ValidationError(_("Give ids with commas between them."))
        if len(ids) > IDS_MAX:
            raise serializers.ValidationError(_("Give fewer ids."))
        return ids


class PlacesQuery(PageQuery):
    q = CleanCharField(max_length=150, help_text="The beginning of a city, a city and a state, or a ZIP code.")


_NONE = {
    "phone": _(
        "Give a phone number with its area code. If it is from outside the United States and Canada, begin with + and "
        "the country code, as in +52 55 1234 5678."
    ),
    "email": _("Give one e-mail address."),
}
_NOT_ONE = {"phone": _("Give one phone number only."), "email": _("Give one e-mail address.")}


class AddressShape(Shape):
    """A phone number or a mail address, one of both; `address` is what it is compared by."""

    phone = CleanCharField(required=False, max_length=50)
    email = CleanCharField(required=False, max_length=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("phone" in attrs) == ("email" in attrs):
            raise serializers.ValidationError({"phone": [_("Give a phone number or an e-mail address, one of both.")]})
        name, read = ("phone", phones.numbers) if "phone" in attrs else ("email", addresses.mails)
        found = read(attrs.pop(name))
        if len(found) != 1:
            raise serializers.ValidationError({name: [_NOT_ONE[name] if found else _NONE[name]]})
        return attrs | {"address": found[0]}


class CodeShape(AddressShape):
    """A code beside the address that it was sent to."""

    code = CleanCharField(max_length=PASTED_MAX, help_text="Six digits; spaces and dashes between them do not matter.")
    challenge = CleanCharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="The `challenge` that the code was asked for with. Wrong tries are then counted against it alone.",
    )
    driver_id = WholeNumber(required=False, min_value=1, max_value=LARGEST_LEGACY_ID)

    def validate_code(self, text: str) -> str:
        plain = readable(text)
        code = "".join(re.findall(r"[0-9]", plain))
        if re.search(r"[^\W\d_]", plain):  # The whole message: the code is the one number in it that has six digits.
            found = set(_SIX_DIGITS.findall(plain))
            code = "".join(found).replace("-", "").replace(" ", "") if len(found) == 1 else ""
        if len(code) != 6:
            raise serializers.ValidationError(_("A code has six digits."))
        return code


def _column(length: int) -> CleanCharField:
    return CleanCharField(required=False, allow_null=True, allow_blank=True, max_length=length)


class TruckShape(Shape):
    """The columns of a truck that can be written, named as in the model."""

    truck_number = _column(50)
    status = _column(50)
    driver_name = _column(100)
    cell_phone = _column(50)
    city_state_zip = _column(150)
    dimensions = _column(150)
    rate = _column(50)
    email = _column(100)
    latitude = Latitude(required=False, allow_null=True)
    longitude = Longitude(required=False, allow_null=True)
    assigned_dispatcher_id = WholeNumber(required=False, allow_null=True, min_value=1, max_value=LARGEST_LEGACY_ID)
    is_active = YesNo(required=False)


class DriverOut(serializers.Serializer):
    """A truck and who drives it, as the office sees them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    truck_number = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True, source="cell_phone")
    email = serializers.CharField(allow_null=True)
    status = serializers.CharField(allow_null=True)
    place = serializers.CharField(allow_null=True, source="city_state_zip")
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    position_at = serializers.DateTimeField(allow_null=True, help_text="The truck was there no later than this.")
    dimensions = serializers.CharField(allow_null=True)
    rate = serializers.CharField(allow_null=True)
    active = serializers.BooleanField(source="is_active")
    assigned_dispatcher = ActorOut(allow_null=True)
    online = serializers.BooleanField()
    last_seen = serializers.DateTimeField(allow_null=True)
    distance_miles = serializers.FloatField(
        allow_null=True, required=False, help_text="As the crow flies, where a point was asked for."
    )


class PlaceOut(serializers.Serializer):
    label = serializers.CharField()
    lat = serializers.FloatField(source="latitude")
    lon = serializers.FloatField(source="longitude")
    time_zone = serializers.CharField()


class SentOut(serializers.Serializer):
    """The same for every address, known or not."""

    expires_in = serializers.IntegerField(help_text="Seconds that a code is good for.")
    challenge = serializers.CharField(
        help_text="Send it with the code: wrong tries by others then cost none of yours. For `expires_in` seconds."
    )
