"""The dispatcher's grid: every driver an offer was sent to, how far away, whether online, with the last message."""

from typing import Any

from chat import selectors as chat
from drivers import distance
from drivers import selectors as drivers
from kernel.actors import Actor
from kernel.clock import iso
from offers.models import Offer
from offers.rules.access import require_makes_offers
from offers.selectors.offers import offer_for
from offers.selectors.proposals import proposal_dicts
from presence.here import online as presence


def grid_for(actor: Actor, offer_id: int) -> list[dict[str, Any]]:
    """The offer's proposals with `distance_miles, online, last_seen, last_message, unread`. For the office only."""
    offer = offer_for(actor, offer_id)
    require_makes_offers(actor)
    proposals = list(offer.proposals.order_by("pk"))
    conversations = [proposal.conversation_id for proposal in proposals]
    here = presence.online({proposal.driver_key for proposal in proposals})
    last_messages = chat.last_messages(conversations, actor)
    unread = chat.unread(actor, conversations)
    miles = _miles_to_pickup(offer, [proposal.driver_id for proposal in proposals])
    return [
        row
        | {
            "distance_miles": miles.get(proposal.driver_id),
            "online": here[proposal.driver_key].online,
            "last_seen": iso(here[proposal.driver_key].last_seen),
            "last_message": last_messages.get(proposal.conversation_id),
            "unread": unread.get(proposal.conversation_id, 0),
        }
        for proposal, row in zip(proposals, proposal_dicts(proposals, actor), strict=True)
    ]


def _miles_to_pickup(offer: Offer, driver_ids: list[int]) -> dict[int, float]:
    """As the crow flies, as in the truck table, from where each truck is known to be."""
    if offer.pickup_lat is None or offer.pickup_lon is None:
        return {}
    positions = drivers.positions(drivers.by_ids(driver_ids).values())
    return {
        id_: round(distance.haversine_miles(*position, offer.pickup_lat, offer.pickup_lon), 1)
        for id_, position in positions.items()
    }
