"""What a command of the live connection takes, as a `msgspec.Struct`. It refuses in the words of REST's serializers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from django.utils.text import format_lazy
from msgspec import UNSET, Meta, inspect
from rest_framework import serializers
from rest_framework.settings import api_settings

from kernel.errors import Invalid
from kernel.ids import LARGEST_ID
from kernel.shapes import CleanCharField, flat, no_such_fields
from kernel.text import is_storable

REQUIRED = serializers.Field.default_error_messages["required"]
NULL = serializers.Field.default_error_messages["null"]
NO_CHOICE = serializers.ChoiceField.default_error_messages["invalid_choice"]
NO_OBJECT = serializers.Serializer.default_error_messages["invalid"]
UNSTORABLE = CleanCharField.default_error_messages["unstorable"]
NUMBER = serializers.IntegerField.default_error_messages
TEXT = serializers.CharField.default_error_messages
THE_WHOLE = api_settings.NON_FIELD_ERRORS_KEY
"""Stands for an object itself among the names of its fields."""
WRITTEN_OUT = 10.0**16
"""From here on a number with a point is written with an exponent, and is no whole number to REST either."""

Read = Callable[[Any], Any]
"""From a value as JSON has it, never None, to the value that the field's type is asked about. It raises `Unfit`, or
leaves what it does not understand as it is, for the type to refuse.
"""
Extra = Mapping[str, Any]


class Unfit(ValueError):
    """A value that a field cannot have. `words` say why, and are put into a language when they are told."""

    def __init__(self, words: Any) -> None:
        self.words = words
        super().__init__(words)


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of one command. A field that may be left out is `| UnsetType = UNSET`.

    What a field takes is said by its type: its bounds by `msgspec.Meta`, and how it is read beforehand by `reads`. A
    rule about several fields is a `__post_init__` that raises `Invalid`; it is asked when each is right by itself.
    """

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that an object of JSON has, as they are meant; or `Invalid` naming every one at fault.

        Those that were left out are left out. The words of a refusal are put into a language when they are told.
        """
        return _form_of(cls).read(data)


def reads(read: Read) -> Meta:
    """Says in a field's `Annotated` how its value is read before its type is asked."""
    return Meta(extra={"read": read})


def one_of(choices: Iterable[Any]) -> Meta:
    """Takes the text of one of the choices, and gives that choice."""
    by_text = {str(choice): choice for choice in choices}

    def choose(value: Any) -> Any:
        if not isinstance(value, str) or value not in by_text:
            raise Unfit(format_lazy(NO_CHOICE, input=value))
        return by_text[value]

    return reads(choose)


