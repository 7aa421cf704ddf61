"""Offers over REST: the list, and what one does with one of them."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.doors import ApiViewSet
from kernel.ids import LARGEST_LEGACY_ID
from kernel.presenting import presenter
from kernel.schema import documented, page_of
from offers import selectors, services
from offers.api.base import PAGE, one_or_more
from offers.enums import OfferStatus
from offers.filters import ORDERINGS, SEARCH_LENGTH, YES_NO, OfferFilters
from offers.models import Offer
from offers.shapes import reading, writing

TEXT = {"type": "string", "maxLength": SEARCH_LENGTH, "pattern": r"^[^\x00]*$"}
MOMENT = {"type": "string", "format": "date-time"}
FILTERS = (
    one_or_more("status", OfferStatus.values),
    OpenApiParameter("owner", {"type": "integer", "minimum": 1, "maximum": LARGEST_LEGACY_ID}),
    OpenApiParameter("search", TEXT),
    OpenApiParameter("pickup_after", MOMENT),
    OpenApiParameter("pickup_before", MOMENT),
    OpenApiParameter("unread", str, enum=[value for value, _label in YES_NO]),
    one_or_more("ordering", [*ORDERINGS, *(f"-{name}" for name in ORDERINGS)]),
    *PAGE,
)

skipped_dict = presenter(reading.Skipped)


class OfferViewSet(ApiViewSet):
    lookup_url_kwarg = "offer_id"

    @documented(answer=page_of(reading.Offer), query=FILTERS, operation_id="offers_list")
    def list(self, request: Request) -> Response:
        """The offers that the caller may see, the newest first."""
        filters = OfferFilters(params=request.query_params, queryset=selectors.offers_for(self.actor), actor=self.actor)
        return self.page(filters.found(), lambda offers: selectors.offer_dicts(offers, self.actor))

    @documented(body=writing.OfferShape, answer=reading.Offer, status=201, refusals=(403, 409))
    def create(self, request: Request) -> Response:
        """Make an offer, or with `status: "draft"` a draft of one. Nobody is asked until it is sent."""
        offer = services.create_offer(actor=self.actor, fields=self.body(writing.OfferShape))
        return self._answer(offer, status=201)

    @documented(answer=reading.Offer, refusals=(404,), operation_id="offers_read")
    def retrieve(self, request: Request, offer_id: int) -> Response:
        """One offer, as the caller may see it."""
        return self._answer(selectors.offer_for(self.actor, offer_id))

    @documented(body=writing.OfferReplacement, answer=reading.Offer, refusals=(403, 404, 409))
    def update(self, request: Request, offer_id: int) -> Response:
        """Replace all that can be written: what is left out is as in a new one, but the status stays."""
        return self._changed(offer_id, self.body(writing.OfferReplacement))

    @documented(body=writing.OfferChange, answer=reading.Offer, refusals=(403, 404, 409))
    def partial_update(self, request: Request, offer_id: int) -> Response:
        """Change some fields. Whoever is deciding on an offer whose terms change is asked anew."""
        return self._changed(offer_id, self.body(writing.OfferChange))

    @documented(answer=reading.Offer, refusals=(403, 404, 409))
    def destroy(self, request: Request, offer_id: int) -> Response:
        """Cancel the offer. Its history stays."""
        offer = services.set_status(actor=self.actor, offer_id=offer_id, status=OfferStatus.CANCELLED, version=None)
        return self._answer(offer)

    @documented(body=writing.SendShape, answer=reading.Sending, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"], url_path="send-to-drivers")
    def send_to_drivers(self, request: Request, offer_id: int) -> Response:
        """Put the offer to drivers. Those who were not asked are named with the reason."""
        said = self.body(writing.SendShape)
        said.pop("mode", None)
        sending = services.send_offer(actor=self.actor, offer_id=offer_id, **said)
        return Response(
            {
                "sent": selectors.proposal_dicts(sending.sent, self.actor),
                "skipped": [skipped_dict(skipped) for skipped in sending.skipped],
            }
        )

    @documented(
        answer=page_of(reading.GridProposal), query=PAGE, refusals=(403, 404), operation_id="offers_proposals_list"
    )
    @action(detail=True)
    def proposals(self, request: Request, offer_id: int) -> Response:
        """The dispatcher's grid: everybody who was asked, how far away, whether here, what was said last."""
        return self.page(selectors.grid_for(self.actor, offer_id))

    @documented(body=writing.AwardShape, answer=reading.Offer, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"])
    def award(self, request: Request, offer_id: int) -> Response:
        """Give the load to the one whose proposal is accepted. There is exactly one winner."""
        said = self.body(writing.AwardShape)
        return self._answer(services.award(actor=self.actor, offer_id=offer_id, **said))

    @documented(body=writing.WithdrawShape, answer=reading.Outcomes, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, offer_id: int) -> Response:
        """Take the offer back from some drivers, or from all."""
        said = self.body(writing.WithdrawShape)
        outcomes = services.withdraw(actor=self.actor, offer_id=offer_id, driver_ids=said.get("driver_ids"))
        return Response({"results": [outcome_dict(outcome) for outcome in outcomes]})

    @documented(body=writing.FallOffShape, answer=reading.Offer, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"], url_path="fall-off")
    def fall_off(self, request: Request, offer_id: int) -> Response:
        """Give the load back: by the driver who has it, or by the office. The offer is active again."""
        said = self.body(writing.FallOffShape)
        return self._answer(services.fall_off(actor=self.actor, offer_id=offer_id, **said))

    @documented(answer=reading.Offer, status=201, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"])
    def copy(self, request: Request, offer_id: int) -> Response:
        """Make a new draft with the same load."""
        self.body(writing.CopyShape)
        return self._answer(services.copy_offer(actor=self.actor, offer_id=offer_id), status=201)

    @documented(body=writing.HandoverShape, answer=reading.Offer, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"])
    def handover(self, request: Request, offer_id: int) -> Response:
        """Give the offer to another dispatcher."""
        said = self.body(writing.HandoverShape)
        return self._answer(services.handover(actor=self.actor, offer_id=offer_id, owner_id=said["owner"]))

    @documented(body=writing.FollowersShape, answer=reading.Offer, refusals=(403, 404, 409))
    @action(detail=True, methods=["post"])
    def followers(self, request: Request, offer_id: int) -> Response:
        """Say who works on the offer beside its owner."""
        said = self.body(writing.FollowersShape)
        return self._answer(services.set_followers(actor=self.actor, offer_id=offer_id, **said))

    def _changed(self, offer_id: int, fields: dict[str, Any]) -> Response:
        version = fields.pop("version")
        return self._answer(services.update_offer(actor=self.actor, offer_id=offer_id, version=version, fields=fields))

    def _answer(self, offer: Offer, status: int = 200) -> Response:
        return Response(selectors.offer_dicts([offer], self.actor)[0], status=status)


def outcome_dict(outcome: Any) -> dict[str, Any]:
    told = {"driver_id": outcome.driver_id, "ok": outcome.ok}
    return told if outcome.ok else told | {"code": outcome.code, "message": str(outcome.message)}
