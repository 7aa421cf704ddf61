"""Renderers of the market's durable events, live and in a replay: for many people in a few queries."""

from collections.abc import Sequence

from offers.enums import EventKind
from offers.models import Offer, Proposal
from offers.rules.access import can_see, is_asked
from offers.selectors import OfferPresenter, serialize
from presence.log.renderers import Data, Wanted


def offers_as_seen(wanted: Sequence[Wanted]) -> list[Data | None]:
    """Each offer as its viewer sees it now; None where it is gone, or is not theirs to see any more."""
    offers = Offer.objects.in_bulk({each.object_id for each in wanted})
    presenter = OfferPresenter(list(offers.values()), list({each.viewer.key: each.viewer for each in wanted}.values()))
    return [
        presenter.for_viewer(offers[each.object_id], each.viewer)
        if each.object_id in offers and presenter.is_visible(offers[each.object_id], each.viewer)
        else None
        for each in wanted
    ]


def proposals_as_seen(wanted: Sequence[Wanted]) -> list[Data | None]:
    """Each proposal as it is now, the same for every person who may see it."""
    rows = Proposal.objects.select_related("offer").prefetch_related("offer__following")
    proposals = rows.in_bulk({each.object_id for each in wanted})
    shown = dict(zip(proposals, serialize.proposals(list(proposals.values())), strict=True))
    return [
        shown[each.object_id] if each.object_id in proposals and _sees(each, proposals[each.object_id]) else None
        for each in wanted
    ]


def _sees(wanted: Wanted, proposal: Proposal) -> bool:
    if is_asked(wanted.viewer):
        return wanted.viewer.id == proposal.driver_id
    return can_see(wanted.viewer, proposal.offer)


RENDERERS = {
    EventKind.OFFER_CREATED: offers_as_seen,
    EventKind.OFFER_UPDATED: offers_as_seen,
    EventKind.OFFER_STATUS_CHANGED: offers_as_seen,
    EventKind.PROPOSAL_UPDATED: proposals_as_seen,
}
