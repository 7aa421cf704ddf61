"""What the database user of a running server may do: no more than the product does.

Making and changing tables is for the user that migrates. The older system's tables are read, added to, and changed in
the columns that services write; the journal is added to.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model

from accounts.models import User
from accounts.services.people import DETAILS
from drivers.models import Driver, Place
from drivers.rules import COLUMNS
from journal.models import Entry

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
CHANGED = {
    User: (*DETAILS, "password", "role", "is_active"),
    Driver: (*COLUMNS, "updated_at"),
}
"""Columns of the older system's tables that services write."""
ADDED_TO = (Entry,)
READ_LABELS = ("auth", "contenttypes")
READ = (Place,)
"""Written by migrations alone."""


def grants(database: str, user: str) -> list[str]:
    """The GRANT statements for `user`, written as MariaDB and MySQL write it: `offers@'127.0.0.1'`."""
    rights = dict(_rights())
    return [f"GRANT {may} ON `{database}`.`{table}` TO {user};" for table, may in sorted(rights.items())]


def _rights() -> Iterator[tuple[str, str]]:
    yield "django_migrations", "SELECT"
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy:
            yield model._meta.db_table, _may(model)


def _may(model: type[Model]) -> str:
    if model in CHANGED:
        columns = ", ".join(f"`{_column(model, name)}`" for name in CHANGED[model])
        return f"SELECT, INSERT, UPDATE ({columns})"
    if model in ADDED_TO:
        return "SELECT, INSERT"
    if model in READ or model._meta.app_label in READ_LABELS:
        return "SELECT"
    return EVERYTHING


def _column(model: type[Model], name: str) -> str:
    """The column of a field, which may be named as the field or, for what points somewhere, with `_id`."""
    (field,) = (field for field in model._meta.concrete_fields if name in (field.name, field.attname))
    return str(field.column)
