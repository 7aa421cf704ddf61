"""Changes offers: their fields, their ends, their status."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

import journal.services
from chat import services as chat
from kernel import clock
from kernel.actors import Actor
from kernel.errors import Invalid, StaleVersion
from kernel.unit_of_work import service
from offers.enums import Action, EventKind, FallOffReason, LostReason, OfferStatus, OfferVerb
from offers.errors import NotInThisState, OfferClosed
from offers.models import Offer, Proposal
from offers.rules.transitions import AMENDABLE, ASKED_FOR, BIDDING, UNAGREED, Side
from offers.selectors import last_seen, offer_dicts
from offers.services import chat_lines
from offers.services.fields import TERMS, write_fields
from offers.services.locking import locked_offer_to_change, locked_proposals
from offers.services.moving import change, keep_chats, lose, move
from offers.services.releasing import fall_off_from, free
from offers.services.tellings import tell_offer, tell_proposals, touch_offer

S = OfferStatus


@service
def update_offer(*, actor: Actor, offer_id: int, version: int, fields: Mapping[str, Any]) -> Offer:
    """Change some fields of an offer. `version` is the one that the change was made on.

    New terms are sent to every driver who is still in it; a new end moves the ends of the proposals that had the old
    one, and brings an expired offer back. `fields` may hold `status`, as `set_status` takes it.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it,
    `StaleVersion` with the offer as it is now, `Invalid` that names every field at fault, `NotInThisState` for terms of
    an assigned offer and for a status that cannot follow, `OfferClosed` for terms of one that is over.
    """
    offer = locked_offer_to_change(actor, offer_id)
    _require_version(offer, version, actor)
    now = clock.now()
    proposals = locked_proposals(offer)
    before = last_seen(offer)
    values = dict(fields)
    status = _status(values.pop("status", offer.status))
    former = write_fields(offer, values, now=now)
    changed = former.keys()
    if changed & TERMS and offer.status not in AMENDABLE:
        raise NotInThisState() if offer.status == S.ASSIGNED else OfferClosed()
    if offer.status == S.EXPIRED and "expires_at" in changed and status == S.EXPIRED:
        status = S.ACTIVE
    if status != offer.status:
        _require_may_become(offer, status, now)
    if not changed and status == offer.status:
        return offer

    _keep(offer, changed, now)
    moved = _amend(offer, proposals, changed, by=actor, at=now) if changed & TERMS else []
    if "expires_at" in changed:
        moved = _in_order(proposals, moved, _move_ends(proposals, former["expires_at"], offer.expires_at))
    journal.services.record(
        actor,
        OfferVerb.UPDATE,
        object_type="offer",
        object_id=offer.pk,
        scope=offer.scope,
        before={name: former[name] for name in sorted(changed)},
        after={name: getattr(offer, name) for name in sorted(changed)},
    )
    if status != offer.status:
        moved = _in_order(proposals, moved, _become(offer, status, proposals, by=actor, at=now, seen=before))
        tell_offer(EventKind.OFFER_STATUS_CHANGED, offer, proposals)
    else:
        tell_offer(EventKind.OFFER_UPDATED, offer, proposals)
    tell_proposals(offer, moved)
    touch_offer(offer)
    return offer


@service
def set_status(*, actor: Actor, offer_id: int, status: str, version: int | None) -> Offer:
    """Complete, cancel or (re)activate an offer; in that status already, nothing changes. `version` None means any.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it,
    `StaleVersion` with the offer as it is now, `Invalid` for another status and for an end that is over,
    `NotInThisState` where the status cannot follow.
    """
    offer = locked_offer_to_change(actor, offer_id)
    if version is not None:
        _require_version(offer, version, actor)
    if status == offer.status:
        return offer
    now, wanted = clock.now(), _status(status)
    _require_may_become(offer, wanted, now)
    proposals = locked_proposals(offer)
    seen = last_seen(offer)
    offer.version += 1
    moved = _become(offer, wanted, proposals, by=actor, at=now, seen=seen)
    tell_offer(EventKind.OFFER_STATUS_CHANGED, offer, proposals)
    tell_proposals(offer, moved)
    touch_offer(offer)
    return offer


def _status(value: str) -> OfferStatus:
    if value not in S.values:
        raise Invalid.field("status", _("There is no such status."))
    return S(value)


def _require_version(offer: Offer, version: int, actor: Actor) -> None:
    if version != offer.version:
        raise StaleVersion(offer_dicts([offer], actor)[0])


def _require_may_become(offer: Offer, status: OfferStatus, now: datetime) -> None:
    if status not in ASKED_FOR:
        raise Invalid.field("status", _("Only active, completed and cancelled can be asked for."))
    if offer.status not in ASKED_FOR[status]:
        raise NotInThisState()
    if status == S.ACTIVE and offer.expires_at and offer.expires_at <= now:
        raise Invalid.field("expires_at", _("This time is over. Extend the offer to make it active again."))


def _keep(offer: Offer, changed: Collection[str], now: datetime) -> None:
    offer.version += 1
    offer.updated_at = now
    offer.save(update_fields=[*changed, "version", "updated_at"])


def _amend(
    offer: Offer, proposals: Sequence[Proposal], changed: Collection[str], *, by: Actor, at: datetime
) -> list[Proposal]:
    """Send new terms to every driver who is still in it. Returns the proposals that this has changed."""
    bidding = [proposal for proposal in proposals if proposal.status in BIDDING]
    if not bidding:
        return []
    chat.lock_conversations(offer_id=offer.pk)  # No driver has it, so no booking is locked after them.
    terms: dict[str, Any] = {"agreed_rate": None, "agreed_at": None}
    if "proposed_rate" in changed:
        terms["offered_rate"] = offer.proposed_rate
    if "currency" in changed:
        terms["currency"] = offer.currency
    move(offer, bidding, Action.AMEND, side=Side.OFFICE, by=by, at=at, **terms)
    chat_lines.say(bidding, chat_lines.amended(offer))
    return bidding


def _move_ends(proposals: Sequence[Proposal], old: datetime | None, new: datetime | None) -> list[Proposal]:
    """Move the ends of proposals that had the offer's old end, or a later one than its new end. Returns those moved."""
    waiting = [proposal for proposal in proposals if proposal.status in UNAGREED]
    following = [
        each
        for each in waiting
        if (old is not None and each.expires_at == old)
        or (new is not None and (each.expires_at is None or each.expires_at > new))
    ]
    change(following, expires_at=new)
    return following


