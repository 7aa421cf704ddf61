"""The tables of the older system and of the earlier attempt: what they look like, and which of them are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.apps import apps
from django.db import connection


def _columns(names: str) -> frozenset[str]:
    return frozenset(names.split())


STAYING: Mapping[str, frozenset[str]] = {
    "users": _columns("id username email password full_name mobile_number role is_active created_at"),
    "Trucks": _columns(
        """id trucknumber status drivername cellphone citystatezip dimensions rate mail latitude longitude
        assigned_dispatcher_id isactive updated_at"""
    ),
}
"""What goes on belonging to the older system, with the columns that we read and write."""

SET_ASIDE: Mapping[str, frozenset[str]] = {
    "offers": _columns(
        """id created_by pickup_location pickup_lat pickup_lon delivery_location delivery_lat delivery_lon weight_lbs
        dimensions distance_miles proposed_rate status notes invited_driver_ids created_at updated_at"""
    ),
    "offer_proposals": _columns("id offer_id driver_id status driver_proposed_rate responded_at created_at"),
    "chat_messages": _columns("id offer_id driver_id sender_type sender_id message message_type is_read created_at"),
    "socket_sessions": _columns("id user_id socket_id user_type is_online last_seen created_at"),
}
"""What the earlier attempt had, by the names that are ours now."""

PREFIX = "legacy_"


class Shape(Enum):
    ABSENT = "absent"
    LEGACY = "of the earlier attempt"
    OURS = "ours"
    FOREIGN = "somebody else's"


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of the database, with their columns in lower case. Views count as tables without columns."""

    columns: Mapping[str, frozenset[str]]

    def has(self, name: str) -> bool:
        return name in self.columns

    def shape(self, name: str, *, as_of: str | None = None) -> Shape:
        """What a table is; `as_of` is the name to judge it by, for one that has been set aside."""
        if not self.has(name):
            return Shape.ABSENT
        mine, theirs = _columns_of_ours().get(as_of or name), SET_ASIDE.get(as_of or name)
        if mine and self.columns[name] == mine:
            return Shape.OURS
        if theirs and theirs <= self.columns[name]:
            return Shape.LEGACY
        return Shape.FOREIGN

    def more_than_expected(self, name: str, expected: frozenset[str]) -> list[str]:
        return sorted(self.columns[name] - expected)


def read_tables() -> Tables:
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@lower_case_table_names")
        (folds,) = cursor.fetchone()
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t"
            " ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
            " WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE'"
        )
        columns: dict[str, set[str]] = {name: set() for name in names}
        for name, column in cursor.fetchall():
            columns[name].add(column.lower())
    found = {name: frozenset(each) for name, each in columns.items()}
    if int(folds):
        # The server writes every name small: we know them by the names that they were made with.
        found |= {name: found[name.lower()] for name in STAYING if name.lower() in found}
    return Tables(found)


def _columns_of_ours() -> dict[str, frozenset[str]]:
    return {
        model._meta.db_table: frozenset((field.column or "").lower() for field in model._meta.local_concrete_fields)
        for model in apps.get_models(include_auto_created=True)
    }
