"""Rows that are read and written by the hundred, many times a second: making an object of each would cost several times
what the row does, and putting a query together more than the database needs to answer it.

Names are those of the model and its fields; what is made of them is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from offers_project.kernel import clock

Row = Sequence[Any]
"""Values as the database takes them: a moment as `moment` gives it, everything else plain."""
Names = tuple[str, ...]


def moment(value: datetime | None) -> Any:
    """A moment as this database keeps it."""
    return None if value is None else connection.ops.adapt_datetimefield_value(value)


def read(
    model: type[models.Model],
    fields: Names,
    among: Names,
    keys: Iterable[Row],
    *,
    order: Names = (),
    lock: bool = False,
    timed: bool = False,
) -> list[tuple]:
    """The `fields` of the rows whose `among` are one of the keys. `lock` locks them, in their `order`.

    Values are as the database gives them: only numbers, texts and NULL are the same for every one. `timed` adds what
    time it is, for `clock.as_told`.
    """
    head, tail = _reading(model, fields, among, order, lock, timed, connection.vendor)
    found: list[tuple] = []
    for some in _portions(list(keys), len(among)):
        written, params = _written(some)
        with connection.cursor() as cursor:
            cursor.execute(f"{head}{written}{tail}", params)
            found += cursor.fetchall()
    return found


def add(model: type[models.Model], field: str, amounts: Mapping[int, int], **also: Any) -> None:
    """Add to a number of each row, by the row's key, and set the fields `also` to the same in all of them."""
    by_amount: dict[int, list[int]] = defaultdict(list)
    for pk, amount in amounts.items():
        by_amount[amount].append(pk)
    table, pk_column, column, *others = _quoted(model, (model._meta.pk.name, field, *also), connection.vendor)
    if len(by_amount) == 1:
        added = f"{min(by_amount):d}"
    else:
        whens = [f"WHEN {pk_column} IN ({_numbers(pks)}) THEN {amount:d}" for amount, pks in by_amount.items()]
        added = f"CASE {' '.join(whens)} END"
    assignments = ", ".join([f"{column} = {column} + {added}", *(f"{other} = %s" for other in others)])
    sql = f"UPDATE {table} SET {assignments} WHERE {pk_column} IN ({_numbers(amounts)})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, list(also.values()))


def insert(model: type[models.Model], fields: Names, rows: Sequence[Row]) -> None:
    """Insert rows, in as few statements as the database allows."""
    head = _insertion(model, fields, connection.vendor)
    for some in _portions(rows, len(fields)):
        written, params = _written(some)
        with connection.cursor() as cursor:
            cursor.execute(f"{head}{written}", params)


def insert_and_tell(model: type[models.Model], fields: Names, rows: Sequence[Row], tell: Names) -> list[tuple] | None:
    """Insert rows and give the fields `tell` of each, in any order; None where the database does not tell."""
    if not connection.features.can_return_rows_from_bulk_insert:
        insert(model, fields, rows)
        return None
    head = _insertion(model, fields, connection.vendor)
    _table, *returning = _quoted(model, tell, connection.vendor)
    told: list[tuple] = []
    for some in _portions(rows, len(fields)):
        written, params = _written(some)
        with connection.cursor() as cursor:
            cursor.execute(f"{head}{written} RETURNING {', '.join(returning)}", params)
            told += cursor.fetchall()
    return told


def _portions(rows: Sequence[Row], width: int) -> list[Sequence[Row]]:
    most = connection.features.max_query_params
    size = max(1, most // width) if most else len(rows) or 1
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _written(rows: Iterable[Row]) -> tuple[str, list[Any]]:
    """Rows as they stand in a statement, and its parameters. Numbers are written out: they need no quoting, and quoting
    value by value is what costs most.
    """
    texts, params = [], []
    for row in rows:
        values = []
        for value in row:
            if type(value) is int:
                values.append(str(value))
            elif value is None:
                values.append("NULL")
            else:
                values.append("%s")
                params.append(value)
        texts.append(f"({', '.join(values)})")
    return ", ".join(texts), params


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join([f"{number:d}" for number in numbers])


@cache
def _insertion(model: type[models.Model], fields: Names, vendor: str) -> str:
    """The statement up to its rows."""
    table, *columns = _quoted(model, fields, vendor)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608


@cache
def _reading(
    model: type[models.Model], fields: Names, among: Names, order: Names, lock: bool, timed: bool, vendor: str
) -> tuple[str, str]:
    """The statement up to its keys, and what comes after them."""
    table, *columns = _quoted(model, fields, vendor)
    _table, *named = _quoted(model, among, vendor)
    _table, *sorting = _quoted(model, order, vendor)
    shown = ", ".join([*columns, clock.sql()] if timed else columns)
    together = named[0] if len(named) == 1 else f"({', '.join(named)})"
    tail = f") ORDER BY {', '.join(sorting)}" if sorting else ")"
    if lock and connection.features.has_select_for_update:
        tail += " FOR UPDATE"
    values = "VALUES " if vendor == "sqlite" else ""
    return f"SELECT {shown} FROM {table} WHERE {together} IN ({values}", tail  # noqa: S608


@cache
def _quoted(model: type[models.Model], fields: Names, vendor: str) -> list[str]:
    """The names of the model's table and of these fields' columns, as this kind of database writes them."""
    found = (model._meta.get_field(field) for field in fields)
    names = [model._meta.db_table, *(str(each.column) for each in found if isinstance(each, models.Field))]
    return [connection.ops.quote_name(name) for name in names]
