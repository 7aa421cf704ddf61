"""What the verbs in memory are made of: proposals move by the table, each step is noted, conversations are kept."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.utils import translation

from chat.enums import ConversationStatus, MemberRole, MessageType
from drivers.models import Driver
from kernel import clock
from kernel.actors import DRIVER, SYSTEM, Actor, ActorKey
from offers.demo.chats import Chat, Line, Seat
from offers.demo.market import Read, Talk, Words
from offers.demo.records import Deal, Note, Records, Step
from offers.enums import Action, LostReason, OfferStatus
from offers.errors import NotInThisState
from offers.models import Offer, Proposal
from offers.rules.transitions import BIDDING, CLOSED, Side, driver_access, next_status
from offers.selectors.people import Names
from offers.selectors.serialize import for_driver
from offers.services import chat_lines
from offers.services.moving import PUT_TO_THE_DRIVER
from offers.services.sending import office_of

TALKED_ABOUT = (OfferStatus.ACTIVE, OfferStatus.ASSIGNED)
OVER = (OfferStatus.COMPLETED, OfferStatus.CANCELLED, OfferStatus.EXPIRED)
"""No story goes on after these."""


class Books:
    """`records` is what is to be written."""

    def __init__(self, trucks: Iterable[Driver], office: Collection[int]) -> None:
        self.records = Records()
        self.trucks = {truck.pk: truck for truck in trucks}
        self._names = Names(office)
        self._deals: dict[int, Deal] = {}
        self._of_driver: dict[int, list[Proposal]] = defaultdict(list)
        self._alive: list[tuple[Offer, Chat]] = []
        """The conversations where something may yet be said."""
        self._said = 0

    def begin(self, offer: Offer) -> Deal:
        deal = Deal(offer)
        self._deals[id(offer)] = deal
        self.records.deals.append(deal)
        return deal

    def deal_of(self, offer: Offer) -> Deal:
        return self._deals[id(offer)]

    def last_seen(self, offer: Offer) -> dict[str, Any]:
        return for_driver(offer, self._names)

    # --- negotiations

    def add(self, deal: Deal, proposal: Proposal, *, by: Actor, at: datetime) -> None:
        """A proposal is sent for the first time."""
        deal.proposals[proposal.driver_id] = proposal
        self._of_driver[proposal.driver_id].append(proposal)
        self._step(proposal, Action.SEND, by, at, None, "")
        after = {"status": str(proposal.status), "driver_id": proposal.driver_id}
        self.note(by, Action.SEND, proposal, deal.offer, {}, after)

    def move(
        self,
        deal: Deal,
        proposals: Sequence[Proposal],
        action: Action,
        *,
        side: Side,
        by: Actor,
        at: datetime,
        rate: Decimal | None = None,
        note: str | None = None,
        **values: Any,
    ) -> None:
        if note is not None:
            values["note"] = note
        by_target: dict[str, list[Proposal]] = defaultdict(list)
        for proposal in proposals:
            target = next_status(side, action, proposal.status)
            if target is None:
                raise NotInThisState()
            by_target[target].append(proposal)
        for status, group in by_target.items():
            closing = {"closed_at": at} if status in CLOSED else {}
            for proposal in group:
                before = {"status": str(proposal.status)}
                for name, value in (values | {"status": status} | closing).items():
                    setattr(proposal, name, value)
                proposal.version += 1
                after = {"status": status, "driver_id": proposal.driver_id}
                after |= {} if rate is None else {"rate": rate}
                after |= {name: str(values[name]) for name in ("reason", "note") if values.get(name)}
                self.note(by, action, proposal, deal.offer, before, after)
        for proposal in proposals:
            self._step(proposal, action, by, at, rate, note or "")

    def lose(
        self, deal: Deal, proposals: Sequence[Proposal], reason: LostReason, *, at: datetime, seen: dict[str, Any]
    ) -> None:
        how = {"side": Side.SYSTEM, "by": SYSTEM, "at": at}
        self.move(deal, proposals, Action.LOSE, **how, reason=reason, last_seen_offer=seen)  # type: ignore[arg-type]

    def close_elsewhere(self, driver_id: int) -> None:
        """Close what a booked driver still has open on other offers."""
        at = clock.now()
        for proposal in self._of_driver[driver_id]:
            if proposal.status in BIDDING:
                deal = self.deal_of(proposal.offer)
                seen = self.last_seen(deal.offer)
                self.lose(deal, [proposal], LostReason.BOOKED_ELSEWHERE, at=at, seen=seen)
                self.tell(deal, [proposal], chat_lines.lost(LostReason.BOOKED_ELSEWHERE), at)
                self.keep_chats(deal, [proposal])

    def note(
        self,
        by: Actor,
        verb: str,
        about: Offer | Proposal,
        offer: Offer,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> None:
        self.records.notes.append(Note(clock.now(), by, verb, about, offer, before, after))

    def _step(
        self, proposal: Proposal, action: Action, by: Actor, at: datetime, rate: Decimal | None, note: str
    ) -> None:
        about = proposal.offered_rate if action in PUT_TO_THE_DRIVER else rate
        self.records.steps.append(Step(proposal, at, by, action, about, note, proposal.version))

    # --- conversations

    def open_chats(self, deal: Deal, driver_ids: Collection[int], at: datetime) -> None:
        office = office_of(deal.offer)
        for driver_id in sorted(driver_ids):
            if (chat := deal.chats.get(driver_id)) is not None:
                chat.status = ConversationStatus.OPEN
                continue
            roles = {**office, ActorKey(DRIVER, driver_id): MemberRole.DRIVER}
            seats = {key: Seat(role, at) for key, role in roles.items()}
            chat = deal.chats[driver_id] = Chat(driver_id, at, seats)
            self.records.chats.append(chat)
            self._alive.append((deal.offer, chat))

    def keep_chats(self, deal: Deal, proposals: Iterable[Proposal]) -> None:
        for each in proposals:
            writes = driver_access(each.status, deal.offer.status).writes
            deal.chat_of(each).status = ConversationStatus.OPEN if writes else ConversationStatus.CLOSED

    def tell(self, deal: Deal, proposals: Iterable[Proposal], text: chat_lines.Text, at: datetime) -> None:
        """A system line in the conversation of each proposal."""
        with translation.override(settings.LANGUAGE_CODE):
            for each in proposals:
                self.speak(deal, each, Line(SYSTEM, text(each), at, MessageType.SYSTEM))

    def speak(self, deal: Deal, proposal: Proposal, line: Line) -> None:
        deal.chat_of(proposal).say(line)
        self._said += 1

    def talks_of(self, offer: Offer) -> list[Talk]:
        return [Talk(chat, driver_id) for driver_id, chat in self.deal_of(offer).chats.items()]

    def open_talks(self) -> list[Hashable]:
        self._alive = [(offer, chat) for offer, chat in self._alive if offer.status not in OVER]
        open_, about = ConversationStatus.OPEN, TALKED_ABOUT
        return [chat for offer, chat in self._alive if chat.status == open_ and offer.status in about]

    def last_seqs(self, talks: Collection[Hashable]) -> dict[Hashable, int]:
        return {talk: len(cast(Chat, talk).lines) for talk in talks}

    def say(self, words: Sequence[Words]) -> int:
        at, said = clock.now(), 0
        for each in words:
            chat = cast(Chat, each.talk)
            if chat.status == ConversationStatus.OPEN:
                chat.say(Line(each.who, each.text, at, MessageType.TEXT))
                said += 1
        self._said += said
        return said

    def mark(self, reads: Sequence[Read]) -> None:
        at = clock.now()
        for read in reads:
            cast(Chat, read.talk).mark(read, at)

    def said(self) -> int:
        return self._said
