"""Trucks, places, and the driver's sign-in by REST."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PublicView, with_tokens
from accounts.doors import ApiViewSet
from accounts.services import begin_session
from accounts.shapes import TokensOut
from drivers import places, rules, search, selectors, services
from drivers.models import Driver
from drivers.search import Query
from drivers.serialize import driver_dicts, place_dict
from drivers.shapes import (
    AddressShape,
    CodeShape,
    DriverOut,
    IdsQuery,
    PlaceOut,
    PlacesQuery,
    SentOut,
    TruckFilters,
)
from drivers.truck_query import parse_truck_query
from kernel.addresses import client_address
from kernel.errors import Invalid, NotFound
from kernel.schema import documented, page_of


class DriverViewSet(ApiViewSet):
    lookup_url_kwarg = "driver_id"

    @documented(answer=page_of(DriverOut), query=[TruckFilters], operation_id="drivers_list")
    def list(self, request: Request) -> Response:
        """Trucks in use, or as `active` says. A driver finds only themselves."""
        return self._found(self._filters())

    @documented(answer=DriverOut, refusals=(404,), operation_id="drivers_read")
    def retrieve(self, request: Request, driver_id: int) -> Response:
        """One truck and who drives it. A driver finds only themselves."""
        driver = selectors.drivers_for(self.actor).filter(pk=driver_id).first()
        if driver is None:
            raise NotFound()
        return Response(driver_dicts([driver])[0])

    @documented(answer=page_of(DriverOut), query=[TruckFilters], refusals=(403,), operation_id="drivers_available")
    @action(detail=False)
    def available(self, request: Request) -> Response:
        """Trucks in use whose status is Available."""
        rules.require_sees_all_trucks(self.actor)
        return self._found(replace(self._filters(), statuses=(Driver.AVAILABLE,), active=True))

    @documented(answer=page_of(DriverOut), query=[TruckFilters], refusals=(403,), operation_id="drivers_by_location")
    @action(detail=False, url_path="by-location")
    def by_location(self, request: Request) -> Response:
        """Trucks around a point, nearest first, with `distance_miles`; those that nobody can place are left out."""
        rules.require_sees_all_trucks(self.actor)
        query = self._filters()
        if query.around is None:
            raise Invalid.field("near", _("Give `near`, or `lat` and `lon`."))
        radius = selectors.ANYWHERE_MILES if query.radius_miles is None else query.radius_miles
        return self._found(replace(query, radius_miles=radius))

    @documented(answer=page_of(DriverOut), query=[IdsQuery], refusals=(403,), operation_id="drivers_by_ids")
    @action(detail=False, url_path="by-ids")
    def by_ids(self, request: Request) -> Response:
        """These trucks, in this order, inactive ones too; ids that there are not are passed over."""
        rules.require_sees_all_trucks(self.actor)
        ids = self.query(IdsQuery, strict=True)["ids"]
        known = selectors.by_ids(ids)
        return self._page([pk for pk in ids if pk in known])

    def _filters(self) -> Query:
        return parse_truck_query(self.actor, self.query(TruckFilters, strict=True))

    def _found(self, query: Query) -> Response:
        found = search.trucks(self.actor, query)
        return self._page(found.ids, found.distances)

    def _page(self, ids: Sequence[int], distances: Mapping[int, float] | None = None) -> Response:
        def shown(wanted: Sequence[int]) -> Sequence[dict[str, Any]]:
            found = selectors.by_ids(wanted)
            return driver_dicts([found[pk] for pk in wanted if pk in found], distances=distances)

        return self.page(ids, shown)


class PlaceViewSet(ApiViewSet):
    @documented(answer=page_of(PlaceOut), query=[PlacesQuery], refusals=(403,), operation_id="places_list")
    def list(self, request: Request) -> Response:
        """Cities and ZIP codes of the United States that begin so; at most 50."""
        rules.require_can_look_up_places(self.actor)
        given = self.query(PlacesQuery, strict=True)
        found = places.search(given["q"], limit=places.SEARCH_MAX)
        return self.page(found, lambda shown: [place_dict(place) for place in shown])


class CodeView(PublicView):
    keeps_for_strangers = True  # Sent twice for one press, the second code would undo the first.

    @documented(
        body=AddressShape, answer=SentOut, status=202, auth=False, operation_id="driver_code", summary="Ask for a code"
    )
    def post(self, request: Request) -> Response:
        """Sends a six-digit code to the driver with this phone or mail; says the same when there is none."""
        challenge = services.request_code(**self.body(AddressShape), client=client_address(request))
        expires_in = int(settings.SIGN_IN_CODE_LIFETIME.total_seconds())
        return Response({"expires_in": expires_in, "challenge": challenge}, status=202)


class DriverTokenView(PublicView):
    keeps_for_strangers = True  # What succeeds has shown a code, which is used up.

    @documented(
        body=CodeShape,
        answer=TokensOut,
        refusals=(409,),
        auth=False,
        operation_id="driver_token",
        summary="Sign in by code",
    )
    def post(self, request: Request) -> Response:
        """409 `choose_driver` with `drivers` in the error: say `driver_id` with the same code."""
        driver = services.redeem_code(**self.body(CodeShape), client=client_address(request))
        agent = request.headers.get("User-Agent", "")
        tokens = begin_session(actor=driver.actor, way="code", user_agent=agent, address=client_address(request))
        return with_tokens(request, tokens)
