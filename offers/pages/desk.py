"""The offer desk: offers across the top, the chosen one, its drivers, and the chat with one of them.

One address is the whole desk; what is chosen stands in its query. htmx asks for a part of it by naming the zone that it
will fill (`HX-Target`), and so does `static/offers/desk.js` when something has changed (`desk-live`: all but the chat).
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import office_required
from accounts.models import User
from chat import selectors as chat
from kernel.actors import Actor
from kernel.errors import NotFound
from kernel.ids import parse_id
from offers import selectors
from offers.enums import FallOffReason, LostReason, OfferStatus, ProposalStatus, RejectReason
from offers.filters import SEARCH_LENGTH
from offers.pages.desk_presenter import gauge_of, group_by_turn, offer_actions, present_offer, present_row
from offers.pages.zones import by_zone, zone_of
from offers.rules.access import can_change
from offers.rules.turns import is_over
from offers.selectors.board import TABS, Board, board_for, tab_of
from offers.selectors.queue import turns_of
from presence.log.replay import place_of

ZONES = {
    "desk-page": "offers/desk/_page.html",
    "desk-cards": "offers/desk/_cards.html",
    "desk-choice": "offers/desk/_choice.html",
    "desk-chat": "offers/desk/_chat.html",
    "desk-live": "offers/desk/_live.html",
}
"""What fills each part of the page; anything else gets the whole."""
WHOSE = ("mine", "all")


@office_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    zone = zone_of(request)
    epoch, head = place_of(request.actor.key)
    try:
        shown = Desk(request.actor, Choice.of(request))
    except NotFound as refusal:
        raise Http404 from refusal
    context = {
        "page": "offers",
        "cursor": {"epoch": epoch, "seq": head.seq},
        "desk": shown,
        "turns": turns_of(request.actor) if not zone else 0,
        "unread": shown.unread,
        "viewer": request.actor.pk,
        "message_max_length": settings.MESSAGE_MAX_LENGTH,
        "reject_reasons": RejectReason.choices,
        "fall_off_reasons": FallOffReason.choices,
    }
    return by_zone(render(request, ZONES.get(zone, "offers/desk.html"), context))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for. An id that there cannot be is not found (404)."""

    tab: str = ""
    whose: str = ""
    search: str = ""
    unread: bool = False
    offer: int | None = None
    driver: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        given = request.GET
        tab, whose = given.get("tab", ""), given.get("whose", "")
        return cls(
            tab=tab if tab in TABS else "",
            whose=whose if whose in WHOSE else "",
            search=given.get("search", "").replace("\x00", "").strip()[:SEARCH_LENGTH],
            unread=given.get("unread") == "1",
            offer=_id(given.get("offer")),
            driver=_id(given.get("driver")),
        )


