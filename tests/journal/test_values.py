"""One spelling of moments and amounts, from every writer."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection
from django.utils.translation import gettext_lazy

from journal import services
from journal.models import Entry
from journal.values import plain, told
from kernel.actors import SYSTEM

MOMENT = datetime(2026, 11, 28, 13, 3, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (MOMENT, "2026-11-28T13:03:58.000Z"),
        (MOMENT.replace(microsecond=123456), "2026-11-28T13:03:58.123Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=-6))), "2026-11-28T13:03:58.000Z"),
        (date(2026, 11, 28), "2026-11-28"),
        (time(22, 0), "22:00:00"),
        (Decimal("850"), "850.00"),
        (Decimal("850.5"), "850.50"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("32.790400"), "32.790400"),
        (Decimal("0E-8"), "0.00000000"),
        (None, None),
        (True, True),
        (7, 7),
        (gettext_lazy("Sign in"), "Sign in"),
        ([MOMENT, {"rate": Decimal("1")}], ["2026-11-28T13:03:58.000Z", {"rate": "1.00"}]),
        ({3}, [3]),
    ],
)
def test_values_as_clients_read_them(value, kept):
    assert plain(value) == kept
    assert told(kept) == kept


@pytest.mark.parametrize(
    ("older", "read"),
    [
        ("2026-11-28 13:03:58+00:00", "2026-11-28T13:03:58.000Z"),
        ("2026-11-28 13:03:58.123456+00:00", "2026-11-28T13:03:58.123Z"),
        ("2026-11-28T13:03:58.123+00:00", "2026-11-28T13:03:58.123Z"),
        ("Be there 2026-11-28 13:03:58+00:00", "Be there 2026-11-28 13:03:58+00:00"),
        ("2026-11-28", "2026-11-28"),
        ("2026-99-28 13:03:58+00:00", "2026-99-28 13:03:58+00:00"),
        ([{"at": "2026-11-28 13:03:58+00:00"}], [{"at": "2026-11-28T13:03:58.000Z"}]),
    ],
)
def test_older_spellings_are_read_as_todays(older, read):
    assert told(older) == read


@pytest.mark.django_db
def test_an_entry_reads_the_same_when_written_and_when_read():
    written = services.record(
        SYSTEM, "update", object_type="offer", object_id=1, before={"at": MOMENT, "rate": Decimal("5")}
    )
    assert written.before == Entry.objects.get().before == {"at": "2026-11-28T13:03:58.000Z", "rate": "5.00"}


@pytest.mark.django_db
def test_rows_from_before_are_read_in_todays_spelling():
    entry = services.record(SYSTEM, "update", object_type="offer", object_id=1)
    with connection.cursor() as cursor:
        older = '{"at": "2026-11-28 13:03:58+00:00"}'
        cursor.execute("UPDATE journal SET " + connection.ops.quote_name("before") + " = %s", [older])
    assert Entry.objects.get(pk=entry.pk).before == {"at": "2026-11-28T13:03:58.000Z"}
