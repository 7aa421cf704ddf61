"""How texts are brought into words, letter by letter: what is asked for and what is searched alike."""

import re
import unicodedata
from functools import cache

from kernel.text import fold

APOSTROPHES = "'\u2018\u2019\u02bc\u02bb`\u00b4\u2032"
"""They are passed over: `O'Fallon` is one word."""
STAND_FOR_THEMSELVES = "%_"
_ACCENTS = re.compile("[\u0300-\u0344\u0346-\u036f]+")
"""Without the iota below, which is a letter in lower case."""


class _Spelling(dict[int, str | None]):
    """What becomes of each letter, None for nothing. Its neighbours make no difference, so it is found out once."""

    def __missing__(self, code: int) -> str | None:
        self[code] = becomes = _spelled(chr(code)) or None
        return becomes


def spelled(text: str) -> str:
    """The folded words of a text with one space between, before and after them."""
    # Most texts are of plain letters, or of such with accents: those are brought into words by the thousand.
    plain = text if text.isascii() else _without_accents(text)
    words = plain.encode().translate(*_plain_letters()).decode() if plain.isascii() else text.translate(_spelling)
    return f" {' '.join(words.split())} "


def is_word(letter: str) -> bool:
    """Whether a folded letter is part of a word: letters, digits, marks, pictures, and what stands for itself."""
    category = unicodedata.category(letter)
    return category[0] in "LNM" or category == "So" or letter in STAND_FOR_THEMSELVES


def _without_accents(text: str) -> str:
    """The text with its letters and their accents taken apart, and the accents left out. An apostrophe that would
    become an accent is kept.
    """
    return text if "\u00b4" in text else _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


@cache
def _plain_letters() -> tuple[bytes, bytes]:
    """What becomes of ASCII, and those of it that become nothing."""
    becomes = "".join(_spelling[code] or " " for code in range(128)).encode() + bytes(range(128, 256))
    return becomes, bytes(code for code in range(128) if _spelling[code] is None)


@cache
def letters_of(folded: str) -> str:
    """All letters that are spelled like this one."""
    return _by_spelling().get(folded, "") or folded


def _spelled(letter: str) -> str:
    if letter in APOSTROPHES:
        return ""
    folded = fold(f"a{letter}a")[1:-1]  # Within a word: a space at the end of a text would be lost.
    return "".join(each if is_word(each) else " " for each in folded if each not in APOSTROPHES)


@cache
def _by_spelling() -> dict[str, str]:
    """`{folded letter: letters}` of those that become one letter. All letters but for rare scripts are looked at."""
    found: dict[str, list[str]] = {}
    for code in (*range(0x21, 0x3400), *range(0xA640, 0xAC00), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800)):
        folded = _spelling[code]
        if folded is not None and len(folded) == 1 and folded != " ":
            found.setdefault(folded, []).append(chr(code))
    return {folded: "".join(letters) for folded, letters in found.items()}


_spelling = _Spelling()
