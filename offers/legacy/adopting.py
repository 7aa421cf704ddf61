"""The whole of it, in order, and what there is to say about it. Done again, it does what is still to be done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

import journal.services
from kernel.actors import SYSTEM
from offers.enums import InstallationVerb
from offers.legacy import making_room
from offers.legacy.errors import CannotAdopt
from offers.legacy.ground import Plan, look
from offers.legacy.left_behind import COPIED, TAKEN, left_behind, uncopied
from offers.legacy.offer_copies import copy_offers
from offers.legacy.rows import count
from offers.legacy.tables import PREFIX, SET_ASIDE, Tables, read_tables
from offers.legacy.talk_copies import copy_talks

Say = Callable[[str], object]

LOCK = "driver_offers_adopt_legacy"
LOCK_SECONDS = 20
"""How long to wait for tables that others use: less than the connection waits for an answer."""


def check(say: Say) -> None:
    """Say what would be done. Changes nothing; raises `CannotAdopt` where it could not go on."""
    plan, tables = look(), read_tables()
    waiting = _rows_waiting(plan, tables)
    if not plan.changes_tables and not waiting:
        say("Nothing to do.")
    for name in plan.renames:
        say(f"Would set `{name}` aside as `{PREFIX}{name}`.")
    for name in plan.leftovers:
        say(f"Would make `{name}` again, which an interrupted run has left empty.")
    for app, name in plan.fakes:
        say(f"Would count the migration {app}.{name} as done: its table is the older system's.")
    if plan.migrations:
        say(f"Would run {len(plan.migrations)} migrations.")
    for name, number in waiting.items():
        say(f"Would copy {number} rows of `{name}`, as far as what they refer to is there.")
    for note in plan.notes:
        say(note)
    if not plan.changes_tables and not waiting:
        _say_left_behind(tables, say)


def adopt(say: Say) -> None:
    """Do it all, and say what was done."""
    with _alone():
        plan = look()
        if plan.changes_tables:
            making_room.make_room(plan)
        making_room.let_go()
        for name in plan.renames:
            say(f"Set `{name}` aside as `{PREFIX}{name}`.")
        for app, name in plan.fakes:
            say(f"Counted the migration {app}.{name} as done: its table is the older system's.")
        if plan.migrations:
            say(f"Ran {len(plan.migrations)} migrations.")
        copied = _copy(read_tables())
        for name, number in copied.items():
            say(f"Copied {number} rows of `{PREFIX}{name}`.")
        if plan.changes_tables or copied:
            journal.services.record(
                SYSTEM,
                InstallationVerb.ADOPT_LEGACY,
                object_type="installation",
                object_id="legacy",
                after={"copied": copied},
            )
        else:
            say("Nothing to do.")
        for note in plan.notes:
            say(note)
        _say_left_behind(read_tables(), say)


def _copy(tables: Tables) -> dict[str, int]:
    """Copy what is still to be copied. Gives the numbers of rows, without those that are nought."""
    aside = {name for name in SET_ASIDE if tables.has(PREFIX + name)}
    making_room.keep_ids_free(sorted(aside))
    copied = {}
    if "offers" in aside:
        copied["offers"] = copy_offers()
    copied["offer_proposals"], copied["chat_messages"] = copy_talks(
        proposals="offer_proposals" in aside, messages="chat_messages" in aside
    )
    return {name: number for name, number in copied.items() if number}


def _say_left_behind(tables: Tables, say: Say) -> None:
    for name, number, reason in left_behind(tables):
        say(f"{number} rows of `{PREFIX}{name}` could not be copied: {reason}. They stay there.")


def _rows_waiting(plan: Plan, tables: Tables) -> dict[str, int]:
    """How many rows of each table would be copied; of proposals and messages, as long as offers wait, perhaps fewer."""
    waiting = dict.fromkeys(COPIED, 0)
    for name in COPIED:
        if name in plan.renames:
            waiting[name] = count(f"FROM {name}")
        elif tables.has(PREFIX + name):
            ours_is_there = tables.has(name) and name not in plan.leftovers
            waiting[name] = uncopied(name) if ours_is_there else count(f"FROM {PREFIX}{name}")
    if not plan.changes_tables:
        for left in left_behind(tables):
            if left.reason != TAKEN and (left.name == "offers" or not waiting["offers"]):
                waiting[left.name] -= left.number
    return {name: number for name, number in waiting.items() if number}


@contextmanager
def _alone() -> Iterator[None]:
    """One run at a time, on one server."""
    if connection.vendor != "mysql":
        yield  # `look` will say why it cannot go on.
        return
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION lock_wait_timeout = %s, innodb_lock_wait_timeout = %s", [LOCK_SECONDS] * 2)
        cursor.execute("SELECT GET_LOCK(CONCAT(%s, ':', MD5(DATABASE())), 0)", [LOCK])
        if cursor.fetchone() != (1,):
            raise CannotAdopt("Another adopt_legacy is running on this database.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT RELEASE_LOCK(CONCAT(%s, ':', MD5(DATABASE())))", [LOCK])
