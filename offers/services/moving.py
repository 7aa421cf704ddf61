"""How proposals change: alike, as the table says, each with a round and a higher version, in a few statements."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

import journal.services
from chat import services as chat
from chat.enums import ConversationStatus
from chat.models import Conversation
from kernel.actors import SYSTEM, Actor
from offers.enums import Action, LostReason
from offers.errors import NotInThisState
from offers.models import Offer, Proposal, Round
from offers.rules.transitions import CLOSED, Side, driver_access, next_status

PUT_TO_THE_DRIVER = (Action.SEND, Action.AMEND)
"""Their rounds are about the rate that each proposal offers."""


def move(
    offer: Offer,
    proposals: Sequence[Proposal],
    action: Action,
    *,
    side: Side,
    by: Actor,
    at: datetime,
    rate: Decimal | None = None,
    note: str | None = None,
    pressed_at: datetime | None = None,
    **values: Any,
) -> None:
    """Move locked proposals by one action and set `values` on all of them.

    `rate` is what the round is about, where it is about one. A `note` is kept on both; None leaves the proposal's as it
    is. Raises `NotInThisState` where the table of transitions has no such move.
    """
    if note is not None:
        values["note"] = note
    by_target: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        target = next_status(side, action, proposal.status)
        if target is None:
            raise NotInThisState()
        by_target[target].append(proposal)
    entries = []
    for status, group in by_target.items():
        changes = values | {"status": status}
        if status in CLOSED:
            changes["closed_at"] = at
        before = [proposal.status for proposal in group]
        change(group, **changes)
        entries += [
            journal.services.entry(
                by,
                action,
                "proposal",
                proposal.pk,
                scope=offer.scope,
                before={"status": was},
                after={"status": status, "driver_id": proposal.driver_id}
                | ({"rate": rate} if rate is not None else {})
                | {name: str(values[name]) for name in ("reason", "note") if values.get(name)},
            )
            for proposal, was in zip(group, before, strict=True)
        ]
    note_rounds(proposals, action, by=by, at=at, rate=rate, note=note or "", pressed_at=pressed_at)
    journal.services.record_all(entries)


def note_rounds(
    proposals: Sequence[Proposal],
    action: Action,
    *,
    by: Actor,
    at: datetime,
    rate: Decimal | None = None,
    note: str = "",
    pressed_at: datetime | None = None,
) -> None:
    """Keep one step of each proposal's negotiation, as it stands after it."""
    Round.objects.bulk_create(
        Round(
            proposal=proposal,
            at=at,
            actor_type=by.type,
            actor_id=by.id,
            actor_name=by.name,
            actor_role=by.role,
            action=action,
            rate=proposal.offered_rate if action in PUT_TO_THE_DRIVER else rate,
            note=note,
            pressed_at=pressed_at,
            version=proposal.version,
        )
        for proposal in proposals
    )


def change(proposals: Sequence[Proposal], **values: Any) -> None:
    """Set the same values on locked proposals, in one statement, and raise their versions."""
    if not proposals:
        return
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals]).update(version=F("version") + 1, **values)
    for proposal in proposals:
        for name, value in values.items():
            setattr(proposal, name, value)
        proposal.version += 1


def lose(
    offer: Offer,
    proposals: Sequence[Proposal],
    reason: LostReason,
    *,
    at: datetime,
    last_seen: dict[str, Any],
) -> None:
    """Close proposals that another person's action has closed, as done by the system: drivers must not learn whose.

    `last_seen` is the offer as their drivers knew it.
    """
    move(
        offer,
        proposals,
        Action.LOSE,
        side=Side.SYSTEM,
        by=SYSTEM,
        at=at,
        reason=reason,
        last_seen_offer=last_seen,
    )


def keep_chats(offer: Offer, proposals: Sequence[Proposal]) -> None:
    """Open and close the conversations as the statuses of the offer and its proposals now want it."""
    writable = {each.conversation_id: driver_access(each.status, offer.status).writes for each in proposals}
    rows = Conversation.objects.filter(pk__in=writable).values_list("pk", "status")
    to_close = [pk for pk, status in rows if status == ConversationStatus.OPEN and not writable[pk]]
    to_reopen = [pk for pk, status in rows if status == ConversationStatus.CLOSED and writable[pk]]
    if to_close:
        chat.close_conversations(conversation_ids=to_close)
    if to_reopen:
        chat.reopen_conversations(conversation_ids=to_reopen)
