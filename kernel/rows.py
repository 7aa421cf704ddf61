"""Rows that are read and written by the hundred, many times a second: making an object of each would cost several times
what the row does, and putting a query together more than the database needs to answer it.

Names are those of the model and its fields; what is made of them is kept. A statement may carry as many values as any
database of today takes: some ten thousand rows.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from kernel import clock

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = Sequence[Any]
"""Values as the database takes them: a moment as `moment` gives it, everything else plain."""
Names = tuple[str, ...]


@lru_cache(maxsize=64)
def moment(value: datetime | None) -> Any:
    """A moment as this database keeps it. A batch has the same one many times."""
    return None if value is None else connection.ops.adapt_datetimefield_value(value)


class Statement(NamedTuple):
    """Something to be done by the database with others, in one trip. Without words it is nothing."""

    sql: str
    params: Sequence[Any] = ()
    asks: bool = False


def done(*statements: Statement) -> list[Sequence[tuple]]:
    """Do statements, one after the other, in one trip to the database if it takes several at once. Gives the rows for
    each of those that ask, in their order.
    """
    worded = [(each.sql, each.params) for each in statements if each.sql]
    if _vendor() == "mysql":
        found = iter(connection.together(worded) if worded else ())  # type: ignore[attr-defined]
    else:
        found = iter([_answers(each) for each in statements if each.sql])
    answers = [(each.asks, next(found) if each.sql else ()) for each in statements]
    return [rows for asks, rows in answers if asks]


def later(*statements: Statement, then: Callable[[Sequence[tuple]], object] | None = None) -> None:
    """Do statements whose outcome is not waited for. Within a transaction, a database that takes several at once is
    given them along with what it is asked next, or with the commit.

    At most one of them asks something: `then` is given its rows when it has been done.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "mysql" or not database.in_atomic_block:
        for found in done(*statements):
            if then is not None:
                then(found)
        return
    for each in statements:
        if each.sql:
            database.later(each.sql, each.params, then if each.asks else None)


class Inserted(int):
    """The key of a row of the last insert, by its place in it from 0, while the database alone knows it.

    `later` writes it as the database's own expression. Rows of one insert have keys one after the other, as MySQL says
    of inserts whose number of rows is known ("simple inserts", innodb_autoinc_lock_mode).
    """


def knows_inserted() -> bool:
    """Whether statements can name the keys of what was just inserted."""
    return _vendor() == "mysql"


def columns_of(row: "type[DataclassInstance]", model: type[models.Model]) -> Names:
    """The columns of the model that the fields of a dataclass are, in their order; `pk` is its key.

    Raises `FieldDoesNotExist` for a field that is no column: a row and its model are compared when they are loaded.
    """
    names = [model._meta.pk.attname if field.name == "pk" else field.name for field in dataclasses.fields(row)]
    columns = {field.attname for field in model._meta.concrete_fields}
    if missing := [name for name in names if name not in columns]:
        raise FieldDoesNotExist(f"{row.__name__}: {model.__name__} has no column {', '.join(missing)}")
    return tuple(names)


def defaults_of(model: type[models.Model]) -> dict[str, Any]:
    """What a new row has in each column but its key, where nothing else is said: plain values."""
    columns = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    defaults = {field.attname: field.get_default() for field in columns}
    return {name: value.value if isinstance(value, Enum) else value for name, value in defaults.items()}


def reading(
    model: type[models.Model],
    fields: Names,
    among: Names,
    keys: Iterable[Row],
    *,
    order: Names = (),
    lock: bool = False,
    tell_time: bool = False,
) -> Statement:
    """Asks for the `fields` of the rows whose `among` are one of the keys. `lock` locks them, in their `order`.

    `tell_time`: each row has at its end what time it is, for `clock.as_told`. Values are as the database gives them:
    only numbers, texts and NULL are the same for every one.
    """
    written, params = _written(keys)
    if not written:
        return Statement("", asks=True)
    head, tail = _reading(model, fields, among, order, lock, tell_time, _vendor())
    return Statement(f"{head}{written}{tail}", params, asks=True)


