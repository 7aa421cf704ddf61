"""The table in code is the contract's, said a second time here on purpose."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from kernel import clock
from offers import services
from offers.enums import Action, OfferStatus, ProposalStatus, RejectReason
from offers.errors import NotInThisState, OfferAlreadyTaken, OfferClosed
from offers.models import Offer
from offers.rules.transitions import (
    ACCESS,
    ASKED_FOR,
    CLOSED,
    MOVES,
    OFFER_ACTIONS,
    OPEN,
    Side,
    Sight,
    actions_for,
    actions_on,
    as_markdown,
    counts_against_driver,
    driver_access,
    next_status,
)
from tests.drivers.factories import make_driver
from tests.offers.factories import make_offer, owner_of, proposal_in, put_to, run_out
from tests.offers.scenes import nothing_changed

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


@pytest.mark.parametrize("status", ProposalStatus.values)
@pytest.mark.parametrize("side", list(Side))
def test_nothing_is_agreed_unless_the_offer_is_active(side, status):
    assert actions_on(side, status, OfferStatus.ACTIVE) == actions_for(side, status)
    for offer_status in set(OfferStatus) - {OfferStatus.ACTIVE, OfferStatus.ASSIGNED}:
        assert actions_on(side, status, offer_status) == []
    falls_off = status == "awarded" and side in (Side.DRIVER, Side.OFFICE)
    assert actions_on(side, status, OfferStatus.ASSIGNED) == ([Action.FALL_OFF] if falls_off else [])


def test_what_counts_against_a_driver():
    counting = {reason for reason in RejectReason.values if counts_against_driver("rejected", reason)}
    assert counting == {"rate_too_low", "other"}
    assert counts_against_driver("rejected", "")
    assert counts_against_driver("expired", "")
    assert counts_against_driver("fallen_off", "breakdown")
    assert not counts_against_driver("lost", "covered")
    assert not counts_against_driver("withdrawn", "")


def offer_in(status: str) -> Offer:
    """An offer that has come to a status in the way that offers do."""
    offer = make_offer(status="draft" if status == "draft" else "active")
    match status:
        case "active" | "expired" | "cancelled":
            put_to(offer, make_driver())
        case "assigned" | "completed":
            proposal_in("awarded", offer)
    if status == "expired":
        offer.refresh_from_db()
        run_out(offer, *offer.proposals.all())
        services.expire_due()
    if status in ("completed", "cancelled"):
        services.set_status(actor=owner_of(offer), offer_id=offer.pk, status=status, version=None)
    offer.refresh_from_db()
    assert offer.status == status
    return offer


def ask(offer: Offer, **fields) -> Offer:
    return services.update_offer(actor=owner_of(offer), offer_id=offer.pk, version=offer.version, fields=fields)


OFFERED = {
    "send": lambda offer: services.send_offer(actor=owner_of(offer), offer_id=offer.pk, driver_ids=[make_driver().pk]),
    "complete": lambda offer: ask(offer, status="completed"),
    "cancel": lambda offer: ask(offer, status="cancelled"),
    "extend": lambda offer: ask(offer, expires_at=clock.now() + timedelta(hours=9)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("status", OfferStatus.values)
@pytest.mark.parametrize("action", OFFERED)
def test_what_the_office_is_offered_is_what_the_services_do(action, status):
    offer = offer_in(status)
    if status in OFFER_ACTIONS[action]:
        OFFERED[action](offer)
    elif action != "extend":  # The end of a draft may be moved too; the button is for where answers are waited for.
        with nothing_changed(), suppress(NotInThisState, OfferAlreadyTaken, OfferClosed):
            OFFERED[action](offer)


def test_an_expired_offer_is_extended_instead_of_made_active():
    assert set(ASKED_FOR["active"]) - set(OFFER_ACTIONS["activate"]) == {"expired"}
    assert "expired" in OFFER_ACTIONS["extend"]


def test_the_page_shows_the_tables_as_they_are():
    page = (Path(__file__).resolve().parents[2] / "docs" / "negotiation.md").read_text()
    shown = page.split("<!-- tables -->")[1].split("<!-- /tables -->")[0].strip()
    assert shown == as_markdown()
