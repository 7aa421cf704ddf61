"""Describes a view for the OpenAPI schema: its body, its answer, and every refusal it may give."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer, inline_serializer
from rest_framework import serializers

ALWAYS = (400, 401, 405, 413, 415, 429, 503)


class ErrorDetail(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)
    request_id = serializers.CharField()


class ErrorBody(serializers.Serializer):
    error = ErrorDetail()


class ShapeSchema(OpenApiSerializerExtension):
    """A shape refuses unknown fields, and what it requires is required of PATCH too: both can be said."""

    target_class = "kernel.shapes.Shape"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if direction == "request" and schema.get("properties"):
            schema["additionalProperties"] = False
            schema["properties"] = {name: _one_text(each) for name, each in schema["properties"].items()}
            required = [name for name, field in self.target.fields.items() if field.required and not field.read_only]
            schema |= {"required": sorted(required)} if required else {}
        return schema


def _one_text(field: dict[str, Any]) -> dict[str, Any]:
    """A text that may be blank as one text: split in two, the blank one would fit both."""
    match field.get("oneOf"):
        case [{"type": "string", "pattern": _} as text, {"maxLength": 0}]:
            return {name: value for name, value in field.items() if name != "oneOf"} | text
    return field


class CleanCharFieldSchema(OpenApiSerializerFieldExtension):
    """Texts have no null bytes; those that may not be blank have more than spaces."""

    target_class = "kernel.shapes.CleanCharField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Any:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        if direction == "request" and "pattern" not in schema and "enum" not in schema:
            schema["pattern"] = r"^[^\x00]*$" if self.target.allow_blank else r"^[^\x00]*[^\s\x00][^\x00]*$"
        return schema


def documented(
    *,
    answer: Any = None,
    body: Any = None,
    status: int | Sequence[int] = 200,
    refusals: Sequence[int] = (),
    query: Sequence[Any] = (),
    auth: bool = True,
    **more: Any,
) -> Callable[[Any], Any]:
    """Document one method of a view. `refusals` are the codes beside those that every endpoint may answer."""
    statuses = [status] if isinstance(status, int) else list(status)
    responses: dict[int, Any] = {each: answer or OpenApiResponse(description="") for each in statuses}
    responses |= dict.fromkeys(sorted({*ALWAYS, *refusals}), ErrorBody)
    if not auth:
        more["auth"] = []
    return extend_schema(request=body, responses=responses, parameters=list(query), **more)


@cache
def page_of(shape: type[serializers.Serializer]) -> serializers.Serializer:
    """The schema of a page of a list."""
    page = inline_serializer(
        name=f"PageOf{shape.__name__}",
        fields={
            "results": shape(many=True),
            "next": serializers.CharField(allow_null=True),
            "previous": serializers.CharField(allow_null=True),
            "count": serializers.IntegerField(),
        },
    )
    extend_schema_serializer(many=False)(type(page))  # What an action called `list` answers is one page, not many.
    return page
