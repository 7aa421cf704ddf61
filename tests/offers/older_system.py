"""An older system's database, made from its schema: what stands in it, and what it goes on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import bcrypt
import pytest
from django.core.management import call_command
from django.db import connection

SCHEMA = (Path(__file__).parent / "legacy_schema.sql").read_text()
TABLES = ("users", "Trucks", "offers", "offer_proposals", "chat_messages", "socket_sessions")
PHP_PASSWORD = "$2y$10$" + bcrypt.hashpw(b"a word from php", bcrypt.gensalt(10)).decode()[7:]

ROWS = """
INSERT INTO users (id, username, email, password, full_name, role, is_active) VALUES
  (1, 'dana', 'dana@example.com', '{password}', 'Dana Whitfield', 'dispatcher', 1),
  (2, 'max', 'max@example.com', 'x', NULL, 'manager', 1),
  (3, 'old', 'old@example.com', 'x', 'Old Hand', 'dispatcher', 0);
INSERT INTO Trucks (ID, TruckNumber, DriverName, CellPhone, Status, assigned_dispatcher_id, isActive) VALUES
  (1, 'T-1', 'Al', '555-0101', 'Available', 1, 1), (2, 'T-2', 'Bo', '555-0102', 'Loaded', NULL, 1),
  (3, 'T-3', NULL, NULL, NULL, 2, 0);
INSERT INTO offers (id, created_by, pickup_location, pickup_lat, pickup_lon, delivery_location, delivery_lon,
    proposed_rate, status, invited_driver_ids, distance_miles, notes, dimensions, weight_lbs, created_at, updated_at)
  VALUES
  (4, 1, '12 Main St, Dallas, TX 75201', 32.78010000, -96.80010000, 'Chicago, IL', NULL, 850, 'active', '[1, 2]', 900.5,
   'gate 5', '144x72x74', 2000, '2026-01-01 08:00:00', '2026-01-02 08:00:00'),
  (7, 2, 'Nowhere at all', NULL, NULL, 'Miami, FL', 500.5, NULL, 'completed', NULL, NULL, NULL, NULL, NULL,
   '2026-01-01 08:00:00', '2026-01-03 08:00:00'),
  (9, 1, 'Austin, TX', NULL, NULL, 'Miami, FL', NULL, 500, 'cancelled', '[]', NULL, NULL, NULL, NULL,
   '2026-01-01 08:00:00', '2026-01-04 08:00:00');
INSERT INTO offer_proposals (id, offer_id, driver_id, status, driver_proposed_rate, responded_at, created_at) VALUES
  (11, 4, 1, 'counter_offered', 900, '2026-01-01 09:30:00', '2026-01-01 08:30:00'),
  (12, 4, 2, 'sent', NULL, NULL, '2026-01-01 08:31:00'),
  (13, 7, 1, 'accepted', NULL, '2026-01-01 09:00:00', '2026-01-01 08:30:00'),
  (14, 7, 3, 'viewed', NULL, NULL, '2026-01-01 08:30:00'),
  (15, 9, 1, 'rejected', NULL, '2026-01-01 09:00:00', '2026-01-01 08:30:00'),
  (16, 9, 2, 'accepted', 620, '2026-01-01 09:00:00', '2026-01-01 08:30:00');
INSERT INTO chat_messages
  (id, offer_id, driver_id, sender_type, sender_id, message, message_type, is_read, created_at) VALUES
  (21, 4, 1, 'dispatcher', 1, 'second', 'text', 1, '2026-01-01 10:00:00'),
  (22, 4, 1, 'driver', 1, 'first 👍', 'text', 1, '2026-01-01 09:00:00'),
  (23, 4, 1, 'dispatcher', 2, 'third', 'text', 0, '2026-01-01 11:00:00'),
  (24, 4, 1, 'driver', 1, '900', 'rate_proposal', 1, '2026-01-01 11:00:00'),
  (25, 4, 1, 'driver', 1, 'fifth <b>', 'text', 0, '2026-01-01 12:00:00'),
  (26, 4, 1, 'dispatcher', 77, 'sixth', 'text', 0, '2026-01-01 13:00:00'),
  (27, 4, 3, 'driver', 3, 'no proposal', 'text', 0, '2026-01-01 11:00:00');
INSERT INTO socket_sessions (user_id, socket_id, user_type) VALUES (1, 'abc', 'dispatcher');
""".replace("{password}", PHP_PASSWORD)

PHP_WRITES = """
INSERT INTO users (username, email, password, role) VALUES ('new', 'new@example.com', 'x', 'admin');
UPDATE users SET mobile_number = '555-0199' WHERE id = 2;
INSERT INTO Trucks (TruckNumber, DriverName, assigned_dispatcher_id) VALUES ('T-9', 'Cy', 1);
UPDATE Trucks SET Status = 'Loaded', latitude = 30.5, longitude = -97.5 WHERE ID = 2;
DELETE FROM Trucks WHERE ID = 1;
DELETE FROM users WHERE id = 1;
"""


class Database:
    """A database of its own, which the default connection stands on."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements.split(";\n"):
                if statement.strip():
                    cursor.execute(statement)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def value(self, statement: str) -> Any:
        return self.rows(statement)[0][0]

    def made(self, table: str) -> str:
        return self.rows(f"SHOW CREATE TABLE `{table}`")[0][1]

    def everything(self) -> dict[str, Any]:
        """Every table, how it is made and what is in it."""
        tables = sorted(name for (name,) in self.rows("SHOW TABLES"))
        return {name: (self.made(name), self.rows(f"SELECT * FROM `{name}`")) for name in tables}


@contextmanager
def database(blocker: Any, statements: str = SCHEMA + ROWS, *, charset: str = "utf8mb4") -> Iterator[Database]:
    name = f"test_adopt_{uuid4().hex[:10]}"
    with blocker.unblock():
        if connection.vendor != "mysql":
            pytest.skip("only MySQL has an older system beside it")
        before = connection.settings_dict["NAME"]
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET {charset}")
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            here = Database(name)
            here.run(statements)
            yield here
        finally:
            connection.close()
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")
            connection.settings_dict["NAME"] = before


def adopt(*options: str) -> str:
    out = StringIO()
    call_command("adopt_legacy", *options, stdout=out)
    return out.getvalue()
