"""What a connection needs of the database when it opens, for all that open at the same time."""

from collections.abc import Sequence
from typing import NamedTuple

from presence import epochs, leases, replay
from presence.leases import Lease
from presence.replay import Head

Entry = Lease
"""Who enters: the lease of a connection that already hears what is told."""


class Entered(NamedTuple):
    epoch: str
    head: Head


def enter_many(entries: Sequence[Entry]) -> list[Entered]:
    """Count them as here, then look how far each one's stream has come."""
    leases.begin(leases=entries)
    epoch = epochs.current()
    heads = replay.heads({entry.key for entry in entries})
    return [Entered(epoch, heads.get(entry.key, Head())) for entry in entries]
