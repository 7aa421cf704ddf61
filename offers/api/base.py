"""What the doors of the market have in common."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter

from accounts.doors import ApiView
from kernel.api import Pagination
from offers import selectors
from offers.models import Offer, Proposal

PAGE = (
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": Pagination.max_limit}),
    OpenApiParameter("offset", {"type": "integer", "minimum": 0, "maximum": Pagination.max_offset}),
)


def one_or_more(name: str, choices: Sequence[str]) -> OpenApiParameter:
    """A parameter that takes one of the choices, or several with commas between them."""
    several = {"type": "array", "items": {"type": "string", "enum": list(choices)}, "minItems": 1}
    return OpenApiParameter(name, several, explode=False)


class MarketView(ApiView):
    """A view that shows offers and proposals as its caller may see them."""

    def shown(self, offer: Offer) -> dict[str, Any]:
        return selectors.offer_dicts([offer], self.actor)[0]

    def shown_proposal(self, proposal: Proposal) -> dict[str, Any]:
        return selectors.proposal_dicts([proposal], self.actor)[0]
