"""Loads the places: every ZIP code of the United States, and every city as a whole.

Plain SQL and large batches, since every test database goes through it too.
"""

import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "places.tsv.gz"
COLUMNS = ("zip_code", "city", "state", "city_key", "latitude", "longitude", "time_zone", "weight")
BATCH = 5000


def rows() -> Iterator[list[str]]:
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def load(apps: Any, schema_editor: Any) -> None:
    insert = f"INSERT INTO places ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608
    remaining = rows()
    with schema_editor.connection.cursor() as cursor:
        while batch := list(islice(remaining, BATCH)):
            cursor.executemany(insert, batch)


def unload(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DELETE FROM places")


class Migration(migrations.Migration):
    dependencies = [("drivers", "0002_tables")]

    operations = [migrations.RunPython(load, unload)]
