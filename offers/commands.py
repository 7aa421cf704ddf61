"""The market over the live connection: the same services and readings as by REST."""

from collections.abc import Mapping
from typing import Any

from kernel.api import Pagination
from offers import selectors, services
from offers.enums import Action
from offers.shapes import frames
from presence.live.commands import Call, Command


def driver_proposal(call: Call) -> Mapping[str, Any]:
    proposal = services.respond(actor=call.actor, **call.data)
    return selectors.proposal_dicts([proposal], call.actor)[0]


def offer_status_change(call: Call) -> Mapping[str, Any]:
    offer = services.set_status(actor=call.actor, **call.data)
    return selectors.offer_dicts([offer], call.actor)[0]


def get_offer_details(call: Call) -> Mapping[str, Any]:
    offer = selectors.offer_for(call.actor, call.data["offer_id"])
    return selectors.offer_dicts([offer], call.actor)[0]


def get_stats(call: Call) -> Mapping[str, Any]:
    return selectors.stats_for(call.actor)


def get_activity(call: Call) -> Mapping[str, Any]:
    """A page as by REST, whose `next` and `previous` are the addresses to go on from there."""
    entries = selectors.activity_for(call.actor)
    limit, offset = call.data.get("limit", Pagination.default_limit), call.data.get("offset", 0)
    count = len(entries) if isinstance(entries, list) else entries.count()
    return {
        "results": list(entries[offset : offset + limit]),
        "next": _address(limit, offset + limit) if offset + limit < count else None,
        "previous": _address(limit, max(0, offset - limit)) if offset else None,
        "count": count,
    }


def _address(limit: int, offset: int) -> str:
    return f"/api/activity?limit={limit}&offset={offset}"


COMMANDS = [
    Command(
        name="driver_proposal",
        fields=frames.Answer,
        run=driver_proposal,
        is_a_change=lambda said: said["action"] != Action.VIEW,
    ),
    Command(
        name="offer_status_change",
        fields=frames.Status,
        run=offer_status_change,
        is_a_change=lambda said: True,
    ),
    Command(name="get_offer_details", fields=frames.Offer, run=get_offer_details),
    Command(name="get_stats", fields=frames.Stats, run=get_stats),
    Command(name="get_activity", fields=frames.Page, run=get_activity),
]
