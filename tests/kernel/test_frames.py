"""Frames take, give and refuse what a serializer with the same fields does, in the same words."""

from datetime import date
from typing import Annotated, Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType
from rest_framework import serializers

from kernel.errors import FIELDS_MAX, NAME_MAX, Invalid
from kernel.frames import REQUIRED, Clean, Frame, Id, Seq, Text, Verbatim, Whole, one_of
from kernel.ids import LARGEST_ID
from kernel.shapes import CleanCharField, Shape, WholeNumber, read_shape

COLOURS = ["red", "green"]


class PlaceFrame(Frame):
    name: Annotated[Text, Meta(max_length=3)]
    floor: Whole | UnsetType = UNSET


class PlaceShape(Shape):
    name = CleanCharField(max_length=3)
    floor = WholeNumber(required=False)


class ThingFrame(Frame, kw_only=True):
    id: Id
    seq: Seq | UnsetType | None = UNSET
    small: Annotated[Whole, Meta(ge=-2, le=2)] | UnsetType = UNSET
    text: Annotated[Clean, Meta(min_length=2, max_length=4)]
    blank: Annotated[Clean, Meta(max_length=4)] | UnsetType | None = UNSET
    verbatim: Verbatim | UnsetType = UNSET
    colour: Annotated[str, one_of(["", *COLOURS])] | UnsetType = UNSET
    place: PlaceFrame | UnsetType = UNSET


class ThingShape(Shape):
    id = WholeNumber(min_value=1, max_value=LARGEST_ID)
    seq = WholeNumber(min_value=0, max_value=LARGEST_ID, required=False, allow_null=True)
    small = WholeNumber(min_value=-2, max_value=2, required=False)
    text = CleanCharField(min_length=2, max_length=4)
    blank = CleanCharField(max_length=4, required=False, allow_blank=True, allow_null=True)
    verbatim = CleanCharField(trim_whitespace=False, required=False)
    colour = serializers.ChoiceField(choices=COLOURS, allow_blank=True, required=False)
    place = PlaceShape(required=False)


def as_frame(data: Any) -> Any:
    try:
        read = ThingFrame.read(data)
    except Invalid as refusal:
        return refusal.as_dict()
    if isinstance(place := read.get("place"), PlaceFrame):
        floor = {} if place.floor is UNSET else {"floor": place.floor}
        read["place"] = {"name": place.name} | floor
    return read


def as_shape(data: Any) -> Any:
    try:
        return read_shape(ThingShape, data)
    except Invalid as refusal:
        return refusal.as_dict()


numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(
        [2**63 - 1, 2**63, 2**64, -(2**63), 10**40, True, 5.0, -0.0, 1.5, 1e15, 1e16, 1e40, "1", " ", None]
    ),
    st.floats(),
)
texts = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["", " ", "a", " ab ", "\tab\n", "a\x00", " \x00 ", "\ud800", "abcde", "👍👍👍👍", "\u2028", "red"]
    ),
    st.sampled_from([5, None, True, ["a"], {}]),
)
places = st.one_of(
    st.fixed_dictionaries({}, optional={"name": texts, "floor": numbers, "else": texts, "": texts}),
    st.sampled_from([None, [], "a", 5, True, {"non_field_errors": 1}, {"n" * 80: 1}]),
)
things = st.fixed_dictionaries(
    {},
    optional={
        "id": numbers,
        "seq": numbers,
        "small": numbers,
        "text": texts,
        "blank": texts,
        "verbatim": texts,
        "colour": texts,
        "place": places,
    },
)
right = st.fixed_dictionaries({"id": st.integers(1, 9), "text": st.sampled_from(["ab", " abcd ", "👍👍"])})


@given(data=st.one_of(things, st.builds(lambda all_right, some: all_right | some, right, things)))
def test_frames_and_serializers_read_alike(data):
    for language in ("en", "es"):
        with translation.override(language):
            read = as_frame(data)
            assert read == as_shape(data)
            assert repr(read) == repr(as_shape(data))  # 5.0 is equal to 5.


@given(names=st.lists(st.text(max_size=80), max_size=30), data=things)
def test_unknown_fields_are_named_alike(names, data):
    data = dict.fromkeys(names) | data
    assert as_frame(data) == as_shape(data)


def test_names_of_unknown_fields_do_not_make_the_answer_grow():
    with pytest.raises(Invalid) as refusal:
        ThingFrame.read({f"{number:03}" + "n" * 1000: 1 for number in range(100)})
    assert len(refusal.value.fields) == FIELDS_MAX
    assert {len(name) for name in refusal.value.fields} == {NAME_MAX}


def test_every_field_at_fault_is_named():
    with pytest.raises(Invalid) as refusal:
        ThingFrame.read({"seq": -1, "text": "a", "blank": "abcde", "colour": "blue", "place": {"floor": 1.5}})
    assert list(refusal.value.fields) == ["id", "seq", "text", "blank", "colour", "place.name", "place.floor"]


def test_words_are_put_into_the_language_in_which_they_are_told():
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        ThingFrame.read({"id": 0, "text": 5, "blank": "abcde", "colour": "blue", "place": [], "seq": 1.5})
    with translation.override("es"):
        assert refusal.value.as_dict()["fields"] == {
            "id": ["Asegúrese de que este valor es mayor o igual a 1."],
            "seq": ["Introduzca un número entero válido."],
            "text": ["No es una cadena válida."],
            "blank": ["Asegúrese de que este campo no tenga más de 4 caracteres."],
            "colour": ['"blue" no es una elección válida.'],
            "place": ["Datos inválidos. Se esperaba un diccionario pero es un list."],
        }


def test_what_was_sent_is_left_as_it_was():
    place = {"name": " a ", "floor": 5.0}
    data = {"id": 1.0, "text": " ab ", "place": place}
    assert (ThingFrame.read(data)["text"], ThingFrame.read(data)["place"]) == ("ab", PlaceFrame("a", 5))
    assert data == {"id": 1.0, "text": " ab ", "place": {"name": " a ", "floor": 5.0}}


class Pair(Frame):
    first: Id
    second: Id | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.second is UNSET and self.first > 5:
            raise Invalid.field("second", REQUIRED)


def test_a_rule_about_several_fields_is_asked_when_each_is_right():
    assert Pair.read({"first": 6, "second": 1}) == {"first": 6, "second": 1}
    for data, faulty in (({"first": 6}, ["second"]), ({"first": 0}, ["first"]), ({"first": 6, "x": 1}, ["x"])):
        with pytest.raises(Invalid) as refusal:
            Pair.read(data)
        assert list(refusal.value.fields) == faulty


class Dated(Frame):
    at_fault: date


class Stepped(Frame):
    at_fault: Annotated[Whole, Meta(multiple_of=5)]


class Patterned(Frame):
    at_fault: Annotated[Clean, Meta(pattern="a")]


@pytest.mark.parametrize("frame", [Dated, Stepped, Patterned])
def test_a_field_whose_refusals_would_have_no_words_is_none(frame):
    with pytest.raises(TypeError, match="at_fault: there are no words"):
        frame.read({"at_fault": 5})
