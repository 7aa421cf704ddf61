"""Text as people type it, brought into one form before it is compared or read as a number.

Nothing here is stored or shown: what a person wrote is kept as it was written.
"""

import re
import unicodedata

_BLANKS = "\u2800\u115f\u1160\u3164\uffa0"
"""Characters that are letters or symbols to Unicode and look like a space."""
_IGNORED_MARKS = "\u034f\u17b4\u17b5" + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x180E))))
"""Marks without a shape of their own: the grapheme joiner and the variation selectors."""
_DASHES = "\u2043\u2212\u02d7\u2796"
"""Dashes outside of the category of dashes: hyphen bullet, minus sign, modifier minus, heavy minus."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02bb\u0060\u00b4\u2032]")
_PLAIN_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "ə": "e",
        "æ": "ae", "œ": "oe", "þ": "th",
    }
)  # fmt: skip
"""Letters that Unicode does not take apart into a plain one and a mark. `casefold` does it for ß."""
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


def readable(text: str) -> str:
    """The text with one form for each sign that people do not tell apart.

    Compatibility forms become the usual ones (NFKC: full-width letters, ligatures), decimal digits of every script
    become 0 to 9, every dash `-`, and a run of spaces of any kind one space. Characters without width, such as
    direction marks, soft hyphens and other control characters, are left out. `½` becomes `1⁄2`.
    """
    return " ".join("".join(map(_readable_letter, unicodedata.normalize("NFKC", text))).split())


def fold(text: str) -> str:
    """What two spellings of the same words have in common: `readable`, lower case, without accents.

    `Treviño`, `TREVIN\u0303O` and `trevino` fold to the same text. Signs other than letters stay as they are.
    """
    plain = unicodedata.normalize("NFKD", readable(text).casefold())
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Mn").translate(_PLAIN_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in its order: runs of letters and digits.

    `O'Fallon` is one word, `Winston-Salem` two.
    """
    # `´` would become a space and an accent.
    joined = _APOSTROPHES.sub("", fold(_APOSTROPHES.sub("", text)))
    return "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in joined).split()


def is_storable(text: str) -> bool:
    """Whether a database keeps it: without null bytes and lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def whole_number(text: str, *, most: int) -> int | None:
    """The number that a text of digits stands for, when it is between 0 and `most`; otherwise None.

    Spaces around it are passed over. Python's own `int` raises for more than 4,300 digits and takes `1_000` and
    digits of other scripts, none of which an id in an address has.
    """
    text = text.strip()
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = int(text)
    return number if number <= most else None


def _readable_letter(letter: str) -> str:
    if letter.isascii() and letter.isprintable():
        return letter
    if letter.isspace() or letter in _BLANKS:
        return " "
    category = unicodedata.category(letter)
    if category in ("Cf", "Cc", "Cs", "Co", "Cn") or letter in _IGNORED_MARKS:
        return ""
    if category == "Pd" or letter in _DASHES:
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    return letter
