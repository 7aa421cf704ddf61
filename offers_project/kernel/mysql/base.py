"""Django's backend for MySQL and MariaDB with fewer trips: what nobody waits for goes along with what comes next.

Django turns autocommit off for a transaction and on again after it, two trips that do nothing. Here a transaction
begins with its first statement, and what is handed to `later` is done with the next one, or with the commit. The order
stays: whatever is asked, all that came before it has been done. An error of what was held back is raised where it is
done.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.mysql import base
from MySQLdb import cursors

BEGIN = b"BEGIN"


class Cursor(cursors.Cursor):
    """Sends what its connection holds back before what it is asked, in one trip."""

    def _query(self, query: bytes) -> int:
        held = self.connection.held
        if held:
            together, number = b"; ".join([*held, query]), len(held)
            held.clear()
            super()._query(together)
            for _each in range(number):
                self.nextset()
            self._executed = query
        else:
            super()._query(query)
        return self.rowcount


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params | {"cursorclass": Cursor})
        connection.held = []
        return connection

    def later(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Do a statement whose outcome nobody looks at, in this transaction, before whatever is done next in it."""
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            self.connection.held.append(cursor.mogrify(sql, params).encode())

    def _start_transaction_under_autocommit(self) -> None:
        self.connection.held.append(BEGIN)

    def _commit(self) -> None:
        held = self._held()
        if held == [BEGIN]:
            held.clear()  # Nothing was asked in it.
        elif held:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("COMMIT")
        else:
            super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        held = self._held()
        has_begun = held[:1] != [BEGIN]
        held.clear()
        if has_begun:
            super()._rollback()  # type: ignore[misc]

    def _held(self) -> list[bytes]:
        return self.connection.held if self.connection is not None else []
