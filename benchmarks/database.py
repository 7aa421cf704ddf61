"""A MariaDB of one's own for a benchmark, and settings that stand on it."""

import os
import tempfile
from contextlib import ExitStack

from tools import with_services


def new_database(stack: ExitStack, name: str) -> str:
    """The address of a new database on a server that writes each commit to the disk."""
    import MySQLdb  # Only who measures needs it: what tables and figures look like is tried without.

    url = with_services.database_url(stack, durable=True).rpartition("/")[0]
    port = int(url.rpartition(":")[2])
    connection = MySQLdb.connect(host="127.0.0.1", port=port, user="root")
    connection.cursor().execute(f"CREATE OR REPLACE DATABASE {name} CHARACTER SET utf8mb4")
    connection.close()
    return f"{url}/{name}"


def settings_on(stack: ExitStack, url: str) -> dict[str, str]:
    """The environment for a process that stands on this database and shares nothing else with anybody."""
    return os.environ | {
        "ENV_FILE": os.devnull,
        "VAR_DIR": stack.enter_context(tempfile.TemporaryDirectory(prefix="offers-benchmark-")),
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "offers_project.settings",
    }
