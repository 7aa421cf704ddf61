"""Proposals over REST: a driver's own, the office's as far as it sees, and the answers to them."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.ids import LARGEST_ID
from kernel.schema import documented, page_of
from offers import selectors, services
from offers.api.base import PAGE, MarketView, one_or_more
from offers.enums import Action, ProposalStatus
from offers.filters import ProposalFilters
from offers.shapes import reading, writing

FILTERS = (
    OpenApiParameter("offer_id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}),
    one_or_more("status", ProposalStatus.values),
    *PAGE,
)


class Proposals(MarketView):
    @documented(answer=page_of(reading.Proposal), query=FILTERS, operation_id="proposals_list")
    def get(self, request: Request) -> Response:
        """The proposals that the caller may see, the newest first: a driver's own, the office's as far as it sees."""
        filters = ProposalFilters(
            params=request.query_params, queryset=selectors.proposals_for(self.actor), actor=self.actor
        )
        return self.page(filters.found(), lambda proposals: selectors.proposal_dicts(proposals, self.actor))


class OneProposal(MarketView):
    @documented(answer=reading.Proposal, refusals=(404,), operation_id="proposals_read")
    def get(self, request: Request, proposal_id: int) -> Response:
        """One proposal, with every round of it."""
        return Response(self.shown_proposal(selectors.proposal_for(self.actor, proposal_id)))


class Respond(MarketView):
    def is_a_change(self, request: Request) -> bool:
        """Seeing is none: it is done once for each proposal."""
        return not (isinstance(request.data, dict) and request.data.get("action") == Action.VIEW)

    @documented(body=writing.RespondShape, answer=reading.Proposal, refusals=(403, 404, 409))
    def put(self, request: Request, proposal_id: int) -> Response:
        """Answer a proposal, from either side. Accepting and countering need the version one has seen."""
        said = self.body(writing.RespondShape)
        return Response(self.shown_proposal(services.respond(actor=self.actor, proposal_id=proposal_id, **said)))


class Grid(MarketView):
    @documented(
        answer=page_of(reading.GridProposal), query=PAGE, refusals=(403, 404), operation_id="offers_proposals_list"
    )
    def get(self, request: Request, offer_id: int) -> Response:
        """The dispatcher's grid: everybody who was asked, how far away, whether here, what was said last."""
        return self.page(selectors.grid_for(self.actor, offer_id))
