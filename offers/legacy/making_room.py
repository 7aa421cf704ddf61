"""Setting aside what the earlier attempt had, and making our tables. Each step may be cut off and done again."""

from collections.abc import Collection, Sequence

from django.core.management import call_command
from django.db import connection

from offers.legacy.ground import Plan, Step
from offers.legacy.tables import PREFIX, SET_ASIDE, STAYING

IDS_KEPT = ("offers", "offer_proposals", "chat_messages")


def set_aside(names: Sequence[str]) -> None:
    """Rename the tables, all or none of them."""
    if names:
        pairs = ", ".join(f"{_quoted(name)} TO {_quoted(PREFIX + name)}" for name in names)
        _run(f"RENAME TABLE {pairs}")


def let_go() -> list[str]:
    """Take the constraints off that tables set aside have on `users` and `Trucks`: rows there may be deleted now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name, constraint_name FROM information_schema.key_column_usage"
            " WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE()"
            " AND LOWER(referenced_table_name) IN %s AND table_name IN %s",
            [tuple(name.lower() for name in STAYING), tuple(PREFIX + name for name in SET_ASIDE)],
        )
        found = sorted(cursor.fetchall())
    for table, constraint in found:
        _run(f"ALTER TABLE {_quoted(table)} DROP FOREIGN KEY {_quoted(constraint)}")
    return [f"{table}.{constraint}" for table, constraint in found]


def drop_leftovers(names: Sequence[str]) -> None:
    if not names:
        return
    with connection.constraint_checks_disabled():
        _run(f"DROP TABLE {', '.join(_quoted(name) for name in names)}")


def count_as_done(steps: Sequence[Step]) -> None:
    for app, name in steps:
        call_command("migrate", app, name, fake=True, verbosity=0)


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def keep_ids_free(names: Collection[str]) -> None:
    """Number what is new from beyond everything that is still to be copied."""
    for name in IDS_KEPT:
        if name not in names:
            continue
        kept, ours = _highest_id(PREFIX + name), _highest_id(name)
        if kept > ours:  # Else there is nothing to do, and servers that are running are not to be held up for it.
            _run(f"ALTER TABLE {_quoted(name)} AUTO_INCREMENT = {kept + 1}")


def make_room(plan: Plan) -> None:
    set_aside(plan.renames)
    drop_leftovers(plan.leftovers)
    count_as_done(plan.fakes)
    migrate()


def _highest_id(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {_quoted(name)}")  # noqa: S608
        return int(cursor.fetchone()[0])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
