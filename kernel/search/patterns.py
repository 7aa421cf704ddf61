"""A term as a regular expression over a text as it was written, for MariaDB (PCRE) and MySQL (ICU)."""

from collections.abc import Sequence
from functools import lru_cache

from kernel.search.spelling import APOSTROPHES, STAND_FOR_THEMSELVES, letters_of
from kernel.search.terms import Term

REPLACED = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "ǽ": "ae", "Ǽ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl",
}  # fmt: skip
"""Letters that become two: the database replaces them before it looks, where it makes a difference to the term."""
_PASSED_OVER = rf"\p{{Mn}}\p{{Cf}}{APOSTROPHES}"
_WORD = rf"\p{{L}}\p{{N}}\p{{M}}\p{{So}}{STAND_FOR_THEMSELVES}"
_SKIP = f"[{_PASSED_OVER}]*"
_GAP = f"{_SKIP}[^{_WORD}{_PASSED_OVER}][^{_WORD}]*"
_SPECIAL = frozenset("\\^$.[]|()?*+{}-&~")


@lru_cache(maxsize=256)
def of(term: Term) -> str:
    ways = [_words(term.words)]
    if term.short:
        ways.append(f"(?<![{_WORD}{_PASSED_OVER}]){_words(term.short.split())}{_SKIP}+(?![{_WORD}])")
    if term.long:
        ways.append(_words(term.long.split()))
    return "|".join(ways)


@lru_cache(maxsize=256)
def replaced_for(term: Term) -> tuple[tuple[str, str], ...]:
    """The letters to be replaced in a text, and by what: replacing costs the database more than looking."""
    words = [word for word in (*term.words, term.short, term.long) if word]
    return tuple(pair for pair in REPLACED.items() if any(_meet(word, pair[1].lower()) for word in words))


def _meet(word: str, plain: str) -> bool:
    """Whether the word may be found in a text where it has the two letters, or begins or ends between them."""
    ends = any(word.endswith(plain[:cut]) or word.startswith(plain[cut:]) for cut in range(1, len(plain)))
    return ends or plain in word or word in plain


def _words(words: Sequence[str]) -> str:
    return _GAP.join(_word(word) for word in words)


def _word(word: str) -> str:
    return _SKIP.join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    """A class of all the letters that are spelled so."""
    letters = letters_of(letter)
    escaped = "".join(f"\\{each}" if each in _SPECIAL else each for each in letters)
    return f"[{escaped}]" if len(letters) > 1 else escaped
