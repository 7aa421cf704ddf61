"""What conversations are about: tells the chat, which knows offers and drivers by their ids only."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q

from chat.context import Pair, Provider
from drivers.models import Driver
from kernel.actors import Actor
from kernel.search import holds
from offers.rules.access import sees_whole_offers
from offers.seen_by_drivers import SEARCHED_BY_DRIVERS, where_words_are
from offers.selectors.offers import OfferPresenter, offers_for
from offers.selectors.people import Trucks

SHOWN = ("id", "pickup_place", "delivery_place", "status")
SEARCHED_BY_OFFICE = ("pickup_place", "delivery_place", "pickup_location", "delivery_location", "reference")
SEARCHED_DRIVERS = ("driver_name", "truck_number")


def describe(pairs: Collection[Pair], viewer: Actor) -> Mapping[Pair, Mapping[str, Any]]:
    """`{(offer id, driver id): {"offer": …, "driver": …}}` as the viewer may see them, in a fixed number of queries."""
    offers = {offer.pk: offer for offer in offers_for(viewer).filter(pk__in={offer_id for offer_id, _ in pairs})}
    presenter = OfferPresenter(list(offers.values()), [viewer])
    trucks = Trucks({driver_id for _, driver_id in pairs})
    return {
        (offer_id, driver_id): {
            "offer": _short(presenter.for_viewer(offers[offer_id], viewer)) if offer_id in offers else {"id": offer_id},
            "driver": trucks[driver_id],
        }
        for offer_id, driver_id in pairs
    }


def search(text: str, viewer: Actor) -> Q:
    """Conversations about a load or, to the office, with a driver that the text names."""
    fields = SEARCHED_BY_OFFICE if sees_whole_offers(viewer) else SEARCHED_BY_DRIVERS
    about = where_words_are(offers_for(viewer), viewer, text, fields).order_by()
    found = Q(offer_id__in=about.values("pk"))
    if sees_whole_offers(viewer):
        named = Driver.objects.filter(holds(text, *SEARCHED_DRIVERS))
        found |= Q(driver_id__in=named.values("pk"))
    return found


def _short(offer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: offer[name] for name in SHOWN}


SUBJECTS = Provider(describe=describe, search=search)
