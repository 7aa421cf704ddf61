"""Sends an offer to drivers, and withdraws it from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import journal.services
from chat import rules as chat_rules
from chat import services as chat
from chat.enums import MemberRole
from drivers.models import Driver
from kernel import clock
from kernel.actors import Actor, ActorKey
from kernel.errors import Invalid, NotFound
from kernel.unit_of_work import service
from offers.enums import Action, EventKind, OfferStatus, SkipReason
from offers.errors import OfferClosed, ProposalClosed
from offers.models import Offer, Proposal
from offers.rules.access import require_active
from offers.rules.sending import FORCIBLE, reason_to_skip
from offers.rules.transitions import BIDDING, CLOSED, Side
from offers.selectors import last_seen
from offers.services import chat_lines
from offers.services.creating import create_offer
from offers.services.locking import booked_elsewhere, locked_offer_to_change, locked_proposals
from offers.services.moving import keep_chats, move, note_rounds
from offers.services.tellings import tell_proposals, touch_offer
from presence.log.telling import tell

BLANK = ("driver_proposed_rate", "agreed_rate", "viewed_at", "responded_at", "agreed_at", "awarded_at")
"""What a proposal has of its own history no more once it is sent again."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A driver that the offer was not sent to, and why."""

    driver_id: int
    code: SkipReason

    @property
    def message(self) -> Any:
        return self.code.label

    @property
    def can_force(self) -> bool:
        """Whether `force` sends it in spite of the reason."""
        return self.code in FORCIBLE


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of the drivers an offer was meant for, each in the order in which they were named."""

    sent: list[Proposal]
    skipped: list[Skipped]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one driver where several were meant; `code` and `message` say why it was refused."""

    driver_id: int
    ok: bool
    code: str = ""
    message: Any = ""


@service
def send_offer(
    *,
    actor: Actor,
    offer_id: int,
    driver_ids: Sequence[int],
    message: str = "",
    expires_in_minutes: int | None = None,
    force: bool = False,
) -> Sending:
    """Send an offer to drivers: a proposal and a conversation each, `message` as the sender's first words in it.

    A driver who cannot be asked is skipped with a reason (`offers.rules.sending`); `force` overrules the reasons that
    `can_force`. A driver who has had the offer before gets it again, with its history. Without `expires_in_minutes` a
    driver has until the offer's end, or `OFFER_MINUTES` when it has none. A draft becomes active.

    Raises `Invalid` for no driver or more than `SEND_MAX_DRIVERS`, `Invalid` or `MessageTooLong` for the message,
    `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it,
    `OfferAlreadyTaken` where it is assigned, `OfferClosed` where it is over.
    """
    ids = list(dict.fromkeys(driver_ids))
    _require_sendable(ids, message)
    offer = locked_offer_to_change(actor, offer_id)
    require_active(offer, or_draft=True)
    now = clock.now()
    if offer.expires_at and offer.expires_at <= now:
        raise OfferClosed()
    known = {proposal.driver_id: proposal for proposal in locked_proposals(offer)}
    skipped = _skipped(offer, ids, known, force)
    chosen = [id_ for id_ in ids if id_ not in skipped]
    sending = Sending(sent=[], skipped=[Skipped(id_, skipped[id_]) for id_ in ids if id_ in skipped])
    if not chosen:
        return sending

    was_draft = offer.status == OfferStatus.DRAFT
    end = _end(offer, expires_in_minutes, now)
    conversations = chat.open_conversations(offer_id=offer.pk, driver_ids=chosen, office=office_of(offer))
    again = [known[id_] for id_ in chosen if id_ in known]
    _send_again(offer, again, by=actor, at=now, end=end)
    new = _send_first(
        offer, {id_: conversations[id_].pk for id_ in chosen if id_ not in known}, by=actor, at=now, end=end
    )
    by_driver = {proposal.driver_id: proposal for proposal in (*again, *new)}
    sending.sent.extend(by_driver[id_] for id_ in chosen)
    if was_draft:
        offer.status, offer.version, offer.updated_at = OfferStatus.ACTIVE, offer.version + 1, now
    offer.first_sent_at = offer.first_sent_at or now
    offer.save(update_fields=["status", "version", "updated_at", "first_sent_at"])
    chat_lines.say(sending.sent, chat_lines.offered(offer))
    if message:
        chat_lines.say_words(sending.sent, message, by=actor)
    if was_draft:
        tell(EventKind.OFFER_STATUS_CHANGED, object_id=offer.pk, detail=offer.version, to=offer.team)
    tell(
        EventKind.OFFER_UPDATED,
        object_id=offer.pk,
        detail=offer.version,
        to=[proposal.driver_key for proposal in sending.sent],
    )
    tell_proposals(offer, sending.sent)
    touch_offer(offer)
    return sending


@service
def offer_load(
    *,
    actor: Actor,
    fields: Mapping[str, Any],
    driver_ids: Sequence[int],
    message: str = "",
    expires_in_minutes: int | None = None,
) -> tuple[Offer, Sending]:
    """Create an offer and send it to drivers, both or neither. Raises what `create_offer` and `send_offer` raise."""
    _require_sendable(list(dict.fromkeys(driver_ids)), message)
    offer = create_offer(actor=actor, fields=fields)
    sending = send_offer(
        actor=actor,
        offer_id=offer.pk,
        driver_ids=driver_ids,
        message=message,
        expires_in_minutes=expires_in_minutes,
    )
    return Offer.objects.get(pk=offer.pk), sending


