"""The stories without the database: thousands of them, each verb a few lines that leave what its service leaves.

What the services decide by rules, tables and words is asked of the same rules, tables and words here. A test tells the
same stories both ways and compares every row.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from chat.enums import MessageType
from drivers.distance import road_miles
from drivers.models import Driver, Place
from kernel import clock
from kernel.actors import SYSTEM, Actor
from kernel.money import in_words
from offers.demo.answers import CENT, changes_of, is_late, rate_of, require_open
from offers.demo.books import OVER, Books
from offers.demo.chats import Line
from offers.demo.loads import Load
from offers.demo.records import Deal
from offers.enums import Action, AwardMode, DistanceSource, LostReason, OfferStatus, OfferVerb, ProposalStatus
from offers.errors import (
    DriverBooked,
    NotAccepted,
    NotInThisState,
    OfferClosed,
)
from offers.models import Follower, Offer, Proposal
from offers.rules.access import require_active, side_of
from offers.rules.sending import reason_to_skip
from offers.rules.transitions import (
    AMENDABLE,
    ASKED_FOR,
    BIDDING,
    HOLDING,
    UNAGREED,
    WAITING,
    Side,
    next_status,
)
from offers.services import chat_lines
from offers.services.sending import BLANK

S = OfferStatus


class InMemory(Books):
    """A market whose talks are the conversations themselves."""

    # --- what the office does

    def make(self, actor: Actor, load: Load) -> Offer:
        now, id_ = clock.now(), actor.key.id
        offer = Offer(created_by_id=id_, owner_id=id_, currency=settings.CURRENCY, created_at=now, updated_at=now)
        for name, value in load.fields.items():
            setattr(offer, name, value.quantize(CENT) if isinstance(value, Decimal) else value)
        for end, place in (("pickup", load.pickup), ("delivery", load.delivery)):
            for part, value in _known(place).items():
                setattr(offer, f"{end}_{part}", value)
        miles = road_miles(*_point(load.pickup), *_point(load.delivery))
        offer.distance_miles, offer.distance_source = round(Decimal(str(miles)), 2), DistanceSource.ESTIMATED
        offer.follower_ids = frozenset()
        self.begin(offer)
        after = {"status": str(offer.status), "route": offer.route, "rate": offer.proposed_rate}
        self.note(actor, OfferVerb.CREATE, offer, offer, {}, after)
        return offer

    def follow(self, actor: Actor, offer: Offer, user_ids: Collection[int]) -> None:
        now, wanted, before = clock.now(), sorted(user_ids), sorted(offer.follower_ids)
        self.deal_of(offer).followers += [Follower(offer=offer, user_id=id_, created_at=now) for id_ in wanted]
        offer.follower_ids = frozenset(wanted)
        offer.version, offer.updated_at = offer.version + 1, now
        self.note(actor, OfferVerb.FOLLOW, offer, offer, {"followers": before}, {"followers": wanted})

    def send(self, actor: Actor, offer: Offer, trucks: Sequence[Driver], message: str) -> list[Proposal]:
        now, deal = clock.now(), self.deal_of(offer)
        require_active(offer, or_draft=True)
        if offer.expires_at and offer.expires_at <= now:
            raise OfferClosed()
        chosen = [truck.pk for truck in trucks if self._may_be_sent(deal, truck)]
        if not chosen:
            return []
        end = offer.expires_at or now + timedelta(minutes=settings.OFFER_MINUTES)
        terms = {"offered_rate": offer.proposed_rate, "currency": offer.currency, "expires_at": end, "sent_at": now}
        self.open_chats(deal, chosen, now)
        again = [deal.proposals[id_] for id_ in chosen if id_ in deal.proposals]
        values: dict[str, Any] = terms | dict.fromkeys((*BLANK, "closed_at", "last_seen_offer")) | {"reason": ""}
        self.move(deal, again, Action.SEND, side=Side.OFFICE, by=actor, at=now, note="", **values)
        for driver_id in chosen:
            if driver_id not in deal.proposals:
                self.add(deal, Proposal(offer=offer, driver_id=driver_id, **terms), by=actor, at=now)
        sent = [deal.proposals[id_] for id_ in chosen]
        offer.first_sent_at = offer.first_sent_at or now
        self.tell(deal, sent, _once_a_rate(chat_lines.offered(offer)), now)
        for proposal in sent if message else ():
            self.speak(deal, proposal, Line(actor, message, now, MessageType.TEXT))
        return sent

    def award(self, actor: Actor, offer: Offer, proposal: Proposal) -> None:
        require_active(offer)
        if proposal.status != ProposalStatus.ACCEPTED:
            raise NotAccepted()
        self._require_free(proposal)
        self._give(self.deal_of(offer), proposal, by=actor, at=clock.now())

    def set_status(self, actor: Actor, offer: Offer, status: str) -> None:
        if status == offer.status:
            return
        if offer.status not in ASKED_FOR[S(status)]:
            raise NotInThisState()
        now, deal, winner = clock.now(), self.deal_of(offer), self.winner_of(offer)
        seen, before = self.last_seen(offer), {"status": str(offer.status)}
        offer.version, offer.status, offer.updated_at = offer.version + 1, S(status), now
        if winner:
            self.records.bookings[winner.driver_id] = None
        if winner and status == S.COMPLETED:
            self.tell(deal, [winner], chat_lines.completed, now)
        elif status == S.CANCELLED:
            # No story cancels what is covered: no driver has to be taken off it.
            bidding = _bidding(deal)
            self.lose(deal, bidding, LostReason.OFFER_CLOSED, at=now, seen=seen)
            self.tell(deal, bidding, chat_lines.lost(LostReason.OFFER_CLOSED), now)
        self.keep_chats(deal, deal.proposals.values())
        self.note(actor, OfferVerb(status), offer, offer, before, {"status": str(offer.status)})

    def raise_rate(self, actor: Actor, offer: Offer, by: Decimal) -> None:
        if offer.status not in AMENDABLE:
            raise NotInThisState() if offer.status == S.ASSIGNED else OfferClosed()
        now, deal, bidding = clock.now(), self.deal_of(offer), _bidding(self.deal_of(offer))
        before = {"proposed_rate": offer.proposed_rate}
        offer.proposed_rate += by
        offer.version, offer.updated_at = offer.version + 1, now
        terms = {"agreed_rate": None, "agreed_at": None, "offered_rate": offer.proposed_rate}
        self.move(deal, bidding, Action.AMEND, side=Side.OFFICE, by=actor, at=now, **terms)
        self.tell(deal, bidding, _once_a_rate(chat_lines.amended(offer)), now)
        self.note(actor, OfferVerb.UPDATE, offer, offer, before, {"proposed_rate": offer.proposed_rate})

    def withdraw(self, actor: Actor, offer: Offer, driver_ids: Collection[int]) -> None:
        now, deal = clock.now(), self.deal_of(offer)
        taken_back = [deal.proposals[id_] for id_ in driver_ids if deal.proposals[id_].status in BIDDING]
        seen = self.last_seen(offer)
        self.move(deal, taken_back, Action.WITHDRAW, side=Side.OFFICE, by=actor, at=now, last_seen_offer=seen)
        self.tell(deal, taken_back, chat_lines.withdrawn(actor), now)
        self.keep_chats(deal, taken_back)

    # --- what drivers do, and what happens by itself

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
        now, offer, side = clock.now(), proposal.offer, side_of(actor)
        deal = self.deal_of(offer)
        require_open(offer, proposal, now)
        target = next_status(side, action, proposal.status)
        if target is None:
            raise NotInThisState()
        views = action == Action.VIEW
        if views and proposal.status == target:
            return
        takes = target == ProposalStatus.ACCEPTED and offer.award_mode == AwardMode.FIRST_ACCEPT
        if takes:
            self._require_free(proposal)
        about = rate_of(side, action, proposal, rate)
        changes = changes_of(side, action, proposal, rate=about, reason=reason, at=now, last_seen=self.last_seen)
        kept = None if views else note
        self.move(deal, [proposal], action, side=side, by=actor, at=now, rate=about, note=kept, **changes)
        if side is Side.DRIVER and not views:
            offer.first_answered_at = offer.first_answered_at or now
        if action == Action.COUNTER:
            amount = in_words(about, proposal.currency)
            text = f"{amount} · {note}" if note else amount
            self.speak(deal, proposal, Line(actor, text, now, MessageType.RATE_PROPOSAL, about, proposal.currency))
        elif words := chat_lines.answered(side, action, actor, reason=reason, note=note):
            self.tell(deal, [proposal], words, now)
        if takes:
            self._give(deal, proposal, by=actor, at=now)
        else:
            self.keep_chats(deal, [proposal])

    def fall_off(self, actor: Actor, offer: Offer, reason: str, note: str) -> None:
        now, deal, winner = clock.now(), self.deal_of(offer), self.winner_of(offer)
        if offer.status != S.ASSIGNED or winner is None or winner.driver_id != actor.id:
            raise NotInThisState()
        self.records.bookings[winner.driver_id] = None
        offer.status, offer.version, offer.updated_at, offer.covered_at = S.ACTIVE, offer.version + 1, now, None
        if offer.expires_at and offer.expires_at <= now:
            offer.expires_at = None
        values: dict[str, Any] = {"won_offer": None, "reason": reason, "last_seen_offer": self.last_seen(offer)}
        how: dict[str, Any] = {"side": side_of(actor), "by": actor, "at": now, "rate": winner.agreed_rate}
        self.move(deal, [winner], Action.FALL_OFF, note=note, **how, **values)
        after = {"status": str(offer.status), "driver_id": winner.driver_id, "reason": str(reason)}
        self.note(actor, OfferVerb.FALL_OFF, offer, offer, {"status": str(S.ASSIGNED)}, after)
        self.tell(deal, [winner], chat_lines.fell_off(actor, reason, note), now)
        self.keep_chats(deal, deal.proposals.values())

    def expire_due(self) -> None:
        now = clock.now()
        for deal in self.records.deals:
            end = deal.offer.expires_at
            # No driver has longer for an answer than the offer stands.
            if deal.offer.status not in OVER and (end is None or end <= now):
                self._expire(deal, now)

    def _expire(self, deal: Deal, now: datetime) -> None:
        offer, proposals = deal.offer, list(deal.proposals.values())
        held = any(each.status in HOLDING for each in proposals)
        ends = offer.status == S.ACTIVE and offer.expires_at is not None and offer.expires_at <= now and not held
        late = [each for each in proposals if each.status in UNAGREED and (ends or is_late(each, now))]
        if not (ends or late):
            return
        seen = self.last_seen(offer)
        self.move(deal, late, Action.EXPIRE, side=Side.SYSTEM, by=SYSTEM, at=now, last_seen_offer=seen)
        if ends:
            offer.status, offer.version, offer.updated_at = S.EXPIRED, offer.version + 1, now
            self.note(SYSTEM, OfferVerb.EXPIRE, offer, offer, {"status": str(S.ACTIVE)}, {"status": str(S.EXPIRED)})
        self.tell(deal, late, chat_lines.expired, now)
        self.keep_chats(deal, proposals)

    def take_to(self, driver_id: int, status: str) -> None:
        self.records.statuses[driver_id] = status

    # --- how things stand

    def current(self, proposal: Proposal) -> Proposal:
        return proposal

    def winner_of(self, offer: Offer) -> Proposal | None:
        return next((each for each in self.deal_of(offer).proposals.values() if each.is_awarded), None)

    def accepted_of(self, offer: Offer) -> Proposal | None:
        proposals = self.deal_of(offer).proposals.values()
        accepted = [each for each in proposals if each.status == ProposalStatus.ACCEPTED]
        return min(accepted, key=lambda each: each.agreed_rate or 0, default=None)

    def waiting_of(self, offer: Offer) -> list[Proposal]:
        return [each for each in self.deal_of(offer).proposals.values() if each.status in WAITING]

    def _may_be_sent(self, deal: Deal, truck: Driver) -> bool:
        proposal, booked = deal.proposals.get(truck.pk), self.records.bookings.get(truck.pk)
        status = None if proposal is None else proposal.status
        is_booked = booked is not None and booked.offer is not deal.offer
        return reason_to_skip(deal.offer, truck, status, is_booked=is_booked) is None

    def _require_free(self, proposal: Proposal) -> None:
        booked = self.records.bookings.setdefault(proposal.driver_id)
        if booked is not None and booked.offer is not proposal.offer:
            raise DriverBooked()

    def _give(self, deal: Deal, winner: Proposal, *, by: Actor, at: datetime) -> None:
        """Award the offer: all others have lost it, and what the driver has open elsewhere closes."""
        offer, seen = deal.offer, self.last_seen(deal.offer)
        lost = [each for each in _bidding(deal) if each is not winner]
        offer.status, offer.version = S.ASSIGNED, offer.version + 1
        offer.updated_at = offer.covered_at = at
        winner.won_offer = offer
        self.records.book(winner.driver_id, offer, at)
        how: dict[str, Any] = {"side": Side.OFFICE, "by": by, "at": at, "rate": winner.agreed_rate}
        self.move(deal, [winner], Action.AWARD, **how, awarded_at=at)
        self.lose(deal, lost, LostReason.COVERED, at=at, seen=seen)
        after = {"status": str(offer.status), "proposal_id": winner, "driver_id": winner.driver_id}
        after["rate"] = winner.agreed_rate
        self.note(by, OfferVerb.AWARD, offer, offer, {"status": str(S.ACTIVE)}, after)
        self.tell(deal, [winner], chat_lines.awarded, at)
        self.tell(deal, lost, chat_lines.lost(LostReason.COVERED), at)
        self.keep_chats(deal, deal.proposals.values())
        self.close_elsewhere(winner.driver_id)


def _known(place: Place) -> dict[str, Any]:
    lat, lon = _point(place)
    return {"place": place.label, "lat": lat, "lon": lon, "zone": place.time_zone}


def _point(place: Place) -> tuple[Decimal, Decimal]:
    return round(Decimal(place.latitude), 6), round(Decimal(place.longitude), 6)


def _once_a_rate(text: chat_lines.Text) -> chat_lines.Text:
    """A text that differs by nothing but the rate that is offered."""
    known: dict[Decimal, str] = {}

    def said(proposal: Proposal) -> str:
        rate = proposal.offered_rate
        return known.get(rate) or known.setdefault(rate, text(proposal))

    return said


def _bidding(deal: Deal) -> list[Proposal]:
    return [each for each in deal.proposals.values() if each.status in BIDDING]
