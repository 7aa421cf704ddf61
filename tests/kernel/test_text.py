"""Text as people type it, brought into one form."""

import pytest

from kernel.text import fold, readable, whole_number, words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("701–555–0100", "701-555-0100"),
        ("701\u2011555\u20110100", "701-555-0100"),
        ("701\u200b555\u2060\ufeff0100", "7015550100"),
        ("\u202a+1 701\u202c", "+1 701"),
        ("1\u00a0200\u202f3\u2009\u30004", "1 200 3 4"),
        ("٧٠١ ۵۵۵ ०१००", "701 555 0100"),
        ("７０１－５５５", "701-555"),
        ("− 5", "- 5"),
        ("soft\u00adhyphen", "softhyphen"),
        (" a\t\n b ", "a b"),
        ("null\x00byte \ud800 surrogate", "nullbyte surrogate"),
        ("48½", "481⁄2"),
        ("\u3164Maria\ufe0f", "Maria"),
    ],
)
def test_signs_that_look_alike_are_read_alike(written, read):
    assert readable(written) == read


@pytest.mark.parametrize(
    "written",
    ["Treviño", "TREVIÑO", "trevin\u0303o", "Trevino", "Ｔｒｅｖｉñｏ", "Tre\u200bviño", "tre\u00advino"],
)
def test_spellings_of_one_name_fold_alike(written):
    assert fold(written) == "trevino"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Łukasz", "lukasz"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ærøskøbing", "aeroskobing"),
        ("МОСКВА", "москва"),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("Đặng", "dang"),
        ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
        ("#125, x-ray", "#125, x-ray"),
    ],
)
def test_case_and_accents_are_folded(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("McAllister, Bogdan", ["mcallister", "bogdan"]),
        ("dallas,tx", ["dallas", "tx"]),
        ("O’Fallon O'Fallon", ["ofallon", "ofallon"]),
        ("Winston–Salem", ["winston", "salem"]),
        ("  #125 ", ["125"]),
        ("أحمد الخطيب", ["احمد", "الخطيب"]),
        ("... --", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(written, found):
    assert words(written) == found


@pytest.mark.parametrize(("written", "number"), [("0", 0), (" 12 ", 12), ("99", 99), ("007", 7)])
def test_whole_numbers_are_read(written, number):
    assert whole_number(written, most=99) == number


@pytest.mark.parametrize("written", ["", "-1", "+1", "1.0", "1_0", "100", "١٢", "1e1", "9" * 5000, "0" * 19, "x"])
def test_everything_else_is_no_whole_number(written):
    assert whole_number(written, most=99) is None
