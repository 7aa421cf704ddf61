"""Names that run from right to left stand for themselves; all others are left alone."""

from pathlib import Path

import pytest
from django.template import Context, Template

from kernel.bidi import isolated, turns

NAMES = [line.split("\t") for line in (Path(__file__).parent / "spellings" / "names.tsv").read_text().splitlines()]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_name_that_turns_is_isolated_once(kind, name):
    assert turns(name) == (kind == "turns")
    expected = f"\u2068{name}\u2069" if kind == "turns" else name
    assert isolated(name) == expected
    assert isolated(isolated(name)) == expected


@pytest.mark.parametrize("sign", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_no_sign_in_a_name_ends_its_isolation_early(sign):
    assert isolated(f"Ann{sign}Lee") == "\u2068AnnLee\u2069"


def rendered(text: str, **context: object) -> str:
    return Template("{% load i18n shell %}" + text).render(Context(context))


def test_a_name_in_markup_has_an_element_of_its_own():
    words = "{% blocktranslate with name=name|bdi %}{{ name }} offers{% endblocktranslate %}"
    assert rendered(words, name="أحمد") == "<bdi>أحمد</bdi> offers"
    assert rendered(words, name="<b>أ") == "<bdi>&lt;b&gt;أ</bdi> offers"
    assert rendered(words, name="Ann & Lee") == "Ann &amp; Lee offers"
    assert rendered("[{{ name|bdi }}]", name=None) == "[]"


def test_a_name_in_a_label_stands_between_signs():
    words = '<a aria-label="{% blocktranslate with name=name|isolated %}Call {{ name }}{% endblocktranslate %}">'
    assert rendered(words, name='أ"') == '<a aria-label="Call \u2068أ&quot;\u2069">'
    assert rendered("[{{ name|isolated }}]", name=None) == "[]"
