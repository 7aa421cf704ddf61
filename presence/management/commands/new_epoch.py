from typing import Any

from django.core.management.base import BaseCommand

from presence import services


class Command(BaseCommand):
    help = "After restoring a backup: every client reads its state afresh, as the numbers it knows may be gone."

    def handle(self, *args: Any, **options: Any) -> None:
        epoch = services.new_epoch()
        self.stdout.write(f"Epoch {epoch} has begun. Connected clients come back by themselves within seconds.")
