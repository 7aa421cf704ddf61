"""The table in code is the contract's, said a second time here on purpose."""

from pathlib import Path

import pytest

from offers.enums import Action, OfferStatus, ProposalStatus
from offers.rules.transitions import (
    ACCESS,
    BIDDING,
    CLOSED,
    MOVES,
    OPEN,
    Side,
    Sight,
    actions_for,
    as_markdown,
    driver_access,
    next_status,
    sources_of,
)

CONTRACT = {
    "sent": {
        "driver": {"view": "viewed", "accept": "accepted", "counter": "counter_offered", "reject": "rejected"},
        "office": {"amend": "sent", "withdraw": "withdrawn"},
        "system": {"expire": "expired", "lose": "lost"},
    },
    "counter_offered": {
        "driver": {"accept": "accepted", "counter": "counter_offered", "reject": "rejected"},
        "office": {
            "accept": "accepted",
            "counter": "sent",
            "reject": "viewed",
            "amend": "counter_offered",
            "withdraw": "withdrawn",
        },
        "system": {"expire": "expired", "lose": "lost"},
    },
    "accepted": {
        "driver": {"retract": "viewed"},
        "office": {"award": "awarded", "amend": "sent", "withdraw": "withdrawn"},
        "system": {"lose": "lost"},
    },
    "awarded": {"driver": {"fall_off": "fallen_off"}, "office": {"fall_off": "fallen_off"}, "system": {}},
} | {
    status: {"driver": {}, "office": {"send": "sent"}, "system": {}}
    for status in ("rejected", "expired", "withdrawn", "lost", "fallen_off")
}
CONTRACT["viewed"] = CONTRACT["sent"]


@pytest.mark.parametrize("action", Action.values)
@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("status", ProposalStatus.values)
def test_next_status_is_the_contracts(status, side, action):
    assert next_status(side, action, status) == CONTRACT[status][side].get(action)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("status", ProposalStatus.values)
def test_actions_for_are_the_buttons_of_the_contract(status, side):
    assert set(actions_for(side, status)) == set(CONTRACT[status][side])


def test_every_status_is_open_or_closed():
    assert sorted((*OPEN, *CLOSED)) == sorted(ProposalStatus.values)


def test_sources_of_collects_every_row_of_an_action():
    assert set(sources_of(Side.OFFICE, Action.AMEND)) == set(BIDDING)
    assert sources_of(Side.DRIVER, Action.AWARD) == ()


def test_no_move_is_listed_twice():
    listed = [(move.side, move.action, source) for move in MOVES for source in move.sources]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("offer_status", OfferStatus.values)
@pytest.mark.parametrize("status", ProposalStatus.values)
def test_driver_access_is_the_contracts(status, offer_status):
    access = driver_access(status, offer_status)
    if status in ("sent", "viewed", "counter_offered", "accepted", "awarded"):
        assert (access.sees, access.writes) == (Sight.NOW, True)
    elif status in ("rejected", "expired", "lost"):
        assert (access.sees, access.writes) == (Sight.LAST_SEEN, offer_status == "active")
    else:
        assert access.sees is (Sight.WITHDRAWN if status == "withdrawn" else Sight.LAST_SEEN)
        assert access.writes is False


def test_access_says_something_of_every_status():
    assert {status for row in ACCESS for status in row.statuses} == set(ProposalStatus.values)


def test_the_page_shows_the_tables_as_they_are():
    page = (Path(__file__).resolve().parents[2] / "docs" / "negotiation.md").read_text()
    shown = page.split("<!-- tables -->")[1].split("<!-- /tables -->")[0].strip()
    assert shown == as_markdown()
