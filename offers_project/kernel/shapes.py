"""Shapes at the doors: serializers that take what they know and refuse the rest."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from offers_project.kernel.errors import Invalid

NUL = "\x00"


class CleanCharField(serializers.CharField):
    """Text without null bytes and lone surrogates, which no database keeps."""

    default_error_messages = {"unstorable": _("This has characters that cannot be kept.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail("unstorable")
        if NUL in text:
            self.fail("unstorable")
        return text


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
                raise serializers.ValidationError({name: [_("There is no such field.")] for name in sorted(unknown)})
        return super().to_internal_value(data)


def read_shape(shape: type[serializers.Serializer], data: Any, *, partial: bool = False, **context: Any) -> dict:
    """`data` as `shape` understands it, or `Invalid` naming the fields at fault."""
    serializer = shape(data=data, partial=partial, context=context)
    if not serializer.is_valid():
        raise Invalid(fields=flat_words(serializer.errors))
    return dict(serializer.validated_data)


def flat_words(errors: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested errors as `{"stops.0.zone": [words]}`; what is wrong in a list of plain values is the list's."""
    if prefix and _of_plain_values(errors):
        return {prefix: [f"{place + 1}: {word}" for place, words in errors.items() for word in words]}
    if isinstance(errors, dict):
        flat: dict[str, list[str]] = {}
        for name, inner in errors.items():
            whole = prefix and name == "non_field_errors"
            flat |= flat_words(inner, prefix if whole else f"{prefix}.{name}" if prefix else str(name))
        return flat
    if isinstance(errors, list) and any(isinstance(item, dict) for item in errors):
        flat = {}
        for index, inner in enumerate(errors):
            if inner:
                flat |= flat_words(inner, f"{prefix}.{index}" if prefix else str(index))
        return flat
    words = errors if isinstance(errors, list) else [errors]
    return {prefix or "non_field_errors": [str(word) for word in words]}


def _of_plain_values(errors: Any) -> bool:
    """Whether these are errors of a list whose items have no fields of their own: `{place: [words]}`."""
    return (
        isinstance(errors, dict)
        and bool(errors)
        and all(isinstance(place, int) and isinstance(words, list) for place, words in errors.items())
    )