def _become(
    offer: Offer,
    status: OfferStatus,
    proposals: Sequence[Proposal],
    *,
    by: Actor,
    at: datetime,
    seen: dict[str, Any],
) -> list[Proposal]:
    """Bring a locked offer into a status and do to its proposals what follows. Returns those changed."""
    before = offer.status
    offer.status, offer.updated_at = status, at
    offer.save(update_fields=["status", "version", "updated_at"])
    moved: list[Proposal] = []
    winner = next((proposal for proposal in proposals if proposal.is_awarded), None)
    if winner and status in (S.COMPLETED, S.CANCELLED):
        free(offer, winner)
    chat.lock_conversations(offer_id=offer.pk)
    if status == S.COMPLETED and winner:
        chat_lines.say([winner], chat_lines.completed)
    if status == S.CANCELLED:
        moved = _close(offer, proposals, winner, by=by, at=at, seen=seen)
    keep_chats(offer, proposals)
    journal.services.record(
        by,
        OfferVerb(status),
        object_type="offer",
        object_id=offer.pk,
        scope=offer.scope,
        before={"status": str(before)},
        after={"status": str(status)},
    )
    return moved


def _close(
    offer: Offer,
    proposals: Sequence[Proposal],
    winner: Proposal | None,
    *,
    by: Actor,
    at: datetime,
    seen: dict[str, Any],
) -> list[Proposal]:
    """Cancelled: every driver who was still in it has lost it, and the one who had the load is taken off it."""
    bidding = [proposal for proposal in proposals if proposal.status in BIDDING]
    lose(offer, bidding, LostReason.OFFER_CLOSED, at=at, last_seen=seen)
    chat_lines.say(bidding, chat_lines.lost(LostReason.OFFER_CLOSED))
    if winner is None:
        return bidding
    reason = FallOffReason.SHIPPER_CANCELLED
    fall_off_from(offer, winner, reason, side=Side.OFFICE, by=by, at=at, seen=seen)
    chat_lines.say([winner], chat_lines.fell_off(by, reason, ""))
    return [*bidding, winner]


def _in_order(proposals: Sequence[Proposal], *groups: Collection[Proposal]) -> list[Proposal]:
    wanted = {proposal.pk for group in groups for proposal in group}
    return [proposal for proposal in proposals if proposal.pk in wanted]
