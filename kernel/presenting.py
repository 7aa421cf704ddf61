"""What a serializer says of objects, made once into a function: a serializer is asked what it costs for each object."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from kernel.clock import iso

Convert = Callable[[Any], Any]


def presenter(shape: type[serializers.Serializer]) -> Callable[[Any], dict[str, Any]]:
    """A function that gives of an object what `shape` declares, so that a field is declared once for API and schema.

    Each field is an attribute of the object, or what its `source` names. Moments and amounts are spelled as clients
    read them, a blank text is null where it may be, and a nested shape is the attribute's `as_dict()`.
    """
    fields = {name: field.source or name for name, field in shape().fields.items()}
    converting = [(name, convert) for name, field in shape().fields.items() if (convert := _convert(field))]
    names, values = tuple(fields), attrgetter(*fields.values())

    def present(what: Any) -> dict[str, Any]:
        shown = dict(zip(names, values(what), strict=True))
        for name, convert in converting:
            if (value := shown[name]) is not None:
                shown[name] = convert(value)
        return shown

    return present


_spelled = lru_cache(maxsize=1024)(iso)
"""What comes together was said at the same moment."""


def _convert(field: Any) -> Convert | None:
    if isinstance(field, serializers.DateTimeField):
        return _spelled
    if isinstance(field, serializers.DecimalField):
        return f"{{:.{field.decimal_places}f}}".format
    if isinstance(field, serializers.CharField) and field.allow_null:
        return lambda text: text or None
    if isinstance(field, serializers.BaseSerializer):
        return lambda value: value.as_dict()
    return None
