"""Telephone numbers: read out of what people write, by the numbering plans, into one form.

The form is E.164, `+` and digits (`+17015550100`). Numbers are read here before anything compares, sends to or links
to them. A text may hold several numbers, with words around them. What could be read in two ways is no number: a text
message to a stranger is worse than none.
"""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from offers_project.kernel.text import readable

TEXT_MAX = 200
"""A longer text is no telephone number, nor a list of some; the column has room for 50."""
RAW_MAX = 1_000
"""With all signs that are not seen; what is longer is neither looked at nor remembered."""
LONGEST = 18
"""Digits of a number with all that is dialled before it."""
LONGEST_CODE = 3
KEPT = 20_000
"""Texts whose numbers a process remembers: every truck of a large fleet, read again at each check of a sign-in."""

_EXTENSION = re.compile(
    r"(?<=[0-9]) [\s,;.)-]* (?: extension | extensión | extn | ext | x | \# ) [\s.:=\#]* [0-9]{1,6} (?! [\s.-]*[0-9] )",
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
_PLACE_IN_A_LIST = re.compile(r"(?:^|(?<=\s))[1-9][):]\s+(?=[(\[+]*[0-9])")
"""`1: 701-555-0100 2: 701-555-0199`."""
_ANOTHER = re.compile(r"[^\W\d_]|[@\#;|&]|,(?=.)|(?<=.),")
"""What stands between two numbers and within none: a letter, or a sign that separates the items of a list."""
_PERHAPS_ANOTHER = re.compile(r"[/\\\u2044]|^,$|(?<=\s)\+(?=\s)")
"""What stands between two numbers, and by some hands within one: `701/555-0100`, `701,555,0100`."""
_PLUS = re.compile(r"\+[\s(\[]*$")
_AMERICAN = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_AMERICAN_LOCAL = re.compile(r"[2-9][0-9]{6}")
_AMERICAN_AFTER_1 = re.compile(r"1[2-9][0-9]{9}")
_SCHEME = re.compile(r"(?:tel|sms|callto):", re.IGNORECASE)


class _Group(NamedTuple):
    """Digits that stand together, and what is before them."""

    digits: str
    plus: bool
    perhaps_another: bool


def numbers(text: str | None) -> tuple[str, ...]:
    """The numbers in a text, in its order, each once, in E.164. Empty where there is none that is sure.

    `(701) 555-0100 / 555-0199` has two: a number without an area code is in the area of the one before it. A country
    code comes after `+`, `00` or `011`, or begins 11 digits and more, which are too many for an American number and are
    never cut down: it is one when there is such a code and as many digits follow as its numbers have. Ten digits are an
    American number when its plan has such numbers and they are not grouped as another country's.
    """
    return _read(text) if text and len(text) <= RAW_MAX else ()


def one_number(text: str) -> str | None:
    """The number that a text is, when it is one number and nothing else."""
    found = numbers(text)
    rest = _SCHEME.sub("", _EXTENSION.sub("", readable(text)))
    return found[0] if len(found) == 1 and not _ANOTHER.search(rest) else None


def digits(text: str | None) -> str:
    """All digits of a text, whatever the script they are written in."""
    return "".join(_DIGITS.findall(readable(text or "")))


def shown(number: str) -> str:
    """A number as people read it: `(701) 555-0100`, `+52 656 123 4567`."""
    if _AMERICAN_AFTER_1.fullmatch(number[1:]):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=KEPT)
def _read(text: str) -> tuple[str, ...]:
    plain = readable(text)
    if len(plain) > TEXT_MAX:
        return ()
    found: list[str] = []
    for groups in _runs(_PLACE_IN_A_LIST.sub(" ; ", _EXTENSION.sub(" ; ", plain))):
        found += _numbers_of(groups, found[-1] if found else "")
    return tuple(dict.fromkeys(found))


def _runs(plain: str) -> list[list[_Group]]:
    """Groups of digits with nothing between them that no number has within it."""
    runs: list[list[_Group]] = []
    end = 0
    for match in _DIGITS.finditer(plain):
        before = plain[end : match.start()]
        begins = not runs or bool(_ANOTHER.search(before))
        perhaps = not begins and bool(_PERHAPS_ANOTHER.search(before))
        plus = bool(_PLUS.search(before)) and not (perhaps and re.search(r"\s\+\s+$", before))
        if begins:
            runs.append([])
        runs[-1].append(_Group(match.group(), plus, perhaps))
        end = match.end()
    return runs


