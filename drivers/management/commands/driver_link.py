"""Makes a sign-in link for a driver."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import begin_session
from drivers import links, services
from kernel.actors import SYSTEM
from kernel.errors import Refusal


class Command(BaseCommand):
    help = "Makes a sign-in link for a driver. It works until it expires, and signs in whoever has it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("driver_id", type=int, help="the truck's ID")
        parser.add_argument("--json", action="store_true", help='{"url", "access", "refresh"}: the link, and a sign-in')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            url = services.create_link(actor=SYSTEM, driver_id=options["driver_id"])
        except Refusal as refusal:
            raise CommandError(f"Driver {options['driver_id']}: {refusal.message}") from refusal
        if not options["json"]:
            self.stdout.write(url)
            return
        driver = services.use_link(token=links.token_in(url))
        tokens = begin_session(actor=driver.actor, way="link", user_agent="driver_link")
        self.stdout.write(json.dumps({"url": url, "access": tokens.access, "refresh": tokens.refresh}))
