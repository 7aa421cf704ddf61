"""What is read quickly is read as the shape itself would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from chat.shapes.writing import ChatCommand, JoinCommand, MarkCommand, SendCommand
from kernel.shapes import CleanCharField, Shape, WholeNumber, quick_reader
from presence.shapes import AuthenticateShape, HeartbeatShape, ResumeShape

SHAPES = [ChatCommand, JoinCommand, MarkCommand, SendCommand, HeartbeatShape]

numbers = st.one_of(
    st.integers(-2, 3), st.sampled_from([2**63 - 1, 2**63, -(2**63), True, 1.0, 1.5, "1", None]), st.floats()
)
texts = st.one_of(
    st.text(max_size=70),
    st.sampled_from(["", " ", "a ", "\ta", "a\x00", "\ud800", "x" * 64, "x" * 65, "👍", "\u2028", 5, None, ["a"]]),
)
frames = st.fixed_dictionaries(
    {},
    optional={
        "offer_id": numbers,
        "driver_id": numbers,
        "seq": numbers,
        "message_id": numbers,
        "after": numbers,
        "message": texts,
        "client_id": texts,
        "else": texts,
    },
)
plain = st.fixed_dictionaries(
    {"offer_id": st.integers(1, 9), "driver_id": st.integers(1, 9)},
    optional={"message": st.text(min_size=1), "client_id": st.text(min_size=1), "seq": st.integers(0, 9)},
)


@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.one_of(frames, plain, st.none(), st.lists(st.integers())))
def test_what_is_read_quickly_is_read_alike(shape, data):
    read = quick_reader(shape())(data)
    if read is not None:
        assert read == shape().run_validation(data)
        assert list(read) == list(shape().run_validation(data))


@pytest.mark.parametrize(
    ("shape", "frame"),
    [
        (SendCommand, {"offer_id": 7, "driver_id": 15, "message": "On my way 👍\n", "client_id": "6c0f"}),
        (MarkCommand, {"offer_id": 7, "driver_id": 15, "seq": 0}),
        (MarkCommand, {"offer_id": 7, "driver_id": 15, "message_id": 9}),
        (ChatCommand, {"driver_id": 15, "offer_id": 7}),
    ],
)
def test_what_everybody_sends_is_read_quickly(shape, frame):
    assert quick_reader(shape())(frame) == frame


class Bounded(Shape):
    word = CleanCharField(min_length=2, max_length=3)
    number = WholeNumber(required=False)


def test_bounds_are_those_of_the_fields():
    read = quick_reader(Bounded())
    assert [read({"word": word}) is not None for word in ("a", "ab", "abc", "abcd")] == [False, True, True, False]
    assert read({"word": "ab", "number": 10**30}) == {"word": "ab", "number": 10**30}


class OwnRule(Bounded):
    def validate_word(self, word):
        raise serializers.ValidationError("never")


class OwnReading(CleanCharField):
    def to_internal_value(self, data):
        return super().to_internal_value(data).upper()


class OwnField(Shape):
    word = OwnReading()


class OwnValidator(Shape):
    word = CleanCharField(validators=[print])


class Renamed(Shape):
    word = CleanCharField(source="other")


class Filled(Shape):
    word = CleanCharField(default="ab")


@pytest.mark.parametrize(
    "shape", [OwnRule, OwnField, OwnValidator, Renamed, Filled, AuthenticateShape, ResumeShape, serializers.Serializer]
)
def test_a_shape_with_rules_of_its_own_is_left_to_itself(shape):
    assert quick_reader(shape())({"word": "ab"}) is None
