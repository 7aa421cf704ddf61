"""The desk over REST: what has happened, and how things stand."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiView, ApiViewSet
from kernel.schema import documented, page_of
from offers import selectors
from offers.api.base import PAGE
from offers.shapes import reading


class ActivityViewSet(ApiViewSet):
    @documented(answer=page_of(reading.Activity), query=PAGE, operation_id="activity_list")
    def list(self, request: Request) -> Response:
        """The journal as far as the caller may see, the newest first."""
        return self.page(selectors.activity_for(self.actor))


class StatsView(ApiView):
    @documented(answer=reading.Stats, operation_id="stats_read")
    def get(self, request: Request) -> Response:
        """How many offers and proposals stand in which status, who is here, and how fast answers come."""
        return Response(selectors.stats_for(self.actor))
