"""Trucks found by telephone number or mail address, which stand in free text that the older system writes at any time.

No copy of the numbers is kept, so none can be out of date. The database narrows the rows down by the digits in order,
in one pass over the column; the few that are left are read by the numbering plan. A copy would have to be compared with
the same column, row by row, before each look-up.
"""

import re

from django.db.models import Q, QuerySet

from drivers import addresses, phones
from drivers.models import Driver
from offers_project.kernel.text import readable

FEWEST_DIGITS = 4
"""Fewer than these are no part of a telephone number to search by."""

NO_PHONE = Q(cell_phone=None) | Q(cell_phone="")
"""Trucks without anything in the column. The comparison passes over spaces at the end in MySQL and MariaDB."""

_UNUSUAL = "[^ -~]"
"""Signs outside of ASCII: digits of other scripts may be among them, and only our own reader knows them."""
_SURE_DIGITS = 7
"""The last digits of a number stand in its text as they are; what is before them may be written in several ways."""
_LIKE_A_PHONE = re.compile(r"[0-9() .+/*_\[\]-]+")


def with_phone(number: str, *, among: QuerySet[Driver]) -> list[int]:
    """Ids of the trucks that have this number (E.164) among theirs."""
    rows = among.filter(cell_phone__regex=_in_order(number[-_SURE_DIGITS:])).values_list("pk", "cell_phone")
    return [pk for pk, text in rows if number in phones.numbers(text)]


def with_unreadable_phone() -> list[int]:
    """Ids of the trucks in whose phone text no number is sure. Reads all of them: not for every request."""
    rows = Driver.objects.exclude(NO_PHONE).values_list("pk", "cell_phone")
    return [pk for pk, text in rows if not phones.numbers(text)]


def with_mail(address: str, *, among: QuerySet[Driver]) -> list[int]:
    """Ids of the trucks that have this mail address, in lower case, among theirs."""
    may_have = Q(email__icontains=address) | Q(email__regex=_UNUSUAL)
    rows = among.filter(may_have).values_list("pk", "email")
    return [pk for pk, text in rows if address in addresses.mails(text)]


def by_number(text: str) -> Q | None:
    """The trucks that have the telephone number that a search text is, in any spelling; None for anything else.

    None also for a number that no truck has: the digits may yet stand in a text that cannot be read.
    """
    number = phones.one_number(text)
    ids = with_phone(number, among=Driver.objects.all()) if number else []
    return Q(pk__in=ids) if ids else None


def by_digits(text: str) -> Q | None:
    """The trucks in whose phone text these digits follow one another; None for a text that is no part of a number."""
    number = phones.one_number(text)
    digits = number.removeprefix("+1").removeprefix("+") if number else phones.digits(text)
    if len(digits) < FEWEST_DIGITS or not (number or _LIKE_A_PHONE.fullmatch(readable(text))):
        return None
    rows = Driver.objects.filter(cell_phone__regex=_in_order(digits)).values_list("pk", "cell_phone")
    return Q(pk__in=[pk for pk, written in rows if digits in phones.digits(written)])


def _in_order(digits: str) -> str:
    """A pattern for texts in which these digits follow one another, or which it cannot tell."""
    return f"{'[^0-9]*'.join(digits)}|{_UNUSUAL}"
