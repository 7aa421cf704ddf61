import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from offers.grants import grants

_USER = re.compile(r"[\w.-]{1,80}(@[\w.%:/-]{1,255})?")


class Command(BaseCommand):
    help = (
        "Prints the GRANT statements for the database user of the servers, to be run by the database's administrator:"
        " what the product does and no more. It asks the database nothing."
    )
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="name@host, without quotes")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "mysql":
            raise CommandError("Only MySQL and MariaDB have users: name one in DATABASE_URL.")
        if not _USER.fullmatch(options["user"]):
            raise CommandError("Write the user as name@host.")
        name, _, host = options["user"].partition("@")
        user = f"'{name}'@'{host or '%'}'"
        for statement in grants(connection.settings_dict["NAME"], user):
            self.stdout.write(statement)
