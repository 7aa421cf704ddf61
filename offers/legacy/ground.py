"""Looking at a database before anything is done to it: may it be adopted, and what has to be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations import CreateModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from offers.legacy.errors import CannotAdopt
from offers.legacy.rights import require_rights
from offers.legacy.tables import PREFIX, SET_ASIDE, STAYING, Shape, Tables, read_tables

MADE_BY = {"users": ("accounts", "0001_legacy_table"), "Trucks": ("drivers", "0001_legacy_table")}
"""The migrations that count as done where the older system has made the table."""

Step = tuple[str, str]


@dataclass(slots=True)
class Plan:
    """What has to be done, in this order; empty when all is done."""

    renames: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    """Empty tables of a migration that was cut off half way: they are made again."""
    fakes: list[Step] = field(default_factory=list)
    migrations: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changes_tables(self) -> bool:
        return bool(self.renames or self.leftovers or self.fakes or self.migrations)


def look() -> Plan:
    """What has to be done here. Changes nothing; raises `CannotAdopt` where it cannot go on."""
    _require_fit_server()
    tables = read_tables()
    _require_both_or_neither(tables)
    plan = Plan()
    executor = MigrationExecutor(connection)
    pending = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    done = set(executor.loader.applied_migrations)
    plan.migrations = [(migration.app_label, migration.name) for migration in pending]
    plan.fakes = [step for name, step in MADE_BY.items() if tables.has(name) and step not in done]
    plan.migrations = [step for step in plan.migrations if step not in plan.fakes]
    for migration in pending:
        for name in _tables_made_by(migration):
            if name not in STAYING and tables.has(name):
                _place(name, tables, plan)
    for name in SET_ASIDE:
        _require_set_aside_well(name, tables, plan)
    if plan.changes_tables:
        require_rights()
    return plan


def _place(name: str, tables: Tables, plan: Plan) -> None:
    """Decide about a table that stands where a migration wants to make one."""
    match tables.shape(name):
        case Shape.LEGACY:
            plan.renames.append(name)
        case Shape.OURS if _is_empty(name):
            plan.leftovers.append(name)
        case Shape.OURS:
            raise CannotAdopt(
                f"The table `{name}` is ours and holds rows, but the migration that makes it is not marked as done."
            )
        case _ if name in SET_ASIDE:
            missing = ", ".join(sorted(SET_ASIDE[name] - tables.columns[name]))
            raise CannotAdopt(
                f"The table `{name}` is neither ours nor the earlier attempt's: it has no column {missing}."
            )
        case _:
            raise CannotAdopt(f"There is a table `{name}` already that is not ours. Rename it, then run this again.")


def _require_fit_server() -> None:
    if connection.vendor != "mysql":
        raise CannotAdopt(
            "Only a MySQL or MariaDB database can be adopted. Set DATABASE_URL to it; on any other, run `migrate`."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT default_character_set_name, DATABASE(), @@default_storage_engine"
            " FROM information_schema.schemata WHERE schema_name = DATABASE()"
        )
        charset, database, engine = cursor.fetchone()
    if charset != "utf8mb4":
        raise CannotAdopt(
            f"New tables of the database would be made in {charset}, which cannot keep every message. Run"
            f" ALTER DATABASE `{database}` CHARACTER SET utf8mb4; it changes no existing table."
        )
    if engine != "InnoDB":
        raise CannotAdopt(f"New tables would be made in {engine}. Set the server's default_storage_engine to InnoDB.")


def _require_both_or_neither(tables: Tables) -> None:
    present = [name for name in STAYING if tables.has(name)]
    if len(present) == 1:
        (missing,) = set(STAYING) - set(present)
        raise CannotAdopt(
            f"There is a table `{present[0]}` but no `{missing}`: this is not the older system's database."
        )
    if not present:
        left = [name for name in SET_ASIDE if tables.shape(name) is Shape.LEGACY or tables.has(PREFIX + name)]
        if left:
            raise CannotAdopt(f"There is `{left[0]}` of the earlier attempt, but neither `users` nor `Trucks`.")
    for name in present:
        missing_columns = STAYING[name] - tables.columns[name]
        if missing_columns:
            raise CannotAdopt(f"The table `{name}` has no column {', '.join(sorted(missing_columns))}.")


def _require_set_aside_well(name: str, tables: Tables, plan: Plan) -> None:
    aside = PREFIX + name
    if tables.has(aside):
        if tables.shape(aside, as_of=name) is not Shape.LEGACY:
            raise CannotAdopt(f"There is a table `{aside}` already that is not what was set aside. Rename it first.")
        if name in plan.renames:
            raise CannotAdopt(
                f"There are both `{name}` and `{aside}` of the earlier attempt: rename or drop one of them."
            )
    kept = aside if tables.has(aside) else name
    if name in plan.renames or kept == aside:
        if more := tables.more_than_expected(kept, SET_ASIDE[name]):
            plan.notes.append(f"`{name}` also has {', '.join(more)}: not copied, it stays in `{aside}`.")
    elif tables.shape(name) is Shape.LEGACY:
        raise CannotAdopt(
            f"The migration that makes `{name}` is marked as done, but the table is the earlier attempt's."
        )


def _tables_made_by(migration: Migration) -> list[str]:
    names = []
    for operation in _database_operations(migration.operations):
        if isinstance(operation, CreateModel):
            model = apps.get_model(migration.app_label, operation.name)
            if model._meta.swapped:
                continue
            names.append(model._meta.db_table)
            names += [
                through._meta.db_table
                for field_ in model._meta.local_many_to_many
                if (through := field_.remote_field.through)._meta.auto_created
            ]
    return names


def _database_operations(operations: Sequence[Operation]) -> list[Operation]:
    flat: list[Operation] = []
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            flat += _database_operations(operation.database_operations)
        else:
            flat.append(operation)
    return flat


def _is_empty(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})")  # noqa: S608
        return bool(cursor.fetchone()[0])
