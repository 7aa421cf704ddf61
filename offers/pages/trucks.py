"""The truck table: narrow it, tick some, copy their numbers or make them an offer."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import office_required
from chat.selectors import unread_total
from drivers import dimensions, places, search, selectors
from drivers.serialize import driver_dicts
from drivers.shapes import TruckFilters
from drivers.truck_query import parse_truck_query
from kernel.actors import Actor
from kernel.errors import Invalid
from kernel.ids import parse_id
from kernel.shapes import read_shape
from kernel.text import whole_number
from offers.models import Offer
from offers.pages.zones import by_zone, zone_of
from offers.rules.access import can_change
from offers.rules.transitions import OfferAction, offer_actions_for
from offers.selectors import offers_for
from offers.selectors.queue import turns_of
from offers.selectors.trucks import LastOffer, last_offers
from presence.log.replay import place_of

PAGE = 100
"""Trucks at a time; more are fetched when the end of the table comes into view."""
FARTHEST = 999_999
"""No list is longer: further on there is nothing to show."""

COLUMNS = (
    ("truck_number", _("Truck"), "c-no"),
    ("name", _("Driver"), "c-who"),
    ("", _("Phone"), "c-tel"),
    ("status", _("Status"), "c-st"),
    ("place", _("Place"), "c-where"),
    ("updated_at", _("Position"), "c-age"),
    ("distance", _("Miles"), "c-mi num"),
    ("", _("Inside (in)"), "c-dim p2"),
    ("", _("Fits"), "c-fit"),
    ("", _("Rate"), "c-rate num p1"),
    ("", _("Dispatcher"), "c-disp p4"),
    ("", _("Last offer"), "c-last p3"),
)
RADII = (50, 100, 150, 250, 500)


@office_required
@never_cache
@require_safe
def trucks(request: HttpRequest) -> HttpResponse:
    """The whole page, or the part of it that htmx asks for by the zone that it will fill."""
    epoch, head = place_of(request.actor.key)
    table = TruckTable(request.actor, request.GET)
    zone = zone_of(request)
    parts = {"trucks-found": "offers/trucks/_found.html", "trucks-more": "offers/trucks/_rows.html"}
    context = {
        "page": "trucks",
        "cursor": {"epoch": epoch, "seq": head.seq},
        "turns": turns_of(request.actor),
        "unread": unread_total(request.actor),
        "table": table,
        "to_offer": _offer_to_send(request.actor, table.asked.get("offer", "")),
        "statuses": selectors.statuses(),
        "radii": RADII,
    }
    return by_zone(render(request, parts.get(zone, "offers/trucks.html"), context))


def _offer_to_send(actor: Actor, text: str) -> Offer | None:
    """The offer that the ticked trucks are to get, where the address names one that may be sent; else a new one."""
    offer_id = parse_id(text) or 0
    offer = offers_for(actor).filter(pk=offer_id).prefetch_related("following").first()
    if offer is None or OfferAction.SEND not in offer_actions_for(offer.status):
        return None
    return offer if can_change(actor, offer) else None


@dataclass
class TruckTable:
    """What was asked for, as far as it can be understood, and the trucks that it finds."""

    actor: Actor
    params: QueryDict
    errors: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.query = self._understood(
            {name: self.asked[name] for name in map(str, TruckFilters().fields) if self.asked.get(name)}
        )
        if self.asked.get("load") and not self.load:
            self.errors["load"] = [str(_("Write the load's size like 120x48x60."))]

    @cached_property
    def asked(self) -> dict[str, str]:
        """What stands in the fields: `status` may come several times, from as many check boxes."""
        given = {name: self.params.get(name, "").strip()[:200] for name in self.params}
        given["status"] = ",".join(self.params.getlist("status"))
        if not given.get("near"):
            _forget_distance(given)
        return {name: value for name, value in given.items() if value}

    @cached_property
    def statuses(self) -> list[str]:
        return [word for word in self.asked.get("status", "").split(",") if word]

    @cached_property
    def load(self) -> str:
        """The load that trucks shall be measured against, when it can be read."""
        text = self.asked.get("load", "")
        return text if dimensions.is_known(text) else ""

    @cached_property
    def found(self) -> search.Found:
        return search.trucks(self.actor, self.query)

    @property
    def count(self) -> int:
        return len(self.found.ids)

    @cached_property
    def total(self) -> int:
        return selectors.drivers_for(self.actor).filter(is_active=True).count()

    @cached_property
    def start(self) -> int:
        return whole_number(self.asked.get("start", ""), most=FARTHEST) or 0

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        ids = self.found.ids[self.start : self.start + PAGE]
        drivers = selectors.by_ids(ids)
        here = [drivers[pk] for pk in ids if pk in drivers]
        last = last_offers(self.actor, ids)
        return [self._row(data, last.get(data["id"])) for data in driver_dicts(here, distances=self.found.distances)]

    @property
    def more(self) -> str:
        """The query of the rows after these, or nothing at the end."""
        after = self.start + PAGE
        return self._link(start=str(after)) if after < self.count else ""

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The heads of the table: where a press sorts by, and how it is sorted now."""
        by = self.query.ordering or (search.DISTANCE if self.query.around else "name")
        heads = []
        for name, label, classes in COLUMNS:
            can_sort = bool(name) and (name != search.DISTANCE or self.query.around is not None)
            sorted_now = {name: "ascending", f"-{name}": "descending"}.get(by, "") if name else ""
            link = self._link(ordering=f"-{name}" if sorted_now == "ascending" else name) if can_sort else ""
            heads.append({"label": label, "classes": classes, "link": link, "sorted": sorted_now})
        return heads

    @property
    def near_choices(self) -> list[dict[str, str]]:
        """The places that may be meant, where it cannot be said which one is."""
        if "near" not in self.errors:
            return []
        found = places.look_up(self.asked.get("near", ""))
        return [{"label": label, "link": self._link(near=label)} for label in found.labels if found.alone]

    @property
    def narrowed(self) -> bool:
        return bool(set(self.asked) - {"offer", "ordering", "start", "load"})

    def _link(self, **changes: str) -> str:
        kept = {name: value for name, value in self.asked.items() if name not in ("start", "status")}
        return urlencode([*(kept | changes).items(), *(("status", status) for status in self.statuses)])

    def _row(self, data: dict[str, Any], last: LastOffer | None) -> dict[str, Any]:
        size = dimensions.of_truck(data["dimensions"])
        moment = data["position_at"]
        return data | {
            "position_at": parse_datetime(moment) if moment else None,
            "fits": dimensions.fits(self.load, data["dimensions"]) if self.load else "",
            "size": "×".join(f"{side:g}" for side in (size.length, size.width, size.height) if side is not None),
            "last": last,
        }

    def _understood(self, given: dict[str, str]) -> search.Query:
        """The query of what can be understood; the words for the rest are kept beside its fields."""
        try:
            return parse_truck_query(self.actor, read_shape(TruckFilters, given))
        except Invalid as refusal:
            self.errors |= refusal.as_dict().get("fields", {})
            kept = {name: value for name, value in given.items() if name not in self.errors}
            if "near" in self.errors:
                _forget_distance(kept)
            return self._understood(kept) if len(kept) < len(given) else search.Query()


def _forget_distance(given: dict[str, str]) -> None:
    """Nothing is near or far where no place is named."""
    given.pop("radius_miles", None)
    if given.get("ordering", "").endswith(search.DISTANCE):
        del given["ordering"]
