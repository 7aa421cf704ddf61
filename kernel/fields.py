"""Columns that behave alike on every database."""

from typing import Any

from django.db import models


class ExactCharField(models.CharField):
    """Text that is compared byte by byte.

    MySQL's general collations treat letters of different case, and many emoji, as equal; SQLite compares bytes anyway.
    """

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