class Desk:
    """Everything that the templates of the desk ask for; each part is read only by those that show it."""

    def __init__(self, actor: Actor, choice: Choice) -> None:
        self.actor = actor
        self.choice = choice
        self.offer_row = selectors.offer_for(actor, choice.offer) if choice.offer else None

    # --- the cards

    @cached_property
    def tab(self) -> str:
        if self.choice.tab or self.offer_row is None:
            return self.choice.tab or "active"
        return tab_of(self.offer_row.status)

    @cached_property
    def whose(self) -> str:
        return self.choice.whose or ("all" if self.actor.is_manager else "mine")

    @cached_property
    def board(self) -> Board:
        choice = self.choice
        return board_for(
            self.actor, tab=self.tab, mine=self.whose == "mine", search=choice.search, unread=choice.unread
        )

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        return [present_offer(card) for card in self.board.cards]

    @property
    def hidden(self) -> int:
        """How many offers are found beside those that have a card."""
        return self.board.found - len(self.cards)

    @property
    def narrowed(self) -> bool:
        return bool(self.choice.search or self.choice.unread)

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        return [{"name": tab, "count": self.board.counts[tab], "address": self.address(tab=tab)} for tab in TABS]

    @cached_property
    def unread(self) -> int:
        return chat.unread_total(self.actor)

    # --- the chosen offer and its drivers

    @cached_property
    def offer(self) -> dict[str, Any] | None:
        """The chosen one, or else the first card."""
        if self.offer_row is not None:
            return present_offer(selectors.offer_dicts([self.offer_row], self.actor)[0])
        return self.cards[0] if self.cards else None

    @cached_property
    def may_change(self) -> bool:
        if self.offer is None:
            return False
        row = self.offer_row or selectors.offer_for(self.actor, self.offer["id"])
        return can_change(self.actor, row)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        if self.offer is None:
            return []
        grid = selectors.grid_for(self.actor, self.offer["id"])
        return [present_row(row, self.offer, may=self.may_change) for row in grid]

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        return group_by_turn(self.rows)

    @cached_property
    def actions(self) -> dict[str, bool]:
        return offer_actions(self.offer, self.rows, may=self.may_change) if self.offer else {}

    @property
    def left_out(self) -> list[int]:
        """Drivers who lost an active offer, or let its time pass: when no driver has it now and there are several."""
        if self.offer is None or self.offer["status"] != OfferStatus.ACTIVE:
            return []
        if not all(is_over(row["status"]) for row in self.rows):
            return []
        left = [row for row in self.rows if row["status"] in (ProposalStatus.LOST, ProposalStatus.EXPIRED)]
        ids = [row["driver_id"] for row in left if row["reason"] != LostReason.BOOKED_ELSEWHERE]
        return ids if len(ids) > 1 else []

    @property
    def trucks_address(self) -> str:
        """The truck table, where ticked trucks get the chosen offer, the nearest first."""
        if self.offer is None:
            return reverse("trucks")
        query = {"offer": self.offer["id"], "near": self.offer["pickup_place"]}
        return f"{reverse('trucks')}?{urlencode(query)}"

    @cached_property
    def people(self) -> list[User]:
        """The people whom an offer can be handed over to, or who may follow it."""
        return sorted(User.objects.filter(is_active=True), key=lambda user: user.name.lower())

    # --- the chat

    @cached_property
    def row(self) -> dict[str, Any] | None:
        """The chosen driver's."""
        found = (row for row in self.rows if row["driver_id"] == self.choice.driver)
        return next(found, None)

    @cached_property
    def gauge(self) -> list[dict[str, Any]]:
        return gauge_of(self.row, self.offer) if self.row and self.offer else []

    @cached_property
    def talk(self) -> dict[str, Any] | None:
        if self.offer is None or self.choice.driver is None or self.row is None:
            return None
        return selectors.talk_for(self.actor, self.offer["id"], self.choice.driver)

    @property
    def talk_json(self) -> str:
        return json.dumps(self.talk)

    # --- addresses

    def address(self, **changes: Any) -> str:
        """The desk's address with something else chosen; None takes a choice away."""
        choice = self.choice
        now = {
            "tab": choice.tab,
            "whose": choice.whose,
            "search": choice.search,
            "unread": "1" if choice.unread else "",
        }
        given = {name: value for name, value in (now | changes).items() if value}
        return f"?{urlencode(given)}" if given else "?"

    @property
    def mine_address(self) -> str:
        return self.address(whose="mine")

    @property
    def all_address(self) -> str:
        return self.address(whose="all")

    @property
    def unread_address(self) -> str:
        return self.address(unread="" if self.choice.unread else "1")

    @property
    def wide_address(self) -> str:
        return self.address(search="", unread="")

    @property
    def filters(self) -> str:
        """What goes before an offer's number in the addresses of the cards."""
        return self.address() + ("&" if self.address() != "?" else "")


def _id(text: str | None) -> int | None:
    if not text:
        return None
    id_ = parse_id(text)
    if not id_:
        raise Http404
    return id_
