from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from offers.legacy.adopting import adopt, check
from offers.legacy.errors import CannotAdopt

LOCKED = (1205, 1213)
"""What the server calls a lock that it did not get, and a deadlock."""


class Command(BaseCommand):
    help = (
        "Takes over beside an existing MySQL database: `users` and `Trucks` stay as they are, the tables of the earlier"
        " attempt are set aside as legacy_… and copied, and the migrations run. It can be run again."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, say what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            (check if options["check"] else adopt)(self.stdout.write)
        except CannotAdopt as cannot:
            raise CommandError(str(cannot)) from cannot
        except DatabaseError as fault:
            raise CommandError(_sentence(fault)) from fault


def _sentence(fault: DatabaseError) -> str:
    if fault.args and fault.args[0] in LOCKED:
        return "Something else is using the tables: stop what reads and writes them, then run this again."
    return f"The database refused: {fault}. Nothing is lost: run this again."