@service
def withdraw(*, actor: Actor, offer_id: int, driver_ids: Collection[int] | None = None) -> list[Outcome]:
    """Take an offer back from some drivers, or from all who could still win it when `driver_ids` is None.

    Returns an `Outcome` for each driver meant: one who was never sent it (`not_found`), is out of it
    (`proposal_closed`) or has the load (`conflict`) is refused alone.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it.
    """
    offer = locked_offer_to_change(actor, offer_id)
    proposals = {proposal.driver_id: proposal for proposal in locked_proposals(offer)}
    open_ids = [id_ for id_, proposal in proposals.items() if proposal.status in BIDDING]
    meant = open_ids if driver_ids is None else list(dict.fromkeys(driver_ids))
    outcomes = [_withdrawal(id_, proposals.get(id_)) for id_ in meant]
    taken_back = [proposals[outcome.driver_id] for outcome in outcomes if outcome.ok]
    if taken_back:
        seen = last_seen(offer)
        move(
            offer,
            taken_back,
            Action.WITHDRAW,
            side=Side.OFFICE,
            by=actor,
            at=clock.now(),
            last_seen_offer=seen,
        )
        chat_lines.say(taken_back, chat_lines.withdrawn(actor))
        keep_chats(offer, taken_back)
        tell_proposals(offer, taken_back)
        touch_offer(offer)
    return outcomes


def office_of(offer: Offer) -> dict[ActorKey, MemberRole]:
    """The office people of the offer's conversations."""
    members = dict.fromkeys(offer.team, MemberRole.FOLLOWER)
    return members | {offer.owner_key: MemberRole.OWNER}


def _require_sendable(ids: Sequence[int], message: str) -> None:
    most = settings.SEND_MAX_DRIVERS
    if not ids or len(ids) > most:
        words = ngettext("Choose one driver.", "Choose between one and %(max)d drivers.", most) % {"max": most}
        raise Invalid.field("driver_ids", words)
    if message:
        chat_rules.require_sendable(message, None)


def _skipped(offer: Offer, ids: Sequence[int], known: Mapping[int, Proposal], force: bool) -> dict[int, SkipReason]:
    """The drivers among `ids` that the offer cannot be sent to, each with the reason."""
    trucks = Driver.objects.in_bulk(ids)
    booked = booked_elsewhere(ids, offer)
    reasons = {}
    for id_ in ids:
        status = known[id_].status if id_ in known else None
        reason = reason_to_skip(offer, trucks.get(id_), status, is_booked=id_ in booked)
        if reason and not (force and reason in FORCIBLE):
            reasons[id_] = reason
    return reasons


def _end(offer: Offer, minutes: int | None, now: datetime) -> datetime:
    """Until when a driver may answer: never longer than the offer stands."""
    if minutes is None:
        return offer.expires_at or now + timedelta(minutes=settings.OFFER_MINUTES)
    end = now + timedelta(minutes=minutes)
    return min(end, offer.expires_at) if offer.expires_at else end


def _send_first(
    offer: Offer, conversation_ids: Mapping[int, int], *, by: Actor, at: datetime, end: datetime
) -> list[Proposal]:
    Proposal.objects.bulk_create(
        Proposal(
            offer=offer,
            driver_id=driver_id,
            conversation_id=conversation_id,
            offered_rate=offer.proposed_rate,
            currency=offer.currency,
            expires_at=end,
            sent_at=at,
        )
        for driver_id, conversation_id in conversation_ids.items()
    )
    # Not every database tells the keys of what it has inserted.
    proposals = list(offer.proposals.filter(driver_id__in=list(conversation_ids)).order_by("pk"))
    note_rounds(proposals, Action.SEND, by=by, at=at)
    journal.services.record_all(
        [
            journal.services.entry(
                by,
                Action.SEND,
                "proposal",
                proposal.pk,
                scope=offer.scope,
                after={"status": str(proposal.status), "driver_id": proposal.driver_id},
            )
            for proposal in proposals
        ]
    )
    return proposals


def _send_again(offer: Offer, proposals: Sequence[Proposal], *, by: Actor, at: datetime, end: datetime) -> None:
    if not proposals:
        return
    move(
        offer,
        proposals,
        Action.SEND,
        side=Side.OFFICE,
        by=by,
        at=at,
        note="",
        reason="",
        offered_rate=offer.proposed_rate,
        currency=offer.currency,
        expires_at=end,
        sent_at=at,
        closed_at=None,
        last_seen_offer=None,
        **dict.fromkeys(BLANK),
    )


def _withdrawal(driver_id: int, proposal: Proposal | None) -> Outcome:
    if proposal is None:
        return Outcome(driver_id, ok=False, code=NotFound.code, message=SkipReason.NOT_FOUND.label)
    if proposal.status in CLOSED:
        return Outcome(driver_id, ok=False, code=ProposalClosed.code, message=ProposalClosed.default_message)
    if proposal.is_awarded:
        return Outcome(driver_id, ok=False, code="conflict", message=_("The driver has the load: take them off it."))
    return Outcome(driver_id, ok=True)
