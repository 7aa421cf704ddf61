"""A person's preferences at the door: what may be chosen, and how it is shown. `/api/me` has them."""

from datetime import time
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.selectors import preferences_of
from kernel.actors import ActorKey
from kernel.shapes import Shape, YesNo, ZoneField


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "22:00"})
class HourField(serializers.TimeField):
    """A time of day, as people say it."""


class PreferencesShape(Shape):
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    time_zone = ZoneField(required=False)
    sounds = YesNo(required=False)
    quiet_from = HourField(required=False, allow_null=True, format="%H:%M")
    quiet_until = HourField(required=False, allow_null=True, format="%H:%M")
    not_now = YesNo(required=False)


def preferences_dict(key: ActorKey) -> dict[str, Any]:
    """`{language, time_zone, sounds, quiet_from, quiet_until, not_now}`; times as `"22:00"` in the person's zone."""
    row = preferences_of(key)
    return {
        "language": row.language or settings.LANGUAGE_CODE,
        "time_zone": row.time_zone or settings.OFFICE_TIME_ZONE,
        "sounds": row.sounds,
        "quiet_from": _hour(row.quiet_from),
        "quiet_until": _hour(row.quiet_until),
        "not_now": row.not_now,
    }


def _hour(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None
