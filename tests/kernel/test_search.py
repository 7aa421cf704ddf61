"""Words are found in the same way on every database: what SQL says is what Python says."""

import random
import unicodedata

import pytest
from django.db.models import Value
from hypothesis import example, given
from hypothesis import strategies as st

from journal.models import Entry
from kernel.search import holds, numbered, terms_of
from kernel.search.conditions import Holds
from kernel.search.spelling import spelled
from kernel.text import words
from offers.models import Offer
from tests.offers.factories import make_offer

LETTERS = (
    "abcdefghijklmnopqrstuvwxyz ABCXYZ 0123456789 .,-'\u2019/&() %_#@\n\t"
    "áàâäãåāčçéèêëęíìîïñńóòôöõøőúùûüůýÿžÁÀÑÓÜÇŁłØøĐđðÐßẞæÆœŒþÞ"
    "\u0301\u0303\u0308\u0327\u200b\u200d\u00ad\u202a\u2060\ufe0f"
    "абвгдежзиійклмнёєїґўщьюяАБВЙЁЇ"
    "αβγδεςσάέήίόύώΑΒΣΆ"
    "ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآؤئىة٠١٢٣"
    "ＡＢＣａｂｃ０１２　，\u2013\u2014\u2011\u2026\u00a0👍🙏ﬁﬂ"
)
TEXT = st.text(st.sampled_from(LETTERS), max_size=24)


def in_python(text: str, query: str) -> bool:
    return all(term.is_in(spelled(text)) for term in terms_of(query))


@given(st.text(max_size=40))
@example("O´Fallon")
@example("O´Fallon, Sa\u0303o\x07 Toma\u0345s \u1fefx\uff07y")
@example("Toma\u0345s")
@example("Trevin\u0303o, St. Louis / 12½")
def test_texts_are_spelled_as_the_words_of_the_kernel(text):
    plain = "".join(each for each in text if each not in "%_" and unicodedata.category(each) != "So")
    assert spelled(plain).split() == words(plain)


TABLE = [
    # What is searched, what is asked for, whether it is found.
    ("Treviño", "Trevino", True),
    ("Treviño", "TREVIÑO", True),
    ("Trevin\u0303o", "Treviño", True),
    ("Trevino", "TREVIN\u0303O", True),
    ("Bogdan McAllister", "McAllister, Bogdan", True),
    ("Dallas, TX", "dallas,tx", True),
    ("Dallas, TX", "tx;dallas", True),
    ("Dallas, TX → Houston, TX", "houston→dallas", True),
    ("Saint Louis, MO", "St. Louis", True),
    ("St. Louis, MO", "saint louis", True),
    ("St.Louis, MO", "Saint Louis", True),
    ("Ft. Worth", "fort worth", True),
    ("Fort Worth", "Ft.Worth", True),
    ("Mt Vernon", "Mount Vernon", True),
    ("Mount Vernon", "mt. vernon", True),
    ("N. Platte", "north platte", True),
    ("Boston", "saint", False),
    ("Winston-Salem", "winston salem", True),
    ("Winston Salem", "Winston-Salem", True),
    ("O'Fallon", "OFallon", True),
    ("OFallon", "O\u2019Fallon", True),
    ("Łódź", "lodz", True),
    ("Straße", "STRASSE", True),
    ("strasse", "straße", True),
    ("Ærø", "aero", True),
    ("ДИРЕКЦИЯ склада", "дирекция", True),
    ("Йод", "ИОД", True),
    ("ΟΔΟΣ", "οδός", True),
    ("أحمد الخطيب", "احمد", True),
    ("Ｄａｌｌａｓ", "dallas", True),
    ("Dal\u200blas", "dallas", True),
    ("dallas", "d\u00adallas", True),
    ("gate ١٢", "gate 12", True),
    ("T-12", "T-12", True),
    ("T 12", "t-12", True),
    ("T-112", "T-12", False),
    ("t 5 ... 12", "T-12", False),
    ("12.5 lb", "12.5", True),
    ("125 lb", "12.5", False),
    ("50% off", "50%", True),
    ("500 off", "50%", False),
    ("a_b", "a_b", True),
    ("axb", "a_b", False),
    ("dallas", "%", False),
    ("dallas", "_", False),
    ("100 %", "%", True),
    ("Thanks 👍", "👍", True),
    ("Thanks", "👍", False),
    ("dallas", "...", False),
    ("dallas", "dallas houston", False),
    ("dir\u00e9ccion", "DIRECCION", True),
    ("ñandú", "nandu", True),
    ("O Fallon", "O'Fallon", True),
    ("O Fallon", "o\u2019fal", True),
    ("O Fallon", "O\u00b4Fallon", True),
    ("O'Fallon", "O Fallon", True),
    ("Washington, D.C.", "Washington DC", True),
    ("Washington DC", "Washington, D.C.", True),
    ("WDCX", "D.C.", False),
    ("and CA", "DC", False),
    ("J. B. Hunt", "JB Hunt", True),
    ("JB Hunt", "J.B. Hunt", True),
    ("U.S.A.", "usa", True),
    ("PO #125", "#125", True),
    ("PO 125", "\u2116125", True),
    ("PO 125", "\u2116 125", True),
    ("PO 124", "\u2116 125", False),
    ("line one\nline two", "two one", True),
    ("back\\slash", "back\\slash", True),
    ("it's", "its", True),
    ("", "dallas", False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "query", "found"), TABLE)
