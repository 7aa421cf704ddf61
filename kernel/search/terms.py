"""What is asked for, taken apart into words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kernel.search.spelling import APOSTROPHES, spelled
from kernel.text import fold, readable, whole_number

MOST_TERMS = 20
"""Words of one search; what goes beyond them narrows nothing."""
SHORT_FORMS = {
    "st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "pt": "point",
    "n": "north", "s": "south", "e": "east", "w": "west",
}  # fmt: skip
"""As people write the names of places."""
_LONG_FORMS = {long: short for short, long in SHORT_FORMS.items()}
_BETWEEN = re.compile(r"""[\s,;:/|()\[\]{}<>&+"!?*=~^$#]+""")
_JOINED = re.compile(r"(?<=\w)[-.@](?=\w)")
MOST_INITIALS = 3
"""Letters of a word that may be written with points: `U.S.A.`"""
_APART = re.compile(rf"(?<!\w)([a-z])[{APOSTROPHES}]([a-z]{{2,}})")
_PREPARED = dict.fromkeys(map(ord, APOSTROPHES)) | {ord("\u2116"): "#"}
"""Apostrophes are passed over, and the numero sign is one of `#125`: it would become the word `No`."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must be found: `words` that follow each other, mostly one of them.

    `short` and `long` are the other form of a word that has two, and may be words with a space between: the short one
    is found as whole words only. `DC` is short for `D C`, and the other way round.
    """

    words: tuple[str, ...]
    short: str = ""
    long: str = ""

    @property
    def text(self) -> str:
        """As a person could write a search for this term alone."""
        return "-".join(self.words)

    def is_in(self, text: str) -> bool:
        """Whether it is in a text that `spelled` gave."""
        return (
            " ".join(self.words) in text
            or bool(self.short and f" {self.short} " in text)
            or bool(self.long and self.long in text)
        )


def terms_of(text: str) -> list[Term]:
    """What must be found, each once. Words may be in any order; `T-12` or `12.5` is one thing: parts of it are
    everywhere.
    """
    found: list[Term] = []
    apart = {"".join(each): " ".join(each) for each in _APART.findall(fold(text.replace("\u00b4", "'")))}
    for chunk in _BETWEEN.split(readable(text.translate(_PREPARED))):
        pieces: list[tuple[str, ...]] = []
        joined = False
        start = 0
        for each in [*_JOINED.finditer(chunk), None]:
            words = tuple(spelled(chunk[start : each.start() if each else None]).split())
            # Short pieces and numbers belong to what they are joined with.
            if joined and pieces and words and (_is_slight(pieces[-1]) or _is_slight(words)):
                pieces[-1] += words
            elif words:
                pieces.append(words)
            joined, start = bool(words), each.end() if each else 0
        found += [term for piece in pieces for term in _terms(piece, apart)]
    return list(dict.fromkeys(found))[:MOST_TERMS]


def numbered(term: Term, *, most: int) -> int | None:
    """The number of an object that a word like `125` or `#125` may stand for, at most `most`."""
    return whole_number(term.words[0], most=most) if len(term.words) == 1 and term.words[0].isascii() else None


def _terms(words: tuple[str, ...], apart: Mapping[str, str]) -> Iterable[Term]:
    """`apart` has how words with an apostrophe are written with a space."""
    if len(words) > 1 and any(_is_slight((word,)) for word in words):
        yield Term(words, short="".join(words) if all(map(_is_a_letter, words)) else "")
        return
    for word in words:
        letters = " ".join(word) if 1 < len(word) <= MOST_INITIALS and all(map(_is_a_letter, word)) else ""
        yield Term((word,), short=_LONG_FORMS.get(word, letters), long=SHORT_FORMS.get(word, apart.get(word, "")))


def _is_a_letter(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _is_slight(words: tuple[str, ...]) -> bool:
    return any(len(word) == 1 or any(letter.isdigit() for letter in word) for word in words)
