"""Expires proposals that were not answered in time, and offers that no driver took."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

import journal.services
from chat import services as chat
from kernel import clock
from kernel.actors import SYSTEM
from kernel.unit_of_work import service
from offers.enums import Action, EventKind, OfferStatus, OfferVerb
from offers.models import Offer, Proposal
from offers.rules.transitions import HOLDING, UNAGREED, Side
from offers.selectors import last_seen
from offers.services import chat_lines
from offers.services.awarding import close_elsewhere, is_anything_open_elsewhere
from offers.services.locking import locked_offer, locked_proposals
from offers.services.moving import keep_chats, move
from offers.services.tellings import tell_offer, tell_proposals, touch_offer


def expire_due(*, limit: int = 100) -> int:
    """Store what has expired, and close what awards have left open elsewhere. Returns on how many offers.

    At most `limit` of each, every offer in a transaction of its own. When nothing is due it reads three indexes.
    """
    now = clock.now()
    due = set(_unanswered(now).order_by("expires_at").values_list("offer_id", flat=True)[:limit])
    due |= set(_untaken(now).order_by("expires_at").values_list("pk", flat=True)[:limit])
    expired = sum(_expire(offer_id=offer_id) for offer_id in sorted(due))
    return expired + close_elsewhere(limit=limit)


def is_anything_due() -> bool:
    """Whether `expire_due` would do something."""
    now = clock.now()
    return _unanswered(now).exists() or _untaken(now).exists() or is_anything_open_elsewhere()


def _unanswered(now: datetime) -> QuerySet[Proposal]:
    """The proposals whose time to answer is over."""
    return Proposal.objects.filter(status__in=UNAGREED, expires_at__lte=now)


def _untaken(now: datetime) -> QuerySet[Offer]:
    """The offers whose time is over and which no driver has taken."""
    over = Offer.objects.filter(status=OfferStatus.ACTIVE, expires_at__lte=now)
    return over.exclude(Exists(Proposal.objects.filter(offer=OuterRef("pk"), status__in=HOLDING)))


@service
def _expire(*, offer_id: int) -> bool:
    offer = locked_offer(offer_id)
    proposals = locked_proposals(offer)
    now = clock.now()
    held = any(proposal.status in HOLDING for proposal in proposals)
    ends = offer.status == OfferStatus.ACTIVE and offer.expires_at is not None and offer.expires_at <= now and not held
    late = [
        proposal
        for proposal in proposals
        if proposal.status in UNAGREED and (ends or (proposal.expires_at is not None and proposal.expires_at <= now))
    ]
    if not (ends or late):
        return False
    chat.lock_conversations(offer_id=offer.pk)
    move(offer, late, Action.EXPIRE, side=Side.SYSTEM, by=SYSTEM, at=now, last_seen_offer=last_seen(offer))
    if ends:
        offer.status, offer.version, offer.updated_at = OfferStatus.EXPIRED, offer.version + 1, now
        offer.save(update_fields=["status", "version", "updated_at"])
        journal.services.record(
            SYSTEM,
            OfferVerb.EXPIRE,
            object_type="offer",
            object_id=offer.pk,
            scope=offer.scope,
            before={"status": str(OfferStatus.ACTIVE)},
            after={"status": str(offer.status)},
        )
    chat_lines.say(late, chat_lines.expired)
    keep_chats(offer, proposals)
    if ends:
        tell_offer(EventKind.OFFER_STATUS_CHANGED, offer, proposals)
    tell_proposals(offer, late)
    touch_offer(offer)
    return True
