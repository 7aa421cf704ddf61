"""Telephone numbers: read out of what people write, by the numbering plans, into one form.

The form is E.164, `+` and digits (`+17015550100`). Numbers are read here before anything compares, sends to or links
to them. A text may hold several numbers, with words around them. What could be read in two ways is no number: a text
message to a stranger is worse than none.
"""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberFormat

from drivers.phone_groups import ANOTHER, DIGITS, Group, digits_of, length, parts, runs_of
from drivers.phone_plans import (
    AMERICAN,
    AMERICAN_LOCAL,
    LONGEST,
    LONGEST_CODE,
    is_grouped,
    may_be_beside,
    with_bare_country,
    with_country,
)
from drivers.phone_texts import EXTENSION, with_telephones_only
from kernel.text import readable

TEXT_MAX = 200
"""A longer text is no telephone number, nor a list of some; the column has room for 50."""
RAW_MAX = 1_000
"""With all signs that are not seen; what is longer is neither looked at nor remembered."""
KEPT = 20_000
"""Texts whose numbers a process remembers: every truck of a large fleet, read again at each check of a sign-in."""

_SCHEME = re.compile(r"(?:tel|sms|callto):", re.IGNORECASE)


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
    rest = _SCHEME.sub("", EXTENSION.sub("", readable(text)))
    return found[0] if len(found) == 1 and not ANOTHER.search(rest) else None


def digits(text: str | None) -> str:
    """All digits of a text, whatever the script they are written in."""
    return "".join(DIGITS.findall(readable(text or "")))


def shown(number: str) -> str:
    """A number as people read it: `(701) 555-0100`, `+52 656 123 4567`."""
    if number.startswith("+1"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=KEPT)
def _read(text: str) -> tuple[str, ...]:
    plain = readable(text)
    if len(plain) > TEXT_MAX:
        return ()
    runs = runs_of(with_telephones_only(plain))
    found = _numbers_of_all(runs, ())
    foreign = tuple(number for number in found if not number.startswith("+1"))
    return tuple(dict.fromkeys(_numbers_of_all(runs, foreign) if foreign else found))


def _numbers_of_all(runs: list[list[Group]], foreign: tuple[str, ...]) -> tuple[str, ...]:
    """`foreign`: numbers of other countries that the text has, before or after."""
    found: tuple[str, ...] = ()
    for groups in runs:
        if groups[0].bare_code and len(groups) > 1:
            alone = _numbers_of(groups[1:], found, foreign)
            joined = _numbers_of(groups, found, foreign)
            found += () if alone and joined and alone != joined else alone or joined
        else:
            found += _numbers_of(groups, found, foreign)
    return found


def _numbers_of(groups: list[Group], before: tuple[str, ...], foreign: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers that groups of digits are. `before`: the numbers that were read before them."""
    for crossing in (False, True):
        ways = _ways(groups, before, foreign, crossing=crossing)
        if ways:
            return ways[0] if len(ways) == 1 else ()
    found: tuple[str, ...] = ()
    for part in parts(groups):
        ways = _ways(part, (*before, *found), foreign, crossing=False)
        if not ways and length(part) <= LONGEST_CODE:
            break  # It may be the country code of what follows.
        found += ways[0] if len(ways) == 1 else ()
    return found


def _ways(
    groups: list[Group], before: tuple[str, ...], foreign: tuple[str, ...], *, crossing: bool
) -> list[tuple[str, ...]]:
    """In which ways the groups are numbers, all of them; two ways are as good as many.

    `crossing`: a number may go on after what perhaps separates two.
    """
    ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in groups)]
    for start in range(len(groups)):
        for way in ways[start]:
            for end in range(start + 1, len(groups) + 1):
                part = groups[start:end]
                across = any(group.perhaps_another for group in part[1:])
                if any(group.plus for group in part[1:]) or (across and not crossing) or length(part) > LONGEST:
                    break
                number = _number(part, (*before, *way), foreign, across=across)
                if number and len(ways[end]) < 2:
                    ways[end].append((*way, number))
    return ways[-1]


def _number(groups: list[Group], before: tuple[str, ...], foreign: tuple[str, ...], *, across: bool) -> str | None:
    """The one number that the groups are, if they are one. `across`: something that may separate is among them."""
    written = digits_of(groups)
    ends = {length(groups[:place]) for place in range(1, len(groups))}
    dialled = next((written[len(prefix) :] for prefix in ("011", "00") if written.startswith(prefix)), None)
    if groups[0].plus or dialled is not None:
        return with_country(written if dialled is None else dialled)
    if len(written) == 10 and AMERICAN.fullmatch(written) and is_grouped(ends, {3, 6}):
        return None if may_be_beside(written, before, foreign) else f"+1{written}"
    if written.startswith("1") and AMERICAN.fullmatch(written[1:]) and is_grouped(ends - {1}, {4, 7}):
        return f"+{written}"
    if len(written) == 7 and before and before[-1].startswith("+1") and AMERICAN_LOCAL.fullmatch(written):
        # What is registered somewhere has seven digits too, written undivided and after a word.
        return (
            before[-1][:5] + written if is_grouped(ends, {3}) and (ends or not groups[0].perhaps_registered) else None
        )
    return None if across else with_bare_country(written, ends)
