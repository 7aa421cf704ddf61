"""Tells changes of offers and proposals to the people they concern: the owner, the followers, the drivers."""

from collections.abc import Collection, Iterable

from django.conf import settings

from kernel.actors import ActorKey
from kernel.unit_of_work import service
from offers.enums import EventKind, PassingKind
from offers.models import Offer, Proposal
from offers.rules.transitions import OPEN
from presence.doorbell import topics
from presence.engine.coalescing import Coalescer
from presence.log.telling import pass_on, tell


def tell_offer(kind: EventKind, offer: Offer, proposals: Iterable[Proposal] = ()) -> None:
    """Tell the owner, the followers, and those of the proposals' drivers who see the offer as it is now."""
    drivers = [proposal.driver_key for proposal in proposals if proposal.status in OPEN]
    tell(kind, object_id=offer.pk, detail=offer.version, to=[*offer.team, *drivers])


def tell_proposals(offer: Offer, proposals: Iterable[Proposal]) -> None:
    """Tell each proposal to the owner, the followers, and its driver."""
    for proposal in proposals:
        tell(
            EventKind.PROPOSAL_UPDATED,
            object_id=proposal.pk,
            detail=proposal.version,
            to=[*offer.team, proposal.driver_key],
        )


def tell_newcomers(offer: Offer, people: Collection[ActorKey], proposals: Iterable[Proposal]) -> None:
    """Give people who have come to work on an offer its proposals too, since they have been told of none."""
    for proposal in proposals if people else ():
        tell(EventKind.PROPOSAL_UPDATED, object_id=proposal.pk, detail=proposal.version, to=people)


def tell_leavers(offer: Offer, people: Collection[ActorKey]) -> None:
    """Let people who no longer work on an offer know: they are shown `redacted` where they may not see it any more."""
    tell(EventKind.OFFER_UPDATED, object_id=offer.pk, detail=offer.version, to=people)


def touch_offer(offer: Offer) -> None:
    """Tell office people who see the offer without working on it, by a passing event, that it has changed."""
    pass_on(
        PassingKind.OFFER_TOUCHED, {"offer_id": offer.pk, "version": offer.version}, to=[onlookers()], but=offer.team
    )


def onlookers() -> str:
    """The topic of those who see every offer."""
    return topics.OFFICE if settings.DISPATCHERS_SEE == "all" else topics.MANAGERS


_talked_about: Coalescer[int] = Coalescer()


def touch_soon(*, offer_ids: Iterable[int]) -> None:
    """Remember, once this is committed, that these offers were talked about; `touch_what_was_said` tells it.

    A board of hundreds of offers needs no event for every message.
    """
    _talked_about.mark_on_commit(offer_ids)


def touch_what_was_said() -> None:
    """Touch the offers that were talked about."""
    with _talked_about.draining() as offer_ids:
        if offer_ids:
            touch(offer_ids=offer_ids)


@service
def touch(*, offer_ids: Collection[int]) -> None:
    """Something was said about these offers: tell those who look without following."""
    for offer in Offer.objects.filter(pk__in=offer_ids).only("owner_id", "version").prefetch_related("following"):
        touch_offer(offer)