def test_what_is_found(text, query, found):
    assert asked([text], query) == [found]


def asked(texts: list[str], query: str) -> list[bool]:
    """Whether the database finds the query in each of the texts."""
    terms = terms_of(query)
    if not terms:
        return [False] * len(texts)
    columns = {f"t{number}": Holds(terms, [Value(text)]) for number, text in enumerate(texts)}
    make_entry()
    row = Entry.objects.values_list(*columns.values()).first()
    return [bool(each) for each in row]


def make_entry() -> None:
    if not Entry.objects.exists():
        make_offer()


@pytest.mark.django_db
@pytest.mark.services
def test_the_database_agrees_with_python():
    rng = random.Random(11)
    make_entry()

    def text(most: int) -> str:
        return "".join(rng.choice(LETTERS) for _ in range(rng.randint(1, most)))

    for _round in range(150):
        query = text(4)
        # Half of the texts have the words in them, written in some other way.
        texts = [text(20) for _ in range(10)] + [f"{text(6)} {each} {text(6)}" for each in variants(query, rng)]
        assert asked(texts, query) == [bool(terms_of(query)) and in_python(each, query) for each in texts], repr(query)


def variants(query: str, rng: random.Random) -> list[str]:
    forms = [unicodedata.normalize(form, query) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    return [*forms, query.upper(), query.lower(), "".join(each + rng.choice(["", "\u200b", "'"]) for each in query)]


@pytest.mark.django_db
def test_words_are_found_in_any_of_the_fields():
    make_offer(pickup_location="Saint Louis, MO", delivery_location="1 Main St, Houston, TX 77002", notes="Ibáñez")

    def found(query: str) -> int:
        return Offer.objects.filter(holds(query, "pickup_location", "delivery_location", "notes")).count()

    assert found("St. Louis Houston IBANEZ") == 1
    assert found("houston st louis") == 1
    assert found("louis dallas") == 0
    assert found("...") == 0
    assert found("") == 1


@pytest.mark.parametrize(
    ("text", "number"), [("125", 125), ("#125", 125), ("\u2116125", 125), ("١٢٥", 125), ("12x", None), ("9" * 30, None)]
)
def test_a_word_may_be_the_number_of_something(text, number):
    (term,) = terms_of(text)
    assert numbered(term, most=2**63 - 1) == number


def test_a_long_search_is_cut():
    assert len(terms_of(" ".join(f"word{n}" for n in range(1000)))) == 20
