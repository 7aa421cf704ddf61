"""Who is connected to whom, across rooms that do not import each other. Read it as a list."""

from importlib import import_module
from typing import Any

from accounts import kinds
from presence import commands, renderers, tasks


def _from(room: str, name: str, default: Any) -> Any:
    try:
        return getattr(import_module(room), name, default)
    except ModuleNotFoundError as missing:
        if missing.name and room.startswith(missing.name):
            return default
        raise


def connect() -> None:
    """Called once, when every app is loaded."""
    for room in ("accounts.office", "drivers.people"):
        if kind := _from(room, "KIND", None):
            kinds.register(kind)
    for room in ("presence.builtin", "chat.commands", "offers.commands"):
        commands.register(*_from(room, "COMMANDS", []))
    for room in ("chat.events", "offers.events"):
        renderers.register(_from(room, "RENDERERS", {}))
    for room in ("accounts.tasks", "journal.tasks", "presence.upkeep", "drivers.tasks", "chat.tasks", "offers.tasks"):
        tasks.register(*_from(room, "TASKS", []))
