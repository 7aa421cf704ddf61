"""How proposals and offers move, and what a proposal's status lets a driver see: tables for services, API, pages, docs.

`python -m offers.rules.transitions` prints them for docs/negotiation.md; a test compares the page with them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from offers.enums import Action, OfferStatus, ProposalStatus, RejectReason

S = ProposalStatus


class Side(StrEnum):
    """A side of the negotiation."""

    DRIVER = "driver"
    OFFICE = "office"
    SYSTEM = "system"
    """What happens by itself."""


class OfferAction(StrEnum):
    """What the office may do with an offer as a whole."""

    EDIT = "edit"
    COPY = "copy"
    SEND = "send"
    WITHDRAW = "withdraw"
    EXTEND = "extend"
    COMPLETE = "complete"
    ACTIVATE = "activate"
    CANCEL = "cancel"
    PEOPLE = "people"
    """Say who owns and who follows it."""


WAITING = (S.SENT, S.VIEWED)
UNAGREED = (*WAITING, S.COUNTER_OFFERED)
"""An answer is still due: these expire."""
BIDDING = (*UNAGREED, S.ACCEPTED)
"""The driver may still win the load."""
HOLDING = (S.ACCEPTED, S.AWARDED)
"""While one of these stands, an offer does not expire."""
OPEN = (*BIDDING, S.AWARDED)
"""The driver sees the offer as it is now."""
CLOSED = (S.REJECTED, S.EXPIRED, S.WITHDRAWN, S.LOST, S.FALLEN_OFF)


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the table: `side` may do `action` in `sources`; the proposal is `target` afterwards."""

    side: Side
    action: Action
    sources: tuple[ProposalStatus, ...]
    target: ProposalStatus


MOVES = (
    Move(Side.DRIVER, Action.VIEW, WAITING, S.VIEWED),
    Move(Side.DRIVER, Action.ACCEPT, UNAGREED, S.ACCEPTED),
    Move(Side.DRIVER, Action.COUNTER, UNAGREED, S.COUNTER_OFFERED),
    Move(Side.DRIVER, Action.REJECT, UNAGREED, S.REJECTED),
    Move(Side.DRIVER, Action.RETRACT, (S.ACCEPTED,), S.VIEWED),
    Move(Side.DRIVER, Action.FALL_OFF, (S.AWARDED,), S.FALLEN_OFF),
    Move(Side.OFFICE, Action.ACCEPT, (S.COUNTER_OFFERED,), S.ACCEPTED),
    Move(Side.OFFICE, Action.COUNTER, (S.COUNTER_OFFERED,), S.SENT),
    Move(Side.OFFICE, Action.REJECT, (S.COUNTER_OFFERED,), S.VIEWED),
    Move(Side.OFFICE, Action.AMEND, (*WAITING, S.ACCEPTED), S.SENT),
    Move(Side.OFFICE, Action.AMEND, (S.COUNTER_OFFERED,), S.COUNTER_OFFERED),
    Move(Side.OFFICE, Action.WITHDRAW, BIDDING, S.WITHDRAWN),
    Move(Side.OFFICE, Action.AWARD, (S.ACCEPTED,), S.AWARDED),
    Move(Side.OFFICE, Action.FALL_OFF, (S.AWARDED,), S.FALLEN_OFF),
    Move(Side.OFFICE, Action.SEND, CLOSED, S.SENT),
    Move(Side.SYSTEM, Action.EXPIRE, UNAGREED, S.EXPIRED),
    Move(Side.SYSTEM, Action.LOSE, BIDDING, S.LOST),
)

ANSWERS = {
    Side.DRIVER: (Action.VIEW, Action.ACCEPT, Action.COUNTER, Action.REJECT, Action.RETRACT),
    Side.OFFICE: (Action.ACCEPT, Action.COUNTER, Action.REJECT),
    Side.SYSTEM: (),
}
"""What each side may say by `respond`; the other moves have services of their own."""

_targets = {(move.side, move.action, source): move.target for move in MOVES for source in move.sources}


def next_status(side: Side, action: Action | str, status: ProposalStatus | str) -> ProposalStatus | None:
    """The status of a proposal after `action`; None where the table has no such move."""
    return _targets.get((side, Action(action), ProposalStatus(status)))


def actions_for(side: Side, status: ProposalStatus | str) -> list[Action]:
    """The actions that a side has in this status, in the order of the table: the buttons to show."""
    return [move.action for move in MOVES if move.side == side and status in move.sources]


def actions_on(side: Side, status: ProposalStatus | str, offer_status: OfferStatus | str) -> list[Action]:
    """What a side may do now with a proposal of an offer in its status.

    While the offer is not active nothing is agreed, sent or withdrawn; while it is assigned its driver may fall off.
    """
    allowed = actions_for(side, status)
    if offer_status == OfferStatus.ACTIVE:
        return allowed
    return [action for action in allowed if action == Action.FALL_OFF and offer_status == OfferStatus.ASSIGNED]


