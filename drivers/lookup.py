"""Trucks found by telephone number or mail address, which stand in free text that the older system writes at any time.

No copy of the numbers is kept, so none can be out of date. The database narrows the rows down by the digits in order,
in one pass over the column; the few that are left are read by the numbering plan. A copy would have to be compared with
the same column, row by row, before each look-up.
"""

import re
from typing import Any

from django.db.models import BooleanField, Func, Q, QuerySet, Value

from drivers import addresses, phones
from drivers.models import Driver
from kernel.text import readable

FEWEST_DIGITS = 4
"""Fewer than these are no part of a telephone number to search by."""

NO_PHONE = Q(cell_phone=None) | Q(cell_phone="")
"""Trucks without anything in the column. The comparison passes over spaces at the end in MySQL and MariaDB."""

_SURE_DIGITS = 7
"""The last digits of a number stand in its text as they are; what is before them may be written in several ways."""
_LIKE_A_PHONE = re.compile(r"[0-9() .+/*_\[\]-]+")


def with_phone(number: str, *, among: QuerySet[Driver]) -> list[int]:
    """Ids of the trucks that have this number (E.164) among theirs."""
    rows = among.filter(_may_hold("cell_phone", number[-_SURE_DIGITS:])).values_list("pk", "cell_phone")
    return [pk for pk, text in rows if number in phones.numbers(text)]


def with_unreadable_phone() -> list[int]:
    """Ids of the trucks in whose phone text no number is sure. Reads all of them: not for every request."""
    rows = Driver.objects.exclude(NO_PHONE).values_list("pk", "cell_phone")
    return [pk for pk, text in rows if not phones.numbers(text)]


def with_mail(address: str, *, among: QuerySet[Driver]) -> list[int]:
    """Ids of the trucks that have this mail address, in lower case, among theirs."""
    rows = among.filter(Q(email__icontains=address) | Q(_IsUnusual("email"))).values_list("pk", "email")
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
    rows = Driver.objects.filter(_may_hold("cell_phone", digits)).values_list("pk", "cell_phone")
    return Q(pk__in=[pk for pk, written in rows if digits in phones.digits(written)])


def _may_hold(column: str, digits: str) -> Q:
    """Whether digits are in a text in this order, whatever is between them, or may be there in another script."""
    return Q(_IsLike(column, Value(f"%{'%'.join(digits)}%"))) | Q(_IsUnusual(column))


class _IsLike(Func):
    """`LIKE` with a pattern of one's own: Django's lookups have none with something between its parts."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = BooleanField()


class _IsUnusual(Func):
    """Whether a text has signs outside of ASCII, longer than a byte each: only our own reader knows their digits."""

    template = "LENGTH(CAST(%(expressions)s AS BINARY)) <> CHAR_LENGTH(%(expressions)s)"
    arity = 1
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "LENGTH(CAST(%(expressions)s AS BLOB)) <> LENGTH(%(expressions)s)"
        return self.as_sql(compiler, connection, template=template, **context)
