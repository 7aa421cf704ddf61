"""What the stories leave behind, in memory, in the order in which it happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from kernel.actors import Actor
from offers.demo.chats import Chat
from offers.enums import Action
from offers.models import Follower, Offer, Proposal


@dataclass(slots=True, eq=False)
class Deal:
    """An offer with all that belongs to it. Nothing of it has a key yet."""

    offer: Offer
    proposals: dict[int, Proposal] = field(default_factory=dict)
    """By driver, in the order in which they were made; so are the conversations."""
    chats: dict[int, Chat] = field(default_factory=dict)
    followers: list[Follower] = field(default_factory=list)

    def chat_of(self, proposal: Proposal) -> Chat:
        return self.chats[proposal.driver_id]


@dataclass(frozen=True, slots=True)
class Step:
    """A round of a negotiation."""

    proposal: Proposal
    at: datetime
    by: Actor
    action: Action
    rate: Decimal | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class Note:
    """An entry of the journal about an offer or a proposal; a proposal among the values stands for its key."""

    at: datetime
    by: Actor
    verb: str
    about: Offer | Proposal
    offer: Offer
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class Booked(NamedTuple):
    offer: Offer
    since: datetime


@dataclass(slots=True)
class Records:
    deals: list[Deal] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    bookings: dict[int, Booked | None] = field(default_factory=dict)
    """What holds each driver who was ever to have a load; None for those who are free again."""
    statuses: dict[int, str] = field(default_factory=dict)
    """What the trucks say at the end, where it has changed."""

    def book(self, driver_id: int, offer: Offer, since: datetime) -> None:
        self.bookings[driver_id] = Booked(offer, since)
