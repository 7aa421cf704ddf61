"""What the demo's stories do in the market. There are two ways to do it, which leave the same rows behind."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from chat.services import Receipt
from drivers.models import Driver
from kernel.actors import Actor
from offers.demo.loads import Load
from offers.enums import Action
from offers.models import Offer, Proposal


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation about an offer: `key` is what it is known by in its market."""

    key: Hashable
    driver_id: int


class Words(NamedTuple):
    talk: Hashable
    who: Actor
    text: str


class Read(NamedTuple):
    """A person has read, or received, what was said up to `seq`."""

    talk: Hashable
    who: Actor
    receipt: Receipt
    seq: int


class Market(Protocol):
    """Each verb may raise a `Refusal`, and has changed nothing then. It happens when the clock says (`standing_at`)."""

    def make(self, actor: Actor, load: Load) -> Offer: ...

    def follow(self, actor: Actor, offer: Offer, user_ids: Collection[int]) -> None: ...

    def send(self, actor: Actor, offer: Offer, trucks: Sequence[Driver], message: str) -> list[Proposal]:
        """Gives the proposals of those it was put to."""

    def respond(
        self,
        actor: Actor,
        proposal: Proposal,
        action: Action,
        *,
        rate: Decimal | None = None,
        reason: str = "",
        note: str = "",
    ) -> None:
        """Answer a proposal as it is now."""

    def award(self, actor: Actor, offer: Offer, proposal: Proposal) -> None: ...

    def set_status(self, actor: Actor, offer: Offer, status: str) -> None: ...

    def fall_off(self, actor: Actor, offer: Offer, reason: str, note: str) -> None: ...

    def expire_due(self) -> None: ...

    def raise_rate(self, actor: Actor, offer: Offer, by: Decimal) -> None: ...

    def withdraw(self, actor: Actor, offer: Offer, driver_ids: Collection[int]) -> None: ...

    def take_to(self, driver_id: int, status: str) -> None:
        """The older system knows where its trucks are: none of our services writes that."""

    def current(self, proposal: Proposal) -> Proposal:
        """The proposal as it is now."""

    def winner_of(self, offer: Offer) -> Proposal | None: ...

    def accepted_of(self, offer: Offer) -> Proposal | None:
        """The cheapest that both sides have accepted."""

    def waiting_of(self, offer: Offer) -> list[Proposal]:
        """Those that no driver has answered, in their order."""

    def talks_of(self, offer: Offer) -> list[Talk]:
        """In the order in which they were opened."""

    def open_talks(self) -> list[Hashable]:
        """Where people may write now, and there is a load to talk about, in the order in which they were opened."""

    def last_seqs(self, talks: Collection[Hashable]) -> dict[Hashable, int]: ...

    def say(self, words: Sequence[Words]) -> int:
        """Say all this in the same moment, at most one line in each. What is closed is passed over; gives how many."""

    def mark(self, reads: Sequence[Read]) -> None: ...

    def said(self) -> int:
        """How many messages there are in all."""