def adding(model: type[models.Model], field: str, amounts: Mapping[int, int], **also: Any) -> Statement:
    """Adds to a number of each row, by the row's key, and sets the fields `also` to the same in all of them."""
    by_amount: dict[int, list[int]] = defaultdict(list)
    for pk, amount in amounts.items():
        by_amount[amount].append(pk)
    table, pk_column, column, *others = _quoted(model, (model._meta.pk.name, field, *also), _vendor())
    if len(by_amount) == 1:
        added = f"{min(by_amount):d}"
    else:
        whens = [f"WHEN {pk_column} IN ({_numbers(pks)}) THEN {amount:d}" for amount, pks in by_amount.items()]
        added = f"CASE {' '.join(whens)} END"
    assignments = ", ".join([f"{column} = {column} + {added}", *(f"{other} = %s" for other in others)])
    sql = f"UPDATE {table} SET {assignments} WHERE {pk_column} IN ({_numbers(amounts)})"  # noqa: S608
    return Statement(sql, list(also.values()))


def inserting(model: type[models.Model], fields: Names, rows: Iterable[Row], *, tell: Names = ()) -> Statement:
    """Inserts rows, and asks for the fields `tell` of each: only where `can_tell`."""
    written, params = _written(rows)
    table, *columns = _quoted(model, fields, _vendor())
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {written}"  # noqa: S608
    if tell:
        _table, *told = _quoted(model, tell, _vendor())
        sql = f"{sql} RETURNING {', '.join(told)}"
    return Statement(sql, params, asks=bool(tell))


def can_tell() -> bool:
    """Whether the database tells what it has inserted."""
    return connection.features.can_return_rows_from_bulk_insert


def _answers(statement: Statement) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        return cursor.fetchall() if statement.asks else ()


def _written(rows: Iterable[Row]) -> tuple[str, list[Any]]:
    """Rows as they stand in a statement, and its parameters. Numbers are written out: they need no quoting, and quoting
    value by value is what costs most.
    """
    texts: list[str] = []
    params: list[Any] = []
    for row in rows:
        template, numbers, others = _template(tuple(map(type, row)))
        texts.append(template % numbers(row))
        params += others(row)
    return ", ".join(texts), params


Pick = Callable[[Row], Any]


@lru_cache(maxsize=1024)
def _template(types: tuple[type, ...]) -> tuple[str, Pick, Pick]:
    """How a row with values of these types is written, which of them are numbers, and which are parameters."""
    numbers = [place for place, each in enumerate(types) if each in (int, Inserted)]
    others = [place for place, each in enumerate(types) if each not in _WRITTEN]
    written = [_WRITTEN.get(each, "%%s") for each in types]
    return f"({', '.join(written)})", _picking(numbers), _picking(others)


_WRITTEN: Mapping[type, str] = {
    int: "%d",
    NoneType: "NULL",
    Inserted: "LAST_INSERT_ID() + %d * @@auto_increment_increment",
}


def _picking(places: Sequence[int]) -> Pick:
    """A function that gives the values at these places of a row as a tuple."""
    match places:
        case []:
            return lambda _row: ()
        case [place]:
            return lambda row: (row[place],)
        case _:
            return itemgetter(*places)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join([f"{number:d}" for number in numbers])


@cache
def _vendor() -> str:
    return connection.vendor


@cache
def _reading(
    model: type[models.Model], fields: Names, among: Names, order: Names, lock: bool, tell_time: bool, vendor: str
) -> tuple[str, str]:
    """The statement up to its keys, and what comes after them."""
    table, *columns = _quoted(model, fields, vendor)
    _table, *named = _quoted(model, among, vendor)
    _table, *sorting = _quoted(model, order, vendor)
    together = named[0] if len(named) == 1 else f"({', '.join(named)})"
    tail = f") ORDER BY {', '.join(sorting)}" if sorting else ")"
    if lock and connection.features.has_select_for_update:
        tail += " FOR UPDATE"
    values = "VALUES " if vendor == "sqlite" else ""
    if tell_time:
        columns.append(clock.sql())
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {together} IN ({values}", tail  # noqa: S608


@cache
def _quoted(model: type[models.Model], fields: Names, vendor: str) -> list[str]:
    """The names of the model's table and of these fields' columns, as this kind of database writes them."""
    found = (model._meta.get_field(field) for field in fields)
    names = [model._meta.db_table, *(str(each.column) for each in found if isinstance(each, models.Field))]
    return [connection.ops.quote_name(name) for name in names]
