"""Makes demo data."""

import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers.demo.people import real_people
from offers.demo.seeding import Seeded, seed

TRUCKS, OFFERS, MESSAGES, SEED = 300, 40, 1200, 1
BAR = 40
ROADS = [
    "amber",
    "canyon",
    "cedar",
    "delta",
    "harbor",
    "juniper",
    "mesa",
    "prairie",
    "ridge",
    "river",
    "summit",
    "valley",
]


class Command(BaseCommand):
    help = (
        "Makes believable demo data: trucks across the country, dispatchers, offers in every status, conversations. "
        "The same --seed makes the same data, counted back from now; once more adds more of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", help="of all office people; made up when left out")
        parser.add_argument("--trucks", type=int, default=TRUCKS, help=f"how many ({TRUCKS})")
        parser.add_argument("--offers", type=int, default=OFFERS, help=f"how many ({OFFERS})")
        parser.add_argument(
            "--messages",
            type=int,
            default=MESSAGES,
            help=f"how many in all ({MESSAGES}); offers and answers leave some by themselves, which are never too many",
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"another number, other data ({SEED})")
        parser.add_argument("--force", action="store_true", help="also into a database that holds real users")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = {name: options[name] for name in ("trucks", "offers", "messages")}
        if negative := [name for name, size in sizes.items() if size < 0]:
            raise CommandError(f"--{negative[0]} cannot be negative.")
        if not options["force"] and (real := real_people()):
            raise CommandError(
                f"This database holds real users ({', '.join(real[:3])}{', …' if len(real) > 3 else ''}). "
                "Demo data would stand among theirs; --force does it nevertheless."
            )
        password = options["password"] or _made_up()
        made = seed(password=password, number=options["seed"], progress=self._progress, **sizes)
        self._say(made, password)

    def _progress(self, done: float) -> None:
        """A bar for who waits at a terminal; a log gets none."""
        if self.stderr.isatty():
            full = round(done * BAR)
            bar = f"[{'#' * full}{'.' * (BAR - full)}] {done:4.0%}"
            self.stderr.write(f"\r{bar}", style_func=str, ending="\n" if done == 1 else "")
            self.stderr.flush()

    def _say(self, made: Seeded, password: str) -> None:
        lines = [
            f"Demo data: {len(made.trucks)} trucks, {made.offers} offers, {made.messages} messages.",
            "",
            f"Sign in at /sign-in with the password  {password}",
            *(f"  {user.username:<10} {user.name} ({user.role})" for user in made.office),
        ]
        if made.asked:
            lines += ["", "Sign in as a driver with a link:"]
            lines += [f"  {_python()} manage.py driver_link {driver.pk:<6} {driver.name}" for driver in made.asked]
        self.stdout.write("\n".join(lines))


def _python() -> str:
    """This Python as one calls it here: the one found first by its name may know nothing of Django."""
    here = Path(sys.executable)
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else str(here)


def _made_up() -> str:
    """A password that is easy to type and not to be guessed."""
    return "-".join([*(secrets.choice(ROADS) for _ in range(3)), str(secrets.randbelow(9000) + 1000)])
