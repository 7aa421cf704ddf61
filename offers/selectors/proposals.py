"""Reads proposals, always through the actor."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from kernel.actors import Actor
from kernel.errors import NotFound
from offers.models import Proposal
from offers.rules.access import is_asked
from offers.selectors import serialize
from offers.selectors.offers import offers_for


def proposals_for(actor: Actor) -> QuerySet[Proposal]:
    """The proposals that a person may see: a driver's own; to the office those of the offers it sees."""
    if is_asked(actor):
        return Proposal.objects.filter(driver_id=actor.key.id)
    return Proposal.objects.filter(offer__in=offers_for(actor))


def proposal_for(actor: Actor, proposal_id: int) -> Proposal:
    """The proposal of this id. Raises `NotFound` where there is none that the person may see."""
    found = proposals_for(actor).filter(pk=proposal_id).first()
    if found is None:
        raise NotFound()
    return found


def proposal_dicts(proposals: Iterable[Proposal], viewer: Actor) -> list[dict[str, Any]]:
    """The contract's Proposal of each, in a fixed number of queries.

    The proposals must be ones that the viewer may see (`proposals_for`); then nothing in them is a secret from them.
    """
    return serialize.proposals(list(proposals))
