"""What the truck table says of offers: the last one that each truck had, as far as the viewer sees offers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from kernel.actors import Actor
from offers.models import Proposal
from offers.selectors.proposals import proposals_for


@dataclass(frozen=True, slots=True)
class LastOffer:
    """The latest offer that a truck had: its status for the driver, the rate, and when it was sent or answered."""

    offer_id: int
    status: str
    rate: str
    currency: str
    at: datetime


def last_offers(actor: Actor, driver_ids: Collection[int]) -> dict[int, LastOffer]:
    """`{driver id: their latest offer}` among those that `actor` sees; one query."""
    theirs = proposals_for(actor).filter(driver_id__in=driver_ids).order_by()
    latest = theirs.values("driver_id").annotate(last=Max("pk")).values("last")
    return {
        proposal.driver_id: LastOffer(
            offer_id=proposal.offer_id,
            status=proposal.status,
            rate=str(proposal.agreed_rate or proposal.driver_proposed_rate or proposal.offered_rate),
            currency=proposal.currency,
            at=proposal.responded_at or proposal.sent_at,
        )
        for proposal in Proposal.objects.filter(pk__in=latest)
    }
