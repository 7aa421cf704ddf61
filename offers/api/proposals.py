"""Proposals over REST: a driver's own, the office's as far as it sees, and the answers to them."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiViewSet
from kernel.ids import LARGEST_ID
from kernel.schema import documented, page_of
from offers import selectors, services
from offers.api.base import PAGE, one_or_more
from offers.enums import Action, ProposalStatus
from offers.filters import ProposalFilters
from offers.models import Proposal
from offers.shapes import reading, writing

FILTERS = (
    OpenApiParameter("offer_id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}),
    one_or_more("status", ProposalStatus.values),
    *PAGE,
)


class ProposalViewSet(ApiViewSet):
    lookup_url_kwarg = "proposal_id"

    def is_a_change(self, request: Request) -> bool:
        """Seeing is none: it is done once for each proposal."""
        return super().is_a_change(request) and not (
            self.action == "respond" and isinstance(request.data, dict) and request.data.get("action") == Action.VIEW
        )

    @documented(answer=page_of(reading.Proposal), query=FILTERS, operation_id="proposals_list")
    def list(self, request: Request) -> Response:
        """The proposals that the caller may see, the newest first: a driver's own, the office's as far as it sees."""
        filters = ProposalFilters(
            params=request.query_params, queryset=selectors.proposals_for(self.actor), actor=self.actor
        )
        return self.page(filters.found(), lambda proposals: selectors.proposal_dicts(proposals, self.actor))

    @documented(answer=reading.Proposal, refusals=(404,), operation_id="proposals_read")
    def retrieve(self, request: Request, proposal_id: int) -> Response:
        """One proposal, with every round of it."""
        return self._answer(selectors.proposal_for(self.actor, proposal_id))

    @documented(body=writing.RespondShape, answer=reading.Proposal, refusals=(403, 404, 409))
    @action(detail=True, methods=["put"])
    def respond(self, request: Request, proposal_id: int) -> Response:
        """Answer a proposal, from either side. Accepting and countering need the version one has seen."""
        said = self.body(writing.RespondShape)
        return self._answer(services.respond(actor=self.actor, proposal_id=proposal_id, **said))

    def _answer(self, proposal: Proposal) -> Response:
        return Response(selectors.proposal_dicts([proposal], self.actor)[0])
