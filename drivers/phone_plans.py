"""The numbering plans: which digits are a number of the United States or of another country, in E.164.

`ends` are the places where groups of digits end within a number, counted in digits from its beginning.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

LONGEST = 18
"""Digits of a number with all that is dialled before it."""
LONGEST_CODE = 3
CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
DIALLED_BEFORE = re.compile(r"011|00")
AMERICAN = re.compile(r"(?!([0-9])\1{9})[2-9][0-8][0-9][2-9][0-9]{6}")
"""No area has a 9 in its middle, and ten equal digits stand for a number that is not known."""
AMERICAN_LOCAL = re.compile(r"[2-9][0-9]{6}")


def may_be_beside(written: str, before: tuple[str, ...], foreign: tuple[str, ...]) -> bool:
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


def is_grouped(ends: set[int], usual: set[int]) -> bool:
    """Whether groups end where American ones do: there and nowhere else, or in smaller pieces."""
    return ends <= usual or usual <= ends


def with_country(written: str) -> str | None:
    """A number with its country code: whether it has as many digits as numbers there have is all that is asked."""
    if written.startswith("1"):
        return f"+{written}" if AMERICAN.fullmatch(written[1:]) else None
    parsed = _parsed(written)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if parsed else None


def with_bare_country(written: str, ends: set[int]) -> str | None:
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
        and bool(AMERICAN.fullmatch(written[2:]))
        and is_grouped(ends - {1, 2}, {5, 8})
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
