"""`users` and `Trucks` belong to the older system: nothing of ours changes them or points at them."""

import io
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from drivers.models import Driver
from kernel import clock
from tests.offers.older_system import SCHEMA

FIRST = {("accounts", "0001_legacy_table"), ("drivers", "0001_legacy_table")}
CHANGES = "ALTER TABLE|DROP TABLE|CREATE INDEX .* ON|UPDATE|DELETE FROM|INSERT INTO|REFERENCES"
TOUCHES = re.compile(rf"({CHANGES})\s+[`\"](new__)?(users|Trucks)[`\"]", re.IGNORECASE)
APPS = ("accounts", "drivers", "admin", "auth", "chat", "journal", "offers", "presence", "sessions")

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)  # SQLite tells no SQL within a transaction.
@pytest.mark.parametrize("app", APPS)
def test_no_later_migration_touches_them(app):
    for step in MigrationLoader(connection).graph.nodes:
        if step[0] != app or step in FIRST:
            continue
        sql = io.StringIO()
        call_command("sqlmigrate", *step, stdout=sql)
        assert not TOUCHES.search(sql.getvalue()), step


def test_no_constraint_points_at_them():
    with connection.cursor() as cursor:
        pointing = [
            (table, name)
            for table in connection.introspection.table_names(cursor)
            for name, about in connection.introspection.get_constraints(cursor, table).items()
            if about["foreign_key"] and about["foreign_key"][0] in ("users", "Trucks")
        ]
    assert pointing == []


def test_the_pattern_would_find_what_it_looks_for():
    assert TOUCHES.search("ALTER TABLE `users` ADD COLUMN x")
    assert TOUCHES.search('FOREIGN KEY ("user_id") REFERENCES "users" ("id")')


def test_the_older_system_writes_to_tables_that_we_have_made_as_to_its_own():
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO users (username, email, password) VALUES ('php', 'php@example.com', 'x')")
        cursor.execute("INSERT INTO Trucks (TruckNumber) VALUES ('T-1')")
    user, driver = User.objects.get(username="php"), Driver.objects.get(truck_number="T-1")
    assert (user.role, user.is_active, driver.is_active) == ("dispatcher", True, True)
    assert before <= user.created_at <= clock.now()
    assert before <= driver.updated_at <= clock.now()


def columns_of_the_schema(table: str) -> set[str]:
    body = SCHEMA.split(f"CREATE TABLE {table} (")[1].split("\n) ENGINE")[0]
    return {line.split()[0] for line in body.splitlines() if line.strip()} - {"UNIQUE", "KEY", "CONSTRAINT"}


@pytest.mark.parametrize(("table", "model"), [("users", User), ("Trucks", Driver)])
def test_their_columns_are_exactly_those_of_the_older_system(table, model):
    assert {field.column for field in model._meta.local_concrete_fields} == columns_of_the_schema(table)
