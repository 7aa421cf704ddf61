"""Refusals of what cannot be read: they name what is wrong, and do not grow with what was sent."""

import json

import pytest
from rest_framework import serializers

from kernel.errors import FIELDS_MAX, NAME_MAX, WORD_MAX, Invalid
from kernel.shapes import Shape, read_shape

MANY, LONG = 10_000, 900_000


class StopShape(Shape):
    kind = serializers.ChoiceField(choices=["pickup", "delivery"])


class TripShape(Shape):
    name = serializers.CharField(required=False)
    kind = serializers.ChoiceField(choices=["pickup", "delivery"], required=False)
    numbers = serializers.ListField(child=serializers.IntegerField(), required=False)
    stops = StopShape(many=True, required=False)
    words = serializers.DictField(child=serializers.IntegerField(), required=False)


def fields_of(data: object) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        read_shape(TripShape, data)
    return refused.value.as_dict()["fields"]


@pytest.mark.parametrize(
    "data",
    [
        {"x" * LONG: 1},
        {f"{number}{'x' * 100}": 1 for number in range(MANY)},
        {"kind": "x" * LONG},
        {"numbers": ["x"] * MANY},
        {"stops": [{"kind": "x" * 90}] * MANY},
        {"stops": [{"y" * 90: "x"}] * MANY},
        {"stops": [7] * MANY},
        {"words": {f"{number}": "x" for number in range(MANY)}},
        {"words": {"y" * LONG: "x"}},
    ],
    ids=["name", "names", "choice", "list", "nested", "nested name", "no objects", "keys", "key"],
)
def test_a_refusal_does_not_grow_with_what_was_sent(data):
    fields = fields_of(data)
    assert 1 <= len(fields) <= FIELDS_MAX
    assert max(map(len, fields)) <= NAME_MAX
    words = [word for of_field in fields.values() for word in of_field]
    assert max(map(len, words)) <= WORD_MAX
    assert max(map(len, fields.values())) <= FIELDS_MAX
    assert len(json.dumps(fields)) < 10_000


def test_twenty_unknown_fields_are_named_in_order():
    fields = fields_of({f"unknown{number:02}": 1 for number in reversed(range(30))})
    assert list(fields) == [f"unknown{number:02}" for number in range(20)]


def test_what_is_nested_is_named_by_its_place():
    fields = fields_of({"kind": "away", "numbers": [1, "x"], "stops": [{"kind": "pickup"}, {"kind": "x"}, {}]})
    assert fields.keys() == {"kind", "numbers", "stops.1.kind", "stops.2.kind"}
    assert fields["numbers"][0].startswith("2: ")
