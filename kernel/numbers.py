"""Numbers as people type them into a page: one reading, or none and the reason why.

`static/shared/numbers.js` reads the same spellings in the same way; `tests/kernel/spellings/numbers.tsv` says
which. The API does not use this: it takes plain decimals only.
"""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kernel.text import readable

_SEPARATORS = str.maketrans(
    {"\u066b": ".", "\u066c": "'"} | dict.fromkeys("\u2018\u2019\u02bc\u02bb\u0060\u00b4\u2032", "'")
)
"""The Arabic decimal and thousands separators, and apostrophes of every kind."""
_POINT = re.compile(r"(?P<whole>[0-9]{0,15})(?:\.(?P<part>[0-9]{1,6}))?")
_COMMA = re.compile(r"(?P<whole>[0-9]{1,15}),(?P<part>[0-9]{1,2})")
_GROUPED = [
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]{1,6}))?"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?P<part>[0-9]{1,2})"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,})(?P<part>)"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:[.,](?P<part>[0-9]{1,2}))?"),
    re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?:'[0-9]{3})+)(?:[.,](?P<part>[0-9]{1,2}))?"),
]
_TWO_WAYS = re.compile(r"([1-9][0-9]{0,2})\.([0-9]{3})")
_TWO_NUMBERS = re.compile(r"[0-9]{3} [0-9]{3}")
_NOT_DIGITS = re.compile(r"[^0-9]")


class Unreadable(ValueError):
    """What was typed is not one number. Its text says why."""

    words = _("This is no number. Write it like 1,250.50.")

    def __str__(self) -> str:
        return str(self.words)


class TwoReadings(Unreadable):
    """Two people would read two numbers."""

    words = _("This can be read in two ways. Write it like 1250 or 1,250.50.")


def read(text: str, *, beside: Iterable[str] = (), most: int | None = None) -> Decimal:
    """The number that `text` stands for, never negative. Raises `Unreadable`.

    A comma separates thousands only where exactly three digits follow each comma; the only one, with one or two digits
    after it, is a decimal comma. `1.250` can be either and is refused, unless 1250 would be more than `most`; `850 900`
    can be two numbers. `beside` are words that may stand before or after the number, such as `$` and `USD`.
    """
    # NFKC makes `850²` 8502.
    if any(unicodedata.category(letter) == "No" for letter in text):
        raise Unreadable()
    typed = _without(readable(text).translate(_SEPARATORS), beside)
    if two := _TWO_WAYS.fullmatch(typed):
        if most is None or int(two[1] + two[2]) <= most:
            raise TwoReadings()
        return Decimal(typed)
    if _TWO_NUMBERS.fullmatch(typed):
        raise TwoReadings()
    for pattern in (_POINT, _COMMA, *_GROUPED):
        found = pattern.fullmatch(typed)
        if found and any(found.groups()):
            return Decimal(f"{_NOT_DIGITS.sub('', found['whole']) or 0}.{found['part'] or 0}")
    raise Unreadable()


def plain(number: Decimal) -> str:
    """The number without an exponent, as short as it goes: `1250.5`."""
    return f"{number.normalize():f}"


def _without(typed: str, beside: Iterable[str]) -> str:
    """The text without one of the words before it and one of them after it."""
    words = "|".join(re.escape(word) for word in sorted(beside, key=len, reverse=True))
    if not words:
        return typed
    typed = re.sub(rf"^(?:{words})(?![a-z])\s*", "", typed, count=1, flags=re.IGNORECASE)
    return re.sub(rf"(?<![a-z])\s*(?:{words})$", "", typed, count=1, flags=re.IGNORECASE)
