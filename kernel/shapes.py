"""Shapes at the doors: serializers that take what they know and refuse the rest."""

import math
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from django.core import validators
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from kernel.errors import FIELDS_MAX, NAME_MAX, Invalid, brief, shortened
from kernel.text import is_storable

NUL = "\x00"
INVISIBLE = _("This has invisible characters. Type it anew.")


def is_visible(text: str) -> bool:
    """Whether a text is without control and format characters."""
    return not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in text)


class CleanCharField(serializers.CharField):
    """Text without null bytes and lone surrogates, which no database keeps."""

    default_error_messages = {"unstorable": _("This has characters that cannot be kept.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if not is_storable(text):
            self.fail("unstorable")
        return text


class VisibleCharField(CleanCharField):
    """A name in one line, all of which can be seen: without control and format characters.

    To a database's collation those are nothing, so with them one name would have any number of spellings.
    """

    default_error_messages = {"invisible": INVISIBLE}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_visible(text):
            self.fail("invisible")
        return text


class NullIfBlank(serializers.CharField):
    """A text on its way out that is null where it is blank."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> str | None:
        return super().to_representation(value) or None


@extend_schema_field({"type": "string", "maxLength": 64, "example": "America/Chicago"})
class ZoneField(CleanCharField):
    """The name of an IANA time zone."""

    default_error_messages = {"unknown_zone": _("There is no time zone of this name.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=64, **options)

    def to_internal_value(self, data: Any) -> str:
        zone = super().to_internal_value(data)
        if zone and zone not in available_timezones():
            self.fail("unknown_zone")
        return zone


class WholeNumber(serializers.IntegerField):
    """A whole number as JSON has them: not a text that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """`true` or `false` as JSON has them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Shape(serializers.Serializer):
    """A serializer that refuses unknown fields; read-only ones sent back are ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = set(data) - set(self.fields)
            if unknown:
                names = [shortened(name, NAME_MAX) for name in sorted(unknown)[:FIELDS_MAX]]
                raise serializers.ValidationError({name: [_("There is no such field.")] for name in names})
        return super().to_internal_value(data)


QUICK_VALIDATORS = frozenset(
    {
        validators.MinValueValidator,
        validators.MaxValueValidator,
        validators.MinLengthValidator,
        validators.MaxLengthValidator,
        validators.ProhibitNullCharactersValidator,
        ProhibitSurrogateCharactersValidator,
    }
)
"""What fields of these kinds bring with them, which a quick check does as well."""

Quick = Callable[[Any], dict[str, Any] | None]


def quick_reader(shape: serializers.Serializer) -> Quick:
    """Reads what is plainly right as `shape` would, at a tenth of its cost; anything else is None, for the shape to
    look at. What is right is taken from the shape's own fields: there is one rule.

    It knows whole numbers and clean texts. A shape with anything else is left to itself.
    """
    fields = shape.fields
    checks = {name: _quick_check(field) for name, field in fields.items() if not field.read_only}
    if len(checks) != len(fields) or None in checks.values() or not _is_plain(shape):
        return lambda data: None
    required = frozenset(name for name, field in fields.items() if field.required)

    def read(data: Any) -> dict[str, Any] | None:
        if type(data) is not dict or not required <= data.keys():
            return None
        for name, value in data.items():
            check = checks.get(name)
            if check is None or not check(value):
                return None
        return {name: data[name] for name in checks if name in data}

    return read


def _is_plain(shape: serializers.Serializer) -> bool:
    """Whether the shape has no rules of its own beside those of its fields."""
    own = type(shape)
    return (
        own.to_internal_value is Shape.to_internal_value
        and own.validate is serializers.Serializer.validate
        and own.run_validation is serializers.Serializer.run_validation
        and not shape.validators
        and not any(hasattr(own, f"validate_{name}") for name in shape.fields)
        and not any(field.source != name for name, field in shape.fields.items())
        and not any(field.default is not empty for field in shape.fields.values())
    )


def _quick_check(field: serializers.Field) -> Callable[[Any], bool] | None:
    if {type(each) for each in field.validators} - QUICK_VALIDATORS:
        return None
    match field:
        case WholeNumber() if _reads_as(field, WholeNumber):
            least = -math.inf if field.min_value is None else field.min_value
            most = math.inf if field.max_value is None else field.max_value
            return lambda value: type(value) is int and least <= value <= most
        case CleanCharField() if _reads_as(field, CleanCharField):
            longest = math.inf if field.max_length is None else field.max_length
            shortest = max(1, field.min_length or 0)
            trims = field.trim_whitespace
            return lambda value: (
                type(value) is str
                and shortest <= len(value) <= longest
                and (value.isascii() or _has_no_surrogates(value))
                and NUL not in value
                and not (trims and value != value.strip())
            )
        case _:
            return None


def _reads_as(field: serializers.Field, kind: type[serializers.Field]) -> bool:
    """Whether a field of this kind has kept to the kind's own way of reading."""
    own = type(field)
    return own.to_internal_value is kind.to_internal_value and own.run_validation is kind.run_validation


def _has_no_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_shape(shape: type[serializers.Serializer], data: Any, *, partial: bool = False, **context: Any) -> dict:
    """`data` as `shape` understands it, or `Invalid` naming the fields at fault."""
    serializer = shape(data=data, partial=partial, context=context)
    if not serializer.is_valid():
        raise Invalid(fields=flat_words(serializer.errors))
    return dict(serializer.validated_data)


def flat_words(errors: Any) -> dict[str, list[str]]:
    """DRF's nested errors as `{"stops.0.zone": [words]}`; what is wrong in a list of plain values is the list's.

    The first `FIELDS_MAX` of them, however many there are.
    """
    return brief(dict(islice(_flat(errors, ""), FIELDS_MAX)))


def _flat(errors: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:
    if prefix and _of_plain_values(errors):
        words = (f"{place + 1}: {word}" for place, words in errors.items() for word in words)
        yield prefix, list(islice(words, FIELDS_MAX))
    elif isinstance(errors, dict):
        for name, inner in errors.items():
            whole = prefix and name == "non_field_errors"
            yield from _flat(inner, prefix if whole else f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(errors, list) and any(isinstance(item, dict) for item in errors):
        for index, inner in enumerate(errors):
            if inner:
                yield from _flat(inner, f"{prefix}.{index}" if prefix else str(index))
    else:
        yield prefix or "non_field_errors", errors if isinstance(errors, list) else [errors]


def _of_plain_values(errors: Any) -> bool:
    """Whether these are errors of a list whose items have no fields of their own: `{place: [words]}`."""
    return (
        isinstance(errors, dict)
        and bool(errors)
        and all(isinstance(place, int) and isinstance(words, list) for place, words in errors.items())
    )
