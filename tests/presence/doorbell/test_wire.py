"""What can still be read of a frame that is none."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.doorbell import wire

BROKEN = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "spellings" / "broken_frames.tsv").read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("ref", "text"), BROKEN, ids=[text[:40] for _ref, text in BROKEN])
def test_the_ref_of_a_broken_frame(ref, text):
    assert wire.ref_of(text) == json.loads(ref)


def test_nesting_hides_no_ref():
    deep = "[" * 100_000 + "]" * 100_000
    for text in (f'{{"ref": "r", "x": {deep[:3000]}', f'{{"x": {"[" * 1000}{"]" * 1000}, "ref": "r"}}'):
        assert wire.ref_of(text) == "r"
    assert wire.ref_of(deep) is None
    for nested in (deep, deep[:3000]):
        assert wire.ref_of(f'{{"ref": {nested}}}') is None


def test_half_a_character_comes_back_as_it_was():
    ref = wire.ref_of('{"type": "heartbeat", "ref": "\\ud83d"}')
    assert json.loads(wire.frame("error", ref=ref))["ref"] == "\ud83d"


def test_a_number_of_many_digits_comes_back_as_it_was():
    ref = wire.ref_of(f'{{"x": NaN, "ref": {10**40}}}')
    assert json.loads(wire.frame("error", ref=ref))["ref"] == 10**40


@given(st.text(max_size=300))
def test_whatever_comes_an_answer_can_be_written(text):
    for broken in (text, f'{{"ref": {text}', f'{{"ref": "a", {text}'):
        assert orjson.loads(wire.frame("error", ref=wire.ref_of(broken)).encode())["type"] == "error"


values = st.recursive(st.none() | st.integers() | st.text() | st.booleans(), st.lists, max_leaves=4)


@given(st.dictionaries(st.text().filter(lambda name: name != "ref"), values, max_size=4), st.text(), st.integers(0, 40))
def test_cut_off_behind_its_ref_it_is_still_known(fields, ref, cut):
    text = json.dumps({"ref": ref} | fields)
    end = len(json.dumps({"ref": ref})) - 1
    assert wire.ref_of(text[: max(end, len(text) - cut)]) == ref
