"""Groups of digits in a text: those that stand together, with what is before them, in runs that may be numbers."""

import re
from typing import NamedTuple

from drivers.phone_plans import AMERICAN, CODES, DIALLED_BEFORE, LONGEST_CODE
from drivers.phone_texts import CODE_OF_COUNTRY

DIGITS = re.compile(r"[0-9]+")
ANOTHER = re.compile(rf"[^\W\d_]|[@\#;|&{CODE_OF_COUNTRY}]|,(?=.)|(?<=.),")
"""What stands between two numbers and within none: a letter, or a sign that separates the items of a list."""
_PERHAPS_ANOTHER = re.compile(r"[/\\\u2044]|^,$|(?<=\s)\+(?=\s)")
"""What stands between two numbers, and by some hands within one: `701/555-0100`, `701,555,0100`."""
_PLUS = re.compile(r"\+[\s(\[]*$")
_NAMED = re.compile(r"[^\W\d_]|\#")
_GLUED = re.compile(r"[^\W\d_]-?$")


class Group(NamedTuple):
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


def runs_of(plain: str) -> list[list[Group]]:
    """Groups with nothing between them that no number has within it, each run with the country code apart before it."""
    return _with_codes(_runs(plain))


def digits_of(groups: list[Group]) -> str:
    return "".join(group.digits for group in groups)


def length(groups: list[Group]) -> int:
    return sum(len(group.digits) for group in groups)


def parts(groups: list[Group]) -> list[list[Group]]:
    """The groups, parted where another number may begin."""
    parted: list[list[Group]] = []
    for group in groups:
        if group.perhaps_another or not parted:
            parted.append([])
        parted[-1].append(group)
    return parted


def _runs(plain: str) -> list[list[Group]]:
    """Groups of digits with nothing between them that no number has within it."""
    runs: list[list[Group]] = []
    end = 0
    undivided = False
    for match in DIGITS.finditer(plain):
        before = plain[end : match.start()]
        begins = not runs or bool(ANOTHER.search(before))
        perhaps = not begins and bool(_PERHAPS_ANOTHER.search(before))
        plus = bool(_PLUS.search(before)) and not (perhaps and re.search(r"\s\+\s+$", before))
        if begins:
            runs.append([])
        bare = match.group() in CODES and not plus
        bare = bare and (before.endswith(CODE_OF_COUNTRY) or (not end and not _GLUED.search(before)))
        named = bool(_NAMED.search(before))
        runs[-1].append(Group(match.group(), plus, perhaps, named, named and not undivided, bare))
        undivided = undivided or len(match.group()) >= 10
        end = match.end()
    return runs


def _with_codes(runs: list[list[Group]]) -> list[list[Group]]:
    """The runs, each with the country code that stands apart before it: `+52 cel 656 123 4567`."""
    joined: list[list[Group]] = []
    code: list[Group] = []
    for run in runs:
        own = run[0].plus or DIALLED_BEFORE.match(run[0].digits)
        if len(run) > 1 and not _is_only_a_code(run, first=True):
            run = [run[0]._replace(bare_code=False), *run[1:]]
        groups = run if own else code + run
        place = next((place for place in range(len(groups)) if _is_only_a_code(groups[place:], first=not place)), None)
        code = [] if place is None else groups[place:]
        if groups[:place]:
            joined.append(_without_a_small_number(groups[:place]))
    return joined


def _is_only_a_code(groups: list[Group], *, first: bool) -> bool:
    """`first`: nothing is before them in their run."""
    written = digits_of(groups)
    if groups[0].plus:
        return len(written) <= LONGEST_CODE or written == "011"
    if not first and not groups[0].perhaps_another:
        return False
    prefix = DIALLED_BEFORE.match(written)
    if prefix:
        return written[prefix.end() :] in ("", *CODES)
    return groups[0].bare_code and (len(groups) == 1 or [group.digits for group in groups] == ["52", "1"])


def _without_a_small_number(groups: list[Group]) -> list[Group]:
    """Without `12` of `Unit 12 701-555-0100`, and without a postcode beside a number that is written as 3-3-4."""
    first = groups[0]
    if first.named and not first.plus and len(first.digits) <= 2 and first.digits not in ("00", *CODES):
        groups = groups[1:] or groups
    sizes = [len(group.digits) for group in groups]
    if sizes in ([3, 3, 4, 5], [1, 3, 3, 4, 5]) and AMERICAN.fullmatch(digits_of(groups[-4:-1])):
        return groups[:-1]
    if sizes == [5, 3, 3, 4] and not groups[0].plus:
        return groups[1:]
    return groups
