"""Both sides answer: a driver to what is put to them, the office to a driver's counter."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from chat import services as chat
from chat.rules import message_limit
from kernel import clock
from kernel.actors import Actor
from kernel.errors import Invalid, PermissionDenied, StaleVersion
from kernel.unit_of_work import service
from offers.enums import Action, AwardMode, LostReason, OfferStatus, ProposalStatus, RejectReason
from offers.errors import NotInThisState, OfferAlreadyTaken, ProposalClosed, ProposalExpired
from offers.models import Offer, Proposal
from offers.rules import rates
from offers.rules.access import require_can_change, side_of
from offers.rules.transitions import ANSWERS, BIDDING, CLOSED, UNAGREED, Side, next_status
from offers.selectors import last_seen, offer_dicts, proposal_dicts, proposal_for
from offers.services import chat_lines
from offers.services.awarding import close_elsewhere, give, require_free
from offers.services.locking import locked_offer, locked_proposal, locked_proposals
from offers.services.moving import keep_chats, move
from offers.services.tellings import tell_proposals, touch_offer

VERSIONED = (Action.ACCEPT, Action.COUNTER)
"""Answers that commit a person to terms: they must be the terms that the person has seen."""


def respond(
    *,
    actor: Actor,
    proposal_id: int,
    action: str,
    version: int | None = None,
    rate: Decimal | None = None,
    reason: str = "",
    note: str = "",
    pressed_at: datetime | None = None,
) -> Proposal:
    """Answer a proposal: a driver by `view, accept, counter, reject, retract`, the office by `accept, counter, reject`.

    Accepting and countering take the `version` that the person has seen; so an answer that is sent twice counts once:
    the second finds its own version outdated. Viewing twice is no change. Whether an answer came in time is judged by
    the database's clock, under the offer's lock. A counter or a note counts for the limit of messages. Returns the
    proposal; where the offer is given to the first to accept, it is awarded.

    Raises `NotFound` for a proposal that the actor does not see; `PermissionDenied` where this side may not answer so;
    `Invalid` for an unknown action or reason, a missing version, a rate that cannot be one; `RateLimited`;
    `StaleVersion`, whose `current` is the proposal as it is now with its `offer`; `ProposalExpired` for a late answer;
    `ProposalClosed` or `OfferAlreadyTaken` when the proposal is over; `NotInThisState` where the table of transitions
    has no such move; `DriverBooked` where the accepting driver would win, but has another load.
    """
    meant = _action_of(actor, action)
    if meant == Action.COUNTER or note:
        message_limit().take(actor.key)
    proposal = _respond(
        actor=actor,
        proposal_id=proposal_id,
        action=meant,
        version=version,
        rate=rate,
        reason=reason,
        note=note,
        pressed_at=pressed_at,
    )
    if proposal.is_awarded:
        close_elsewhere(driver_id=proposal.driver_id)
    return proposal


def _action_of(actor: Actor, action: str) -> Action:
    if action not in {each for answers in ANSWERS.values() for each in answers}:
        raise Invalid.field("action", _("There is no such answer."))
    return Action(action)


@service
def _respond(
    *,
    actor: Actor,
    proposal_id: int,
    action: Action,
    version: int | None,
    rate: Decimal | None,
    reason: str,
    note: str,
    pressed_at: datetime | None,
) -> Proposal:
    offer = locked_offer(proposal_for(actor, proposal_id).offer_id)
    side = side_of(actor)
    if side is Side.OFFICE:
        require_can_change(actor, offer)
    if action not in ANSWERS[side]:
        raise PermissionDenied()
    _require_sense(action, rate, reason, version)
    proposal = locked_proposal(offer, proposal_id)
    now = clock.now()
    _require_open(offer, proposal, now)
    if action in VERSIONED and version != proposal.version:
        raise StaleVersion(_current(offer, proposal, actor))
    target = next_status(side, action, proposal.status)
    if target is None:
        raise NotInThisState()
    if action == Action.VIEW and proposal.status == target:
        return proposal
    wins_by_first_accept = target == ProposalStatus.ACCEPTED and offer.award_mode == AwardMode.FIRST_ACCEPT
    others: list[Proposal] = []
    if wins_by_first_accept:
        others = [each for each in locked_proposals(offer) if each.pk != proposal.pk]
        require_free(offer, proposal)
        chat.lock_conversations(offer_id=offer.pk)
    answer = _Answer(side=side, action=action, by=actor, rate=rate, reason=reason, note=note)
    answer.give(offer, proposal, at=now, pressed_at=pressed_at)
    if wins_by_first_accept:
        give(offer, proposal, others, by=actor, at=now)
    else:
        keep_chats(offer, [proposal])
        tell_proposals(offer, [proposal])
        touch_offer(offer)
    return proposal


def _require_sense(action: Action, rate: Decimal | None, reason: str, version: int | None) -> None:
    if action in VERSIONED and version is None:
        raise Invalid.field("version", _("Say which version you have seen."))
    if action == Action.COUNTER:
        fault = _("This is needed.") if rate is None else rates.fault_of(rate)
        if fault:
            raise Invalid.field("rate", fault)
    if reason and reason not in RejectReason.values:
        raise Invalid.field("reason", _("There is no such reason."))


def _require_open(offer: Offer, proposal: Proposal, now: datetime) -> None:
    """Refuse an answer that comes too late, also where `expire_due` has not stored yet that it does."""
    over = proposal.status in UNAGREED and proposal.expires_at is not None and proposal.expires_at <= now
    if over or proposal.status == ProposalStatus.EXPIRED:
        raise ProposalExpired()
    if proposal.status == ProposalStatus.LOST and proposal.reason == LostReason.COVERED:
        raise OfferAlreadyTaken() if offer.status == OfferStatus.ASSIGNED else ProposalClosed()
    if proposal.status in CLOSED or (proposal.status in BIDDING and offer.status != OfferStatus.ACTIVE):
        raise ProposalClosed()


def _current(offer: Offer, proposal: Proposal, actor: Actor) -> dict[str, Any]:
    return proposal_dicts([proposal], actor)[0] | {"offer": offer_dicts([offer], actor)[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """An answer that the table allows."""

    side: Side
    action: Action
    by: Actor
    rate: Decimal | None
    reason: str
    note: str

    def give(self, offer: Offer, proposal: Proposal, *, at: datetime, pressed_at: datetime | None) -> None:
        rate = self._rate(proposal)
        move(
            offer,
            [proposal],
            self.action,
            side=self.side,
            by=self.by,
            at=at,
            rate=rate,
            note=None if self.action == Action.VIEW else self.note,
            pressed_at=pressed_at,
            **self._changes(offer, proposal, rate, at),
        )
        if self._counts_as_first_answer and offer.first_answered_at is None:
            offer.first_answered_at = at
            offer.save(update_fields=["first_answered_at"])
        if self.action == Action.COUNTER and rate is not None:
            chat_lines.say_rate(proposal, rate, self.note, by=self.by)
        elif text := chat_lines.answered(self.side, self.action, self.by, reason=self.reason, note=self.note):
            chat_lines.say([proposal], text)

    @property
    def _counts_as_first_answer(self) -> bool:
        return self.side is Side.DRIVER and self.action != Action.VIEW

    def _rate(self, proposal: Proposal) -> Decimal | None:
        """The rate that the answer is about: the standing offer, the driver's counter, or a new rate."""
        match self.side, self.action:
            case _, Action.COUNTER:
                return self.rate
            case Side.DRIVER, Action.ACCEPT:
                return proposal.offered_rate
            case Side.OFFICE, Action.ACCEPT | Action.REJECT:
                return proposal.driver_proposed_rate
            case _:
                return None

    def _changes(self, offer: Offer, proposal: Proposal, rate: Decimal | None, at: datetime) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if self._counts_as_first_answer:
            changes["responded_at"] = at
            changes["first_answered_at"] = proposal.first_answered_at or at
        match self.side, self.action:
            case _, Action.VIEW:
                changes["viewed_at"] = at
            case _, Action.ACCEPT:
                changes |= {"agreed_rate": rate, "agreed_at": at}
            case _, Action.RETRACT:
                changes |= {"agreed_rate": None, "agreed_at": None}
            case Side.DRIVER, Action.COUNTER:
                changes |= {"driver_proposed_rate": rate, "countered_at": proposal.countered_at or at}
            case Side.OFFICE, Action.COUNTER:
                changes["offered_rate"] = rate
            case Side.DRIVER, Action.REJECT:
                changes |= {"reason": self.reason, "last_seen_offer": last_seen(offer)}
        return changes
