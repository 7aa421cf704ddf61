"""A condition that the ORM has no cheap words for."""

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Func, Lookup


class Among(Lookup):
    """`(a, b) IN ((1, 2), (3, 4))`: rows named by several columns at once, found through the index over them.

    It is a lookup, since MySQL is given `… = True` for any other condition, and then looks at no index.
    """

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, columns: Sequence[str], rows: Collection[tuple]) -> None:
        together = Func(*[F(column) for column in columns], template="(%(expressions)s)", output_field=BooleanField())
        super().__init__(together, tuple(rows))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        return self._sql(compiler, connection, "{columns} IN ({rows})")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list]:
        return self._sql(compiler, connection, "{columns} IN (VALUES {rows})")

    def _sql(self, compiler: Any, connection: Any, template: str) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        columns, params = self.process_lhs(compiler, connection)
        row = f"({', '.join(['%s'] * len(self.rhs[0]))})"
        sql = template.format(columns=columns, rows=", ".join([row] * len(self.rhs)))
        return sql, [*params, *(value for each in self.rhs for value in each)]