def _numbers_of(groups: list[_Group], before: str) -> tuple[str, ...]:
    """The numbers that groups of digits are. `before`: the number that was read before them, or an empty text."""
    for crossing in (False, True):
        ways = _ways(groups, before, crossing=crossing)
        if ways:
            return ways[0] if len(ways) == 1 else ()
    found: tuple[str, ...] = ()
    for part in _parts(groups):
        ways = _ways(part, (before, *found)[-1], crossing=False)
        if not ways and _length(part) <= LONGEST_CODE:
            break  # It may be the country code of what follows.
        found += ways[0] if len(ways) == 1 else ()
    return found


def _ways(groups: list[_Group], before: str, *, crossing: bool) -> list[tuple[str, ...]]:
    """In which ways the groups are numbers, all of them; two ways are as good as many.

    `crossing`: a number may go on after what perhaps separates two.
    """
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in groups)]
    for start in range(len(groups)):
        for way in ways[start]:
            for end in range(start + 1, len(groups) + 1):
                part = groups[start:end]
                across = any(group.perhaps_another for group in part[1:])
                if any(group.plus for group in part[1:]) or (across and not crossing) or _length(part) > LONGEST:
                    break
                number = _number(part, (before, *way)[-1], across=across)
                if number and len(ways[end]) < 2:
                    ways[end].append((*way, number))
    return ways[-1]


def _parts(groups: list[_Group]) -> list[list[_Group]]:
    parts: list[list[_Group]] = []
    for group in groups:
        if group.perhaps_another or not parts:
            parts.append([])
        parts[-1].append(group)
    return parts


def _length(groups: list[_Group]) -> int:
    return sum(len(group.digits) for group in groups)


def _number(groups: list[_Group], before: str, *, across: bool) -> str | None:
    """The one number that the groups are, if they are one. `across`: something that may separate is among them."""
    written = "".join(group.digits for group in groups)
    ends = {_length(groups[:place]) for place in range(1, len(groups))}
    dialled = next((written[len(prefix) :] for prefix in ("011", "00") if written.startswith(prefix)), None)
    if groups[0].plus or dialled is not None:
        return _with_country(written if dialled is None else dialled)
    if len(written) == 10 and _AMERICAN.fullmatch(written) and _is_grouped(ends, {3, 6}):
        return f"+1{written}"
    if _AMERICAN_AFTER_1.fullmatch(written) and _is_grouped(ends - {1}, {4, 7}):
        return f"+{written}"
    if len(written) == 7 and before.startswith("+1") and _AMERICAN_LOCAL.fullmatch(written):
        return before[:5] + written if _is_grouped(ends, {3}) else None
    return None if across else _with_bare_country(written, ends)


def _is_grouped(ends: set[int], usual: set[int]) -> bool:
    """Whether groups end where American ones do: there and nowhere else, or in smaller pieces."""
    return ends <= usual or usual <= ends


def _with_country(written: str) -> str | None:
    """A number with its country code: whether it has as many digits as numbers there have is all that is asked."""
    if written.startswith("1"):
        return f"+{written}" if _AMERICAN_AFTER_1.fullmatch(written) else None
    parsed = _parsed(written)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else None


def _with_bare_country(written: str, ends: set[int]) -> str | None:
    """A country code without a sign that it is one, alone in its group or in one group with all the rest.

    Eleven digits may be an American number with one too many: they are to be such as have been given out there.
    """
    if not 11 <= len(written) <= 15 or written.startswith(("0", "1")):
        return None
    parsed = _parsed(written)
    if parsed is None or (ends and len(str(parsed.country_code)) not in ends):
        return None
    if len(written) == 11 and not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _parsed(written: str) -> phonenumbers.PhoneNumber | None:
    if written.startswith("521") and len(written) == 13:
        # Mexico dialled a 1 before mobile numbers until 2019. It is still written, and no plan has it any more.
        written = f"52{written[3:]}"
    try:
        parsed = phonenumbers.parse(f"+{written}")
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE
    return parsed if possible else None
