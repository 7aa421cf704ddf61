"""The sides of a conversation: who speaks for which others, and whose reading counts for them.

Any number may meet in one conversation.

A new kind of actor gets a side here, and in `chat.enums.MemberRole` the role in which it takes part.
"""

from enum import StrEnum

from kernel.actors import DISPATCHER, DRIVER, SYSTEM_TYPE


class Side(StrEnum):
    OFFICE = "office"
    DRIVER = "driver"


SIDES = {DISPATCHER: Side.OFFICE, DRIVER: Side.DRIVER}
"""The side of each kind of actor. The system takes none: its lines are read by all, and it reads nothing."""


def side_of(actor_type: str) -> Side | None:
    """The side that a kind of actor is on; None for one that takes no part in conversations."""
    return SIDES.get(actor_type)


def own_senders(actor_type: str) -> list[str]:
    """The kinds of actor whose messages need no reading by this kind: its own side's, and the system."""
    return [SYSTEM_TYPE, *(kind for kind, side in SIDES.items() if side is side_of(actor_type))]
