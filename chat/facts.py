"""What has happened here, for the rooms above."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessagesSent:
    """Something new is said in conversations about these offers."""

    offer_ids: frozenset[int]
