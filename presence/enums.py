from enum import StrEnum


class PassingKind(StrEnum):
    """The events of this room that are not kept."""

    PRESENCE_CHANGED = "presence_changed"
