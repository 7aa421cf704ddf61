"""Whose turn it is, the office's or the driver's: what the desk and the phone sort by first."""

from offers.enums import Action, ProposalStatus
from offers.rules.transitions import OPEN, WAITING, Side, actions_for

DECIDING = (Action.ACCEPT, Action.AWARD)
ANSWERING = (Action.ACCEPT, Action.AWARD, Action.COUNTER, Action.REJECT, Action.RETRACT)
"""What a side may do about a rate that is on the table."""


def turn_of(status: ProposalStatus | str) -> Side | None:
    """The side that answers next: the office a counter or an accept, the driver an offer; None once it is over."""
    if any(action in DECIDING for action in actions_for(Side.OFFICE, status)):
        return Side.OFFICE
    return Side.DRIVER if status in WAITING else None


def is_over(status: ProposalStatus | str) -> bool:
    """Whether a proposal in this status can change no more, unless it is sent again."""
    return status not in OPEN


def answers_for(side: Side, status: ProposalStatus | str) -> list[Action]:
    """The answers that a side may give in this status, in the order of the buttons."""
    return [action for action in ANSWERING if action in actions_for(side, status)]


TURNS: dict[str, Side | None] = {str(status): turn_of(status) for status in ProposalStatus}
