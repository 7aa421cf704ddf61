"""What the database user may do, as far as it can be asked before anything is done."""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db import connection

from offers.legacy.errors import CannotAdopt
from offers.legacy.tables import PREFIX, SET_ASIDE, STAYING

READING = frozenset({"SELECT"})
WRITING = frozenset({"INSERT", "UPDATE", "DELETE"})
MAKING = frozenset({"CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"})


def require_rights() -> None:
    """Refuse where a right is missing for making and filling our tables, or for reading the older system's."""
    if missing := _missing():
        tables = ", ".join(f"`{name}`" for name in list(missing)[:3]) + (", …" if len(missing) > 3 else "")
        rights = ", ".join(sorted(frozenset().union(*missing.values())))
        with connection.cursor() as cursor:
            cursor.execute("SELECT CURRENT_USER(), DATABASE()")
            user, database = cursor.fetchone()
        name, _, host = user.rpartition("@")
        raise CannotAdopt(
            f"The database user {user} lacks {rights} on {tables}. As the database's administrator run"
            f" GRANT {rights} ON `{database}`.* TO '{name}'@'{host}';"
        )


def _missing() -> Mapping[str, frozenset[str]]:
    """The rights that are missing, by table. Empty where roles, or a server without rights, leave it unknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_ROLE(), CURRENT_USER(), DATABASE()")
        role, user, database = cursor.fetchone()
        if role not in (None, "", "NONE"):
            return {}
        name, _, host = user.rpartition("@")
        whole = [f"'{name}'@'{host}'", database]
        cursor.execute(
            "SELECT '', privilege_type FROM information_schema.user_privileges WHERE grantee = %s UNION ALL"
            " SELECT '', privilege_type FROM information_schema.schema_privileges"
            "  WHERE grantee = %s AND %s LIKE table_schema UNION ALL"
            " SELECT table_name, privilege_type FROM information_schema.table_privileges"
            "  WHERE grantee = %s AND table_schema = %s",
            [whole[0], *whole, *whole],
        )
        granted = [(table.lower(), right) for table, right in cursor.fetchall()]
    if not granted:
        return {}
    everywhere = {right for table, right in granted if not table}
    lacks = {
        table: wanted - everywhere - {right for name, right in granted if name == table.lower()}
        for table, wanted in _wanted()
    }
    return {table: rights for table, rights in lacks.items() if rights}


def _wanted() -> Iterator[tuple[str, frozenset[str]]]:
    for name in STAYING:
        yield name, READING
    for name in SET_ASIDE:
        yield PREFIX + name, READING | WRITING | MAKING
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in STAYING and not model._meta.proxy:
            yield model._meta.db_table, READING | WRITING | MAKING
