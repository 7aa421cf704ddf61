"""Whose turn it is follows from the table of transitions."""

import pytest

from offers.enums import ProposalStatus
from offers.rules.transitions import CLOSED, Side, actions_for
from offers.rules.turns import TURNS, answers_for, is_over


def test_every_status_has_its_turn():
    assert TURNS == {
        "sent": Side.DRIVER,
        "viewed": Side.DRIVER,
        "counter_offered": Side.OFFICE,
        "accepted": Side.OFFICE,
        "awarded": None,
        "rejected": None,
        "expired": None,
        "withdrawn": None,
        "lost": None,
        "fallen_off": None,
    }


@pytest.mark.parametrize("status", ProposalStatus)
def test_what_is_over_is_what_is_closed(status):
    assert is_over(status) == (status in CLOSED)


@pytest.mark.parametrize("side", [Side.OFFICE, Side.DRIVER])
@pytest.mark.parametrize("status", ProposalStatus)
def test_answers_are_among_what_may_be_done(side, status):
    assert set(answers_for(side, status)) <= set(actions_for(side, status))
