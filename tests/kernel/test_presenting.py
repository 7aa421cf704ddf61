"""A shape, made into a function that gives of an object what the shape declares."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework import serializers

from kernel.actors import Actor
from kernel.presenting import presenter
from kernel.shapes import NullIfBlank

OLGA = Actor(type="dispatcher", id=3, name="Olga", role="manager")


class Colour(StrEnum):
    RED = "red"


class ActorShape(serializers.Serializer):
    name = serializers.CharField()


class ThingShape(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    where = serializers.CharField(source="box.label")
    at = serializers.DateTimeField(allow_null=True)
    rate = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    miles = serializers.FloatField(allow_null=True)
    colour = serializers.ChoiceField(choices=["red"])
    note = serializers.CharField(allow_null=True)
    code = NullIfBlank()
    owner = ActorShape(allow_null=True)
    online = serializers.BooleanField()
    unread = serializers.IntegerField(required=False)


def thing(**fields: Any) -> SimpleNamespace:
    whole = {
        "pk": 7,
        "box": SimpleNamespace(label="shelf"),
        "at": datetime(2026, 11, 28, 12, 0, 0, 5000, tzinfo=UTC),
        "rate": Decimal("850"),
        "miles": Decimal("12.5"),
        "colour": Colour.RED,
        "note": "",
        "code": "",
        "owner": OLGA,
    }
    return SimpleNamespace(**whole | fields)


present = presenter(ThingShape, beside=("online", "unread"))


def test_each_field_is_taken_from_where_the_shape_says_and_spelled_as_clients_read_it():
    shown = present(thing(), online=True)
    assert shown == {
        "id": 7,
        "where": "shelf",
        "at": "2026-11-28T12:00:00.005Z",
        "rate": "850.00",
        "miles": 12.5,
        "colour": "red",
        "note": "",
        "code": None,
        "owner": OLGA.as_dict(),
        "online": True,
    }
    assert (type(shown["miles"]), type(shown["colour"])) == (float, str)


@pytest.mark.parametrize("name", ["at", "rate", "miles", "note", "owner"])
def test_null_stays_null(name):
    assert present(thing(**{name: None}), online=False)[name] is None


def test_what_the_shape_does_not_require_may_be_left_out():
    assert "unread" not in present(thing(), online=True)
    assert present(thing(), online=True, unread=2)["unread"] == 2


@pytest.mark.parametrize("more", [{}, {"unread": 2}, {"online": True, "surprise": 1}, {"online": True, "note": "x"}])
def test_what_the_shape_does_not_say_cannot_be_shown_and_what_it_requires_must_be(more):
    with pytest.raises(TypeError, match="ThingShape"):
        present(thing(), **more)


def test_what_is_null_where_it_is_blank_is_so_by_the_serializer_too():
    shown = ThingShape(thing(code="", owner=None, online=True)).data
    assert (shown["code"], shown["note"]) == (None, "")
    assert ThingShape(thing(code="x", owner=None, online=True)).data["code"] == "x"