COUNTING_REASONS = (RejectReason.RATE_TOO_LOW, RejectReason.OTHER)
"""Reasons to decline that are the driver's own choice; no other counts against them."""


def counts_against_driver(status: ProposalStatus | str, reason: str) -> bool:
    """Whether the way in which a proposal ended, or would end with this reason, counts against its driver."""
    if status == S.REJECTED:
        return reason not in set(RejectReason.values) - set(COUNTING_REASONS)
    return status not in (S.LOST, S.WITHDRAWN)


ASKED_FOR = {
    OfferStatus.ACTIVE: (OfferStatus.DRAFT, OfferStatus.EXPIRED, OfferStatus.CANCELLED),
    OfferStatus.COMPLETED: (OfferStatus.ASSIGNED,),
    OfferStatus.CANCELLED: (OfferStatus.DRAFT, OfferStatus.ACTIVE, OfferStatus.ASSIGNED, OfferStatus.EXPIRED),
}
"""The statuses of an offer that a person may ask for, and from which others."""
AMENDABLE = (OfferStatus.DRAFT, OfferStatus.ACTIVE, OfferStatus.EXPIRED)
"""Terms can be changed; what has been awarded stays as it was agreed."""
OFFER_ACTIONS: dict[OfferAction, tuple[OfferStatus, ...]] = {
    OfferAction.EDIT: (*AMENDABLE, OfferStatus.ASSIGNED),
    OfferAction.COPY: tuple(OfferStatus),
    OfferAction.SEND: (OfferStatus.DRAFT, OfferStatus.ACTIVE),
    OfferAction.WITHDRAW: (OfferStatus.ACTIVE,),
    OfferAction.EXTEND: (OfferStatus.ACTIVE, OfferStatus.EXPIRED),
    OfferAction.COMPLETE: ASKED_FOR[OfferStatus.COMPLETED],
    # What has expired is extended: without another end it would be over at once.
    OfferAction.ACTIVATE: tuple(status for status in ASKED_FOR[OfferStatus.ACTIVE] if status != OfferStatus.EXPIRED),
    OfferAction.CANCEL: ASKED_FOR[OfferStatus.CANCELLED],
    OfferAction.PEOPLE: (*AMENDABLE, OfferStatus.ASSIGNED),
}
"""What the office is offered to do with an offer, and in which statuses."""


def offer_actions_for(status: OfferStatus | str) -> list[OfferAction]:
    """What the office may do with an offer in this status, in the order of the table."""
    return [action for action, statuses in OFFER_ACTIONS.items() if status in statuses]


class Sight(StrEnum):
    """How a driver sees an offer."""

    NOW = "as it is now"
    LAST_SEEN = "as last seen, marked"
    WITHDRAWN = "that it was withdrawn, as last seen"


@dataclass(frozen=True, slots=True)
class Access:
    """A line of the table of access: what a driver sees, and whether they may write. They always read the chat."""

    statuses: tuple[ProposalStatus, ...]
    offer_active: bool | None
    """None: whichever it is."""
    sees: Sight
    writes: bool


LEFT = (S.REJECTED, S.EXPIRED, S.LOST)
ACCESS = (
    Access(OPEN, None, Sight.NOW, writes=True),
    Access(LEFT, True, Sight.LAST_SEEN, writes=True),
    Access(LEFT, False, Sight.LAST_SEEN, writes=False),
    Access((S.FALLEN_OFF,), None, Sight.LAST_SEEN, writes=False),
    Access((S.WITHDRAWN,), None, Sight.WITHDRAWN, writes=False),
)

_access = {
    (status, active): row
    for row in ACCESS
    for status in row.statuses
    for active in ((True, False) if row.offer_active is None else (row.offer_active,))
}


def driver_access(status: ProposalStatus | str, offer_status: OfferStatus | str) -> Access:
    """What a proposal's status lets its driver see, and whether the chat may be written in."""
    return _access[ProposalStatus(status), offer_status == OfferStatus.ACTIVE]


def as_markdown() -> str:
    """The tables, as docs/negotiation.md shows them."""
    moves = [[*_cells(move.sources), move.side, f"`{move.action}`", f"`{move.target}`"] for move in MOVES]
    access = [
        [
            *_cells(row.statuses),
            {None: "either", True: "active", False: "not active"}[row.offer_active],
            row.sees,
            "yes" if row.writes else "no",
        ]
        for row in ACCESS
    ]
    offers = [
        [
            f"`{status}`",
            *_cells([wanted for wanted, sources in ASKED_FOR.items() if status in sources]),
            *_cells(offer_actions_for(status)),
        ]
        for status in OfferStatus
    ]
    return "\n\n".join(
        [
            _table(["from", "who", "action", "to"], moves),
            _table(["the driver's status", "the offer", "sees the offer", "writes in the chat"], access),
            _table(["the offer", "may be asked to become", "what the office may do with it"], offers),
        ]
    )


def _cells(words: Collection[str]) -> list[str]:
    return [", ".join(f"`{word}`" for word in words)]


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


if __name__ == "__main__":
    print(as_markdown())  # noqa: T201 -- printing is what it is for
