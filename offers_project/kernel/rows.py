"""Rows that are written by the hundred: making an object of each would cost several times what the row does."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

Row = Sequence[Any]
"""Values as the database takes them: a moment as `moment` gives it, everything else plain."""


def moment(value: datetime | None) -> Any:
    """A moment as this database keeps it."""
    return None if value is None else connection.ops.adapt_datetimefield_value(value)


def insert(model: type[models.Model], fields: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows, in as few statements as the database allows."""
    for some in _portions(rows, len(fields)):
        sql, one = _insertion(model, fields, connection.vendor)
        with connection.cursor() as cursor:
            cursor.execute(sql + ", ".join([one] * len(some)), [value for row in some for value in row])


def insert_and_tell(
    model: type[models.Model], fields: tuple[str, ...], rows: Sequence[Row], tell: tuple[str, ...]
) -> list[tuple] | None:
    """Insert rows and give the fields `tell` of each, in any order; None where the database does not tell."""
    if not connection.features.can_return_rows_from_bulk_insert:
        insert(model, fields, rows)
        return None
    told: list[tuple] = []
    for some in _portions(rows, len(fields)):
        sql, one = _insertion(model, fields, connection.vendor)
        returning = ", ".join(_columns(model, tell))
        with connection.cursor() as cursor:
            cursor.execute(
                f"{sql}{', '.join([one] * len(some))} RETURNING {returning}", [value for row in some for value in row]
            )
            told += cursor.fetchall()
    return told


def _portions(rows: Sequence[Row], width: int) -> list[Sequence[Row]]:
    most = connection.features.max_query_params
    size = max(1, most // width) if most else len(rows) or 1
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@cache
def _insertion(model: type[models.Model], fields: tuple[str, ...], vendor: str) -> tuple[str, str]:
    """The statement up to its rows, and one row of it. Names are those of the model; what is kept goes beside."""
    columns = _columns(model, fields)
    table = connection.ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ", f"({', '.join(['%s'] * len(columns))})"  # noqa: S608


def _columns(model: type[models.Model], fields: tuple[str, ...]) -> list[str]:
    found = (model._meta.get_field(field) for field in fields)
    return [connection.ops.quote_name(str(each.column)) for each in found if isinstance(each, models.Field)]
