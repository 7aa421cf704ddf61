"""Django's backend for MySQL and MariaDB with fewer trips: what nobody waits for goes along with what comes next.

Django turns autocommit off for a transaction and on again after it, two trips that do nothing. Here a transaction
begins with its first statement, and what is handed to `later` is done with the next one, or with the commit. The order
stays: whatever is asked, all that came before it has been done. An error of what was held back is raised where it is
done.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.backends.mysql import base
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from MySQLdb import cursors

ALL, NO_MORE = 0, -1
DEADLOCK = 1213

Worded = tuple[str, Sequence[Any]]
"""A statement, and its parameters."""
Rows = Sequence[tuple]


class Held(NamedTuple):
    """A statement that is held back; `then` is given its rows once it has been done."""

    words: bytes
    then: Callable[[Rows], object] | None = None


BEGIN = Held(b"BEGIN")


class Cursor(cursors.Cursor):
    """Sends what its connection holds back before what it is asked, in one trip."""

    def _query(self, query: bytes) -> int:
        held = self.connection.held
        if any(each.then for each in held):
            _asked(self.connection, ())
        if held:
            together, number = b"; ".join([*[each.words for each in held], query]), len(held)
            held.clear()
            super()._query(together)
            for _each in range(number):
                self.nextset()
            self._executed = query
        else:
            super()._query(query)
        return self.rowcount


class ErrorWrapper(DatabaseErrorWrapper):
    """Knows that a deadlock has undone the whole transaction, and not the statement alone.

    What is done after it would be committed by itself, without what it belongs to, where the error is caught.
    """

    wrapper: Any

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_value is not None and exc_value.args[:1] == (DEADLOCK,) and self.wrapper.in_atomic_block:
            self.wrapper.needs_rollback = True
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        return ErrorWrapper(self)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params | {"cursorclass": Cursor})
        connection.held = []
        return connection

    def together(self, statements: Sequence[Worded]) -> list[Rows]:
        """Do statements in one trip. Gives the rows of each, in their order: none where it asks nothing.

        A cursor would do the same, and take longer about it than the database about a few rows.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            words = [self._whole(sql, params) for sql, params in statements]
            began = time.monotonic()
            found = _asked(self.connection, words)
        if self.queries_logged:
            taken = time.monotonic() - began
            self.queries_log.append({"sql": b"; ".join(words).decode(errors="replace"), "time": f"{taken:.3f}"})
        return found

    def later(self, sql: str, params: Sequence[Any] = (), then: Callable[[Rows], object] | None = None) -> None:
        """Do a statement in this transaction, before whatever is done next in it. `then` is given its rows."""
        with self.wrap_database_errors:
            self.connection.held.append(Held(self._whole(sql, params), then))

    def _whole(self, sql: str, params: Sequence[Any]) -> bytes:
        """A statement with its parameters in it."""
        if not params:
            return sql.encode().replace(b"%%", b"%")
        quote, convert = self.connection.string_literal, self.connection.literal
        # Of the texts of a batch most are the same.
        texts = {each: quote(each.encode()) for each in {each for each in params if type(each) is str}}
        values = [texts[each] if type(each) is str else convert(each) for each in params]
        return sql.encode() % tuple(values)

    def _start_transaction_under_autocommit(self) -> None:
        self.connection.held.append(BEGIN)

    def _commit(self) -> None:
        held = self._held()
        if held == [BEGIN]:
            held.clear()  # Nothing was asked in it.
        elif held:
            with self.wrap_database_errors:
                _asked(self.connection, [b"COMMIT"])
        else:
            super()._commit()  # type: ignore[misc]

    def _set_autocommit(self, autocommit: bool) -> None:
        """Django would go on believing that a transaction is open, and each statement would be committed by itself."""
        try:
            super()._set_autocommit(autocommit)  # type: ignore[misc]
        except Exception:
            self.close()
            raise

    def _savepoint_rollback(self, sid: str) -> None:
        self._held().clear()  # It came after the savepoint, which was a statement itself.
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _rollback(self) -> None:
        held = self._held()
        has_begun = held[:1] != [BEGIN]
        held.clear()
        if has_begun:
            super()._rollback()  # type: ignore[misc]

    def _held(self) -> list[Held]:
        return self.connection.held if self.connection is not None else []


def _asked(connection: Any, words: Sequence[bytes]) -> list[Rows]:
    """Send statements after those that are held back, in one trip, and give the rows of each."""
    held: list[Held] = list(connection.held)
    connection.held.clear()
    connection.query(b"; ".join([*[each.words for each in held], *words]))
    found: list[Rows] = []
    while True:
        found.append(_rows(connection))
        if connection.next_result() == NO_MORE:
            break
    for each, rows in zip(held, found, strict=False):
        if each.then is not None:
            each.then(rows)
    return found[len(held) :]


def _rows(connection: Any) -> Rows:
    """The rows of the next result, which is freed with this frame.

    An error of a later result would keep it with the error's frames until the garbage collector comes by, in whatever
    thread; and to free a result there takes the connection away from the thread that uses it.
    """
    result = connection.store_result()
    return () if result is None else result.fetch_row(ALL)
