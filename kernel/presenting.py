"""What a serializer says of objects, made once into a function: a serializer is asked what it costs for each object."""

from collections.abc import Callable, Collection
from functools import lru_cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

from kernel.clock import iso
from kernel.shapes import NullIfBlank

Convert = Callable[[Any], Any]


def presenter(shape: type[serializers.Serializer], *, beside: Collection[str] = ()) -> Callable[..., dict[str, Any]]:
    """A function that gives of an object what `shape` declares, so that a field is declared once for API and schema.

    Each field is an attribute of the object, or what its `source` names. Moments, amounts and measures are spelled as
    clients read them, and a nested shape is the attribute's `as_dict()`. Only the fields `beside` are no attributes:
    they are handed over by name, as they are shown, and what the shape does not require may be left out.
    """
    fields = shape().fields
    own = {name: field for name, field in fields.items() if name not in beside}
    converting = [(name, convert) for name, field in own.items() if (convert := _convert(field))]
    names, values = tuple(own), attrgetter(*(field.source or name for name, field in own.items()))
    allowed = frozenset(beside)
    needed = frozenset(name for name in beside if fields[name].required)

    def present(what: Any, **more: Any) -> dict[str, Any]:
        if not needed <= more.keys() <= allowed:
            raise TypeError(f"{shape.__name__} has {sorted(needed)} beside its object, and at most {sorted(allowed)}")
        shown = dict(zip(names, values(what), strict=True))
        for name, convert in converting:
            if (value := shown[name]) is not None:
                shown[name] = convert(value)
        return shown | more if more else shown

    return present


_spelled = lru_cache(maxsize=1024)(iso)
"""What comes together was said at the same moment."""


def _convert(field: Any) -> Convert | None:
    match field:
        case serializers.DateTimeField():
            return _spelled
        case serializers.DecimalField():
            return f"{{:.{field.decimal_places}f}}".format
        case serializers.FloatField():
            return float
        case serializers.ChoiceField():
            return str
        case NullIfBlank():
            return lambda text: text or None
        case serializers.BaseSerializer():
            return lambda value: value.as_dict()
    return None
