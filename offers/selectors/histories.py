"""Proposals with their rounds, as everybody sees them who may see them at all."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from offers.models import Proposal, Round
from offers.selectors import shown
from offers.selectors.people import Trucks


def shown_proposals(proposals: Sequence[Proposal]) -> list[dict[str, Any]]:
    """The contract's Proposal of each, in two queries."""
    rounds: dict[int, list[Round]] = defaultdict(list)
    for each in Round.objects.filter(proposal__in=[proposal.pk for proposal in proposals]).order_by("pk"):
        rounds[each.proposal_id].append(each)
    trucks = Trucks({proposal.driver_id for proposal in proposals})
    return [shown.proposal(each, rounds[each.pk], trucks) for each in proposals]
