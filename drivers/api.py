"""Trucks, places, and the driver's sign-in by REST."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import AnybodysView, with_tokens
from accounts.doors import ApiView
from accounts.services import begin_session
from accounts.shapes import TokensOut
from drivers import places, rules, search, selectors, services
from drivers.asking import asked_for
from drivers.models import Driver
from drivers.search import Query
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
from kernel.addresses import client_address
from kernel.errors import Invalid, NotFound
from kernel.schema import documented, page_of
from kernel.shapes import read_shape


class DriversView(ApiView):
    """What the lists of drivers have in common."""

    def asked(self, shape: type[serializers.Serializer]) -> dict[str, Any]:
        """The query parameters; one that is not known is refused, or a slip would find everything."""
        return read_shape(shape, self.request.query_params.dict())

    def page_of_ids(self, ids: Sequence[int], distances: Mapping[int, float] | None = None) -> Response:
        def shown(wanted: list[int]) -> list[dict[str, Any]]:
            found = selectors.by_ids(wanted)
            return selectors.driver_dicts([found[pk] for pk in wanted if pk in found], distances=distances)

        return self.page(ids, shown)

    def answer(self, query: Query) -> Response:
        found = search.trucks(self.actor, query)
        return self.page_of_ids(found.ids, found.distances)

    def filters(self) -> Query:
        return asked_for(self.actor, self.asked(TruckFilters))


class Drivers(DriversView):
    @documented(answer=page_of(DriverOut), query=[TruckFilters], operation_id="drivers_list")
    def get(self, request: Request) -> Response:
        """Trucks in use, or as `active` says. A driver finds only themselves."""
        return self.answer(self.filters())


class AvailableDrivers(DriversView):
    @documented(answer=page_of(DriverOut), query=[TruckFilters], refusals=(403,), operation_id="drivers_available")
    def get(self, request: Request) -> Response:
        """Trucks in use whose status is Available."""
        rules.require_sees_all_trucks(self.actor)
        return self.answer(replace(self.filters(), statuses=(Driver.AVAILABLE,), active=True))


class DriversByLocation(DriversView):
    @documented(answer=page_of(DriverOut), query=[TruckFilters], refusals=(403,), operation_id="drivers_by_location")
    def get(self, request: Request) -> Response:
        """Trucks around a point, nearest first, with `distance_miles`; those that nobody can place are left out."""
        rules.require_sees_all_trucks(self.actor)
        query = self.filters()
        if query.around is None:
            raise Invalid.field("near", _("Give `near`, or `lat` and `lon`."))
        radius = selectors.ANYWHERE_MILES if query.radius_miles is None else query.radius_miles
        return self.answer(replace(query, radius_miles=radius))


class DriversByIds(DriversView):
    @documented(answer=page_of(DriverOut), query=[IdsQuery], refusals=(403,), operation_id="drivers_by_ids")
    def get(self, request: Request) -> Response:
        """These trucks, in this order, inactive ones too; ids that there are not are passed over."""
        rules.require_sees_all_trucks(self.actor)
        ids = self.asked(IdsQuery)["ids"]
        known = selectors.by_ids(ids)
        return self.page_of_ids([pk for pk in ids if pk in known])


class OneDriver(DriversView):
    @documented(answer=DriverOut, refusals=(404,), operation_id="drivers_read")
    def get(self, request: Request, driver_id: int) -> Response:
        """One truck and who drives it. A driver finds only themselves."""
        driver = selectors.drivers_for(self.actor).filter(pk=driver_id).first()
        if driver is None:
            raise NotFound()
        return Response(selectors.driver_dicts([driver])[0])


class Places(DriversView):
    @documented(answer=page_of(PlaceOut), query=[PlacesQuery], refusals=(403,), operation_id="places_list")
    def get(self, request: Request) -> Response:
        """Cities and ZIP codes of the United States that begin so; at most 50."""
        rules.require_can_look_up_places(self.actor)
        given = self.asked(PlacesQuery)
        return self.page(
            places.search(given["q"], limit=places.SEARCH_MAX),
            lambda found: [
                {
                    "label": place.label,
                    "lat": float(place.latitude),
                    "lon": float(place.longitude),
                    "time_zone": place.time_zone,
                }
                for place in found
            ],
        )


class CodeView(AnybodysView):
    keeps_for_strangers = True  # Sent twice for one press, the second code would undo the first.

    @documented(
        body=AddressShape, answer=SentOut, status=202, auth=False, operation_id="driver_code", summary="Ask for a code"
    )
    def post(self, request: Request) -> Response:
        """Sends a six-digit code to the driver with this phone or mail; says the same when there is none."""
        challenge = services.request_code(**self.body(AddressShape), client=client_address(request))
        expires_in = int(settings.SIGN_IN_CODE_LIFETIME.total_seconds())
        return Response({"expires_in": expires_in, "challenge": challenge}, status=202)


class DriverTokenView(AnybodysView):
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