def _whole(value: Any) -> Any:
    """JSON writes a whole number in two ways: 5.0 is 5."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < WRITTEN_OUT else value


def _storable(value: Any) -> Any:
    if isinstance(value, str) and not is_storable(value):
        raise Unfit(UNSTORABLE)
    return value


def _trimmed(value: Any) -> Any:
    return _storable(value.strip()) if isinstance(value, str) else value


Whole = Annotated[int, reads(_whole)]
Id = Annotated[Whole, Meta(ge=1, le=LARGEST_ID)]
Seq = Annotated[Whole, Meta(ge=0, le=LARGEST_ID)]
"""How far something that is counted from 1 has come."""
Clean = Annotated[str, reads(_trimmed)]
"""A text that a database keeps, without the spaces around it."""
Text = Annotated[Clean, Meta(min_length=1)]
"""One that is not blank."""
Verbatim = Annotated[str, reads(_storable), Meta(min_length=1)]
"""One with its spaces."""


class _Form:
    """How the frames of one class are read."""

    def __init__(self, frame: type[Frame]) -> None:
        self.frame = frame
        self.fields = {field.name: _Field(field) for field in msgspec.structs.fields(frame)}
        self.readers = [(name, field.read) for name, field in self.fields.items() if field.read is not None]
        self.may_leave_out = not all(field.required for field in self.fields.values())

    def read(self, data: Mapping[str, Any]) -> dict[str, Any]:
        try:
            given = msgspec.structs.asdict(msgspec.convert(self.prepared(data), self.frame))
        except ValueError as error:  # msgspec stops at the first fault, and a client is told all of them.
            raise Invalid(fields=flat(self.faults(data))) from error
        return {name: value for name, value in given.items() if value is not UNSET} if self.may_leave_out else given

    def prepared(self, data: Any) -> Any:
        """What the types are asked about: each field read, and what cannot be read left as it is."""
        if not isinstance(data, dict):
            return data
        said = data.copy()
        for name, read in self.readers:
            value = said.get(name)
            if value is not None:
                said[name] = read(value)
        return said

    def faults(self, data: Any) -> dict[str, Any]:
        """What is wrong with each field, nested as the fields are: `{name: words or faults}`."""
        if not isinstance(data, dict):
            return {THE_WHOLE: [format_lazy(NO_OBJECT, datatype=type(data).__name__)]}
        if unknown := no_such_fields(data, self.fields):
            return unknown
        found = {name: field.faults(data.get(name, UNSET)) for name, field in self.fields.items()}
        return {name: faults for name, faults in found.items() if faults}


class _Field:
    """One field of a form; `read` is None where its values are taken as they come."""

    def __init__(self, field: msgspec.structs.FieldInfo) -> None:
        kinds = list(_kinds(inspect.type_info(field.type)))
        self.type = field.type
        self.required = field.required
        self.nullable = any(isinstance(kind, inspect.NoneType | inspect.AnyType) for kind, _extra in kinds)
        ((self.kind, extra),) = [each for each in kinds if not isinstance(each[0], inspect.NoneType)]
        self.form = _form_of(self.kind.cls) if isinstance(self.kind, inspect.StructType) else None
        self.read: Read | None = self.form.prepared if self.form else extra.get("read")
        match self.kind:
            case (
                inspect.IntType(gt=None, lt=None, multiple_of=None) | inspect.StrType(pattern=None) | inspect.AnyType()
            ):
                pass
            case inspect.IntType() | inspect.StrType():
                raise TypeError(f"{field.name}: there are no words against what is beyond these bounds")
            case _ if self.read is None:
                raise TypeError(f"{field.name}: there are no words against what is not of this type")

    def faults(self, value: Any) -> Any:
        """What is wrong with a value, in words; nothing where it is right. UNSET stands for one that was not sent."""
        if value is UNSET:
            return [REQUIRED] if self.required else None
        if value is None:
            return None if self.nullable else [NULL]
        if self.form:
            return self.form.faults(value)
        try:
            value = self.read(value) if self.read else value
            msgspec.convert(value, self.type)
        except Unfit as unfit:
            return [unfit.words]
        except ValueError:
            return [_words_for(self.kind, value)]
        return None


@cache
def _form_of(frame: type[Frame]) -> _Form:
    return _Form(frame)


def _kinds(kind: inspect.Type, extra: Extra | None = None) -> Iterator[tuple[inspect.Type, Extra]]:
    """The types that a field may have, without what is around them, each with what `Meta` adds to it."""
    match kind:
        case inspect.UnionType(types=types):
            for each in types:
                yield from _kinds(each, extra)
        case inspect.Metadata(type=inner, extra=more):
            yield from _kinds(inner, more)
        case _:
            yield kind, extra or {}


def _words_for(kind: inspect.Type, value: Any) -> Any:
    """Why a value is none of this kind."""
    match kind, value:
        case inspect.IntType(ge=least), int() if type(value) is int and least is not None and value < least:
            return format_lazy(NUMBER["min_value"], min_value=least)
        case inspect.IntType(le=most), int() if type(value) is int and most is not None and value > most:
            return format_lazy(NUMBER["max_value"], max_value=most)
        case inspect.IntType(), _:
            return NUMBER["invalid"]
        case inspect.StrType(), "":
            return TEXT["blank"]
        case inspect.StrType(max_length=most), str() if most is not None and len(value) > most:
            return format_lazy(TEXT["max_length"], max_length=most)
        case inspect.StrType(min_length=least), str() if least is not None:
            return format_lazy(TEXT["min_length"], min_length=least)
        case _:
            return TEXT["invalid"]
