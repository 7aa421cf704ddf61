"""What a connection needs of the database when it opens, for all that open at the same time."""

from collections.abc import Sequence
from typing import NamedTuple

from accounts.sign_in.validity import SignIn, valid_sign_ins
from kernel.actors import Actor
from presence.here import leases
from presence.here.leases import Lease
from presence.log import epochs, replay
from presence.log.replay import Head

Entry = Lease
"""Who enters: the lease of a connection that already hears what is told."""


class Entered(NamedTuple):
    """`actor` is who they are now; None where their sign-in has ended since they were let in."""

    actor: Actor | None
    epoch: str
    head: Head


def enter_many(entries: Sequence[Entry]) -> list[Entered]:
    """Count them as here, then look how far each one's stream has come, and whether they may still be here: what was
    told before they began to hear, their being shown out too, is in the rows.
    """
    leases.begin(leases=entries)
    epoch = epochs.current()
    heads = replay.heads({entry.key for entry in entries})
    sign_ins = [SignIn(entry.key, entry.auth_session_id) for entry in entries]
    valid = valid_sign_ins(set(sign_ins))
    return [
        Entered(valid[each].actor if each in valid else None, epoch, heads.get(each.key, Head())) for each in sign_ins
    ]
