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

from drivers.phone_texts import CODE_OF_COUNTRY, EXTENSION, with_telephones_only
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

_DIGITS = re.compile(r"[0-9]+")
_ANOTHER = re.compile(rf"[^\W\d_]|[@\#;|&{CODE_OF_COUNTRY}]|,(?=.)|(?<=.),")
"""What stands between two numbers and within none: a letter, or a sign that separates the items of a list."""
_PERHAPS_ANOTHER = re.compile(r"[/\\\u2044]|^,$|(?<=\s)\+(?=\s)")
"""What stands between two numbers, and by some hands within one: `701/555-0100`, `701,555,0100`."""
_PLUS = re.compile(r"\+[\s(\[]*$")
_AMERICAN = re.compile(r"(?!([0-9])\1{9})[2-9][0-8][0-9][2-9][0-9]{6}")
"""No area has a 9 in its middle, and ten equal digits stand for a number that is not known."""
_AMERICAN_LOCAL = re.compile(r"[2-9][0-9]{6}")
_NAMED = re.compile(r"[^\W\d_]|\#")
_GLUED = re.compile(r"[^\W\d_]-?$")
_DIALLED_BEFORE = re.compile(r"011|00")
_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_SCHEME = re.compile(r"(?:tel|sms|callto):", re.IGNORECASE)


class _Group(NamedTuple):
    """Digits that stand together, and what is before them."""

    digits: str
    plus: bool
    perhaps_another: bool
    named: bool
    """A letter or `#` is before them."""
    perhaps_registered: bool
    """The same, and no telephone number before them is written undivided."""
    bare_code: bool
    """They may be a country code without a sign: the first digits of the text, or the name of a country."""


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
    return found[0] if len(found) == 1 and not _ANOTHER.search(rest) else None


def digits(text: str | None) -> str:
    """All digits of a text, whatever the script they are written in."""
    return "".join(_DIGITS.findall(readable(text or "")))


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
    runs = _with_codes(_runs(with_telephones_only(plain)))
    found = _numbers_of_all(runs, ())
    foreign = tuple(number for number in found if not number.startswith("+1"))
    return tuple(dict.fromkeys(_numbers_of_all(runs, foreign) if foreign else found))


def _numbers_of_all(runs: list[list[_Group]], foreign: tuple[str, ...]) -> tuple[str, ...]:
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


def _runs(plain: str) -> list[list[_Group]]:
    """Groups of digits with nothing between them that no number has within it."""
    runs: list[list[_Group]] = []
    end = 0
    undivided = False
    for match in _DIGITS.finditer(plain):
        before = plain[end : match.start()]
        begins = not runs or bool(_ANOTHER.search(before))
        perhaps = not begins and bool(_PERHAPS_ANOTHER.search(before))
        plus = bool(_PLUS.search(before)) and not (perhaps and re.search(r"\s\+\s+$", before))
        if begins:
            runs.append([])
        bare = match.group() in _CODES and not plus
        bare = bare and (before.endswith(CODE_OF_COUNTRY) or (not end and not _GLUED.search(before)))
        named = bool(_NAMED.search(before))
        runs[-1].append(_Group(match.group(), plus, perhaps, named, named and not undivided, bare))
        undivided = undivided or len(match.group()) >= 10
        end = match.end()
    return runs


def _with_codes(runs: list[list[_Group]]) -> list[list[_Group]]:
    """The runs, each with the country code that stands apart before it: `+52 cel 656 123 4567`."""
    joined: list[list[_Group]] = []
    code: list[_Group] = []
    for run in runs:
        own = run[0].plus or _DIALLED_BEFORE.match(run[0].digits)
        if len(run) > 1 and not _is_only_a_code(run, first=True):
            run = [run[0]._replace(bare_code=False), *run[1:]]
        groups = run if own else code + run
        place = next((place for place in range(len(groups)) if _is_only_a_code(groups[place:], first=not place)), None)
        code = [] if place is None else groups[place:]
        if groups[:place]:
            joined.append(_without_a_small_number(groups[:place]))
    return joined


def _is_only_a_code(groups: list[_Group], *, first: bool) -> bool:
    """`first`: nothing is before them in their run."""
    written = "".join(group.digits for group in groups)
    if groups[0].plus:
        return len(written) <= LONGEST_CODE or written == "011"
    if not first and not groups[0].perhaps_another:
        return False
    prefix = _DIALLED_BEFORE.match(written)
    if prefix:
        return written[prefix.end() :] in ("", *_CODES)
    return groups[0].bare_code and (len(groups) == 1 or [group.digits for group in groups] == ["52", "1"])


