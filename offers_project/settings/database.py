"""The database, and how long a server waits for it."""

from kernel.secrets import private_directory
from offers_project.settings.environment import VAR_DIR, env

if "DATABASE_URL" not in env.ENVIRON:
    private_directory(VAR_DIR)  # SQLite makes the file, but not the directory that it is in.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'driver_offers.sqlite3'}")}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("mysql"):
    _database["ENGINE"] = "kernel.mysql"
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
        # The older system's TIMESTAMP columns follow the session's zone.
        "init_command": "SET time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
        "connect_timeout": env.int("DATABASE_CONNECT_TIMEOUT", default=5),
        "read_timeout": env.int("DATABASE_READ_TIMEOUT", default=30),
        "write_timeout": env.int("DATABASE_WRITE_TIMEOUT", default=30),
    }
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}
else:
    _database["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # Threads of a test need a file: an in-memory database belongs to one connection.
    _database["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

DATABASE_ANSWER_SECONDS = env.int("DATABASE_ANSWER_SECONDS", default=10)
"""How long a server waits for the database to answer; commands wait for `DATABASE_READ_TIMEOUT`."""
DATABASE_LOCK_SECONDS = env.int("DATABASE_LOCK_SECONDS", default=5)
"""How long one statement of a server waits for a lock that another one holds."""
DATABASE_IDLE_SECONDS = env.int("DATABASE_IDLE_SECONDS", default=15)
"""How long a server may leave a transaction lying before MariaDB ends it."""
