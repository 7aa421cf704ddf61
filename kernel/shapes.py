"""Shapes at the doors: serializers that take what they know and refuse the rest."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.errors import FIELDS_MAX, NAME_MAX, Invalid, brief, shortened
from kernel.text import is_storable

INVISIBLE = _("This has invisible characters. Type it anew.")
NO_SUCH_FIELD = _("There is no such field.")


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
        if isinstance(data, dict) and (unknown := no_such_fields(data, self.fields)):
            raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


def no_such_fields(data: Mapping[str, Any], known: Iterable[str]) -> dict[str, list[Any]]:
    """Words for each name in `data` that is none of the known; the first `FIELDS_MAX` in the order of the alphabet."""
    unknown = sorted(set(data).difference(known))
    return {shortened(name, NAME_MAX): [NO_SUCH_FIELD] for name in unknown[:FIELDS_MAX]}


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
    return brief(flat(errors))


def flat(errors: Any) -> dict[str, list[Any]]:
    """The same with the words as they are, not yet put into a language."""
    return dict(islice(_flat(errors, ""), FIELDS_MAX))


def _flat(errors: Any, prefix: str) -> Iterator[tuple[str, list[Any]]]:
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