def _without_a_small_number(groups: list[_Group]) -> list[_Group]:
    """Without `12` of `Unit 12 701-555-0100`, and without a postcode beside a number that is written as 3-3-4."""
    first = groups[0]
    if first.named and not first.plus and len(first.digits) <= 2 and first.digits not in ("00", *_CODES):
        groups = groups[1:] or groups
    sizes = [len(group.digits) for group in groups]
    if sizes in ([3, 3, 4, 5], [1, 3, 3, 4, 5]) and _AMERICAN.fullmatch("".join(g.digits for g in groups[-4:-1])):
        return groups[:-1]
    if sizes == [5, 3, 3, 4] and not groups[0].plus:
        return groups[1:]
    return groups


def _numbers_of(groups: list[_Group], before: tuple[str, ...], foreign: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers that groups of digits are. `before`: the numbers that were read before them."""
    for crossing in (False, True):
        ways = _ways(groups, before, foreign, crossing=crossing)
        if ways:
            return ways[0] if len(ways) == 1 else ()
    found: tuple[str, ...] = ()
    for part in _parts(groups):
        ways = _ways(part, (*before, *found), foreign, crossing=False)
        if not ways and _length(part) <= LONGEST_CODE:
            break  # It may be the country code of what follows.
        found += ways[0] if len(ways) == 1 else ()
    return found


def _ways(
    groups: list[_Group], before: tuple[str, ...], foreign: tuple[str, ...], *, crossing: bool
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
                if any(group.plus for group in part[1:]) or (across and not crossing) or _length(part) > LONGEST:
                    break
                number = _number(part, (*before, *way), foreign, across=across)
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


def _number(groups: list[_Group], before: tuple[str, ...], foreign: tuple[str, ...], *, across: bool) -> str | None:
    """The one number that the groups are, if they are one. `across`: something that may separate is among them."""
    written = "".join(group.digits for group in groups)
    ends = {_length(groups[:place]) for place in range(1, len(groups))}
    dialled = next((written[len(prefix) :] for prefix in ("011", "00") if written.startswith(prefix)), None)
    if groups[0].plus or dialled is not None:
        return _with_country(written if dialled is None else dialled)
    if len(written) == 10 and _AMERICAN.fullmatch(written) and _is_grouped(ends, {3, 6}):
        return None if _may_be_beside(written, before, foreign) else f"+1{written}"
    if written.startswith("1") and _AMERICAN.fullmatch(written[1:]) and _is_grouped(ends - {1}, {4, 7}):
        return f"+{written}"
    if len(written) == 7 and before and before[-1].startswith("+1") and _AMERICAN_LOCAL.fullmatch(written):
        # What is registered somewhere has seven digits too, written undivided and after a word.
        return (
            before[-1][:5] + written if _is_grouped(ends, {3}) and (ends or not groups[0].perhaps_registered) else None
        )
    return None if across else _with_bare_country(written, ends)


def _may_be_beside(written: str, before: tuple[str, ...], foreign: tuple[str, ...]) -> bool:
    """Whether ten digits may be another number of a country that the text has a number of, without the code."""
    for number in {*before, *foreign}:
        country = phonenumbers.parse(number)
        if country.country_code == 1:
            continue
        if str(country.national_number).startswith(written[:3]):
            return True
        perhaps = phonenumbers.PhoneNumber(country.country_code, int(written))
        if number in before and phonenumbers.is_valid_number(perhaps):
            return True
    return False


def _is_grouped(ends: set[int], usual: set[int]) -> bool:
    """Whether groups end where American ones do: there and nowhere else, or in smaller pieces."""
    return ends <= usual or usual <= ends


def _with_country(written: str) -> str | None:
    """A number with its country code: whether it has as many digits as numbers there have is all that is asked."""
    if written.startswith("1"):
        return f"+{written}" if _AMERICAN.fullmatch(written[1:]) else None
    parsed = _parsed(written)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else None


def _with_bare_country(written: str, ends: set[int]) -> str | None:
    """A country code without a sign that it is one, alone in its group or in one group with all the rest.

    Eleven digits may be an American number with one too many: they are to be such as have been given out there.
    """
    if not 11 <= len(written) <= 15 or written.startswith(("0", "1")):
        return None
    parsed = _parsed(written)
    if parsed is None:
        return None
    if _is_perhaps_dialled_from_an_office(written, ends):
        return None
    code = len(str(parsed.country_code))
    with_more = bool(ends) and min(ends) > code and len(written) > 11 and 10 not in ends
    if ends and min(ends) != code and not with_more:
        return None
    if (with_more or len(written) == 11) and not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _is_perhaps_dialled_from_an_office(written: str, ends: set[int]) -> bool:
    """9 for an outside line and an American number after it, or a number of India: `91-701-555-0100`."""
    return (
        written.startswith("91")
        and bool(_AMERICAN.fullmatch(written[2:]))
        and _is_grouped(ends - {1, 2}, {5, 8})
        and phonenumbers.is_valid_number(phonenumbers.PhoneNumber(1, int(written[2:])))
    )


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
