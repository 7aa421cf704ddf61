"""Whose turn it is: the one question that the desk and the phone answer before any other."""

from offers.enums import Action, ProposalStatus
from offers.rules.transitions import OPEN, WAITING, Side, actions_for

DECIDING = (Action.ACCEPT, Action.AWARD)
ANSWERING = (Action.ACCEPT, Action.AWARD, Action.COUNTER, Action.REJECT, Action.RETRACT)
"""What a side may do about a rate that is on the table."""


def turn_of(status: ProposalStatus | str) -> Side | None:
    """Who has to say something next: the office to a counter or a yes, the driver to an offer; None when it is over."""
    if any(action in DECIDING for action in actions_for(Side.OFFICE, status)):
        return Side.OFFICE
    return Side.DRIVER if status in WAITING else None


def is_over(status: ProposalStatus | str) -> bool:
    return status not in OPEN


def answers_for(side: Side, status: ProposalStatus | str) -> list[Action]:
    """The buttons beside a rate."""
    return [action for action in ANSWERING if action in actions_for(side, status)]


TURNS: dict[str, Side | None] = {str(status): turn_of(status) for status in ProposalStatus}
