"""A condition that the ORM has no cheap words for."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func


class Among(Func):
    """`(a, b) IN ((1, 2), (3, 4))`: rows named by several columns at once, found through the index over them."""

    output_field = BooleanField()

    def __init__(self, columns: Sequence[str], rows: Collection[tuple]) -> None:
        super().__init__(*[F(column) for column in columns])
        self.rows = tuple(rows)

    @property
    def identity(self) -> tuple:
        return (*super().identity, self.rows)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        return self._sql(compiler, "({columns}) IN ({rows})")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:
        return self._sql(compiler, "({columns}) IN (VALUES {rows})")

    def _sql(self, compiler: Any, template: str) -> tuple[str, list]:
        if not self.rows:
            raise EmptyResultSet
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        row = f"({', '.join(['%s'] * len(columns))})"
        sql = template.format(columns=", ".join(columns), rows=", ".join([row] * len(self.rows)))
        return sql, [value for each in self.rows for value in each]
