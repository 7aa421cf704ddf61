"""The driver's phone: the list of their offers, one offer with its answers, and its chat.

One address is the whole app; what is looked at stands in its query, so that the phone's own back button works:
`?tab=talking`, `?offer=12`, `?offer=12&chat=1`. `static/offers/driver/screens.js` asks for the same with
`HX-Target: driver` and gets the parts of the screen without the document around them.
"""

import json
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import driver_required
from accounts.models import Preferences
from accounts.selectors import preferences_of
from drivers.models import Driver
from drivers.selectors import drivers_for, positions
from kernel.actors import Actor
from kernel.errors import NotFound
from kernel.ids import parse_id
from offers import selectors
from offers.enums import FallOffReason, ProposalStatus, RejectReason
from offers.pages.driver_presenter import Truck, present_load
from offers.pages.zones import by_zone, zone_of
from offers.rules.transitions import counts_against_driver, driver_access
from offers.selectors.driver_inbox import TABS, DriverInbox, inbox_for, tab_of
from presence.log.replay import place_of

FIRST = "new"
"""The tab that opens."""
PARTS = "driver"
"""The `HX-Target` of a request for the parts alone."""


@driver_required
@never_cache
@require_safe
def driver(request: HttpRequest) -> HttpResponse:
    epoch, head = place_of(request.actor.key)
    try:
        phone = Phone.of(request)
    except NotFound as refusal:
        raise Http404 from refusal
    context = {
        "cursor": {"epoch": epoch, "seq": head.seq},
        "phone": phone,
        "viewer": request.actor.pk,
        "message_max_length": settings.MESSAGE_MAX_LENGTH,
        "reject_reasons": [
            (value, words, not counts_against_driver(ProposalStatus.REJECTED, value))
            for value, words in RejectReason.choices
        ],
        "fall_off_reasons": FallOffReason.choices,
    }
    template = "offers/driver/_parts.html" if zone_of(request) == PARTS else "offers/driver.html"
    return by_zone(render(request, template, context))


class Phone:
    """Everything that the templates of the phone ask for; each part is read only by those that show it."""

    def __init__(self, actor: Actor, *, tab: str = FIRST, offer_id: int | None = None, chat: bool = False) -> None:
        self.actor = actor
        self.offer_row = selectors.offer_for(actor, offer_id) if offer_id else None
        self.screen = "list" if offer_id is None else "chat" if chat else "offer"
        self._tab = tab

    @classmethod
    def of(cls, request: HttpRequest) -> "Phone":
        given = request.GET
        tab, offer = given.get("tab", ""), given.get("offer", "")
        offer_id = parse_id(offer)
        if offer and not offer_id:
            raise NotFound()
        return cls(
            request.actor,
            tab=tab if tab in TABS else FIRST,
            offer_id=offer_id,
            chat=given.get("chat") == "1",
        )

    # --- the list

    @cached_property
    def tab(self) -> str:
        return self._tab if self.offer_row is None else tab_of(self.actor, self.offer_row.pk)

    @cached_property
    def inbox(self) -> DriverInbox:
        return inbox_for(self.actor, self.tab)

    @cached_property
    def loads(self) -> list[dict[str, Any]]:
        return [present_load(offer, self.truck) for offer in self.inbox.offers]

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        counts, yours = self.inbox.counts, self.inbox.yours
        return [{"name": tab, "address": address_of(tab), "count": counts[tab], "yours": yours[tab]} for tab in TABS]

    @cached_property
    def preferences(self) -> Preferences:
        return preferences_of(self.actor.key)

    @cached_property
    def truck(self) -> Truck:
        row: Driver | None = drivers_for(self.actor).filter(pk=self.actor.key.id).first()
        return Truck() if row is None else Truck(row.dimensions or "", positions([row]).get(row.pk))

    # --- one offer

    @cached_property
    def load(self) -> dict[str, Any] | None:
        if self.offer_row is None:
            return None
        return present_load(selectors.offer_dicts([self.offer_row], self.actor)[0], self.truck)

    @cached_property
    def writes(self) -> bool:
        """Whether the chat of the offer may still be written in."""
        if self.load is None or self.offer_row is None:
            return False
        return driver_access(self.load["proposal"]["status"], self.offer_row.status).writes

    @property
    def list_address(self) -> str:
        return address_of(self.tab)

    @property
    def offer_address(self) -> str:
        return f"{reverse('driver')}?offer={self.offer_row.pk}" if self.offer_row else self.list_address

    # --- its chat

    @cached_property
    def talk(self) -> dict[str, Any]:
        if self.offer_row is None:
            raise NotFound()
        return selectors.talk_for(self.actor, self.offer_row.pk, self.actor.key.id)

    @property
    def quick(self) -> list[str]:
        """What drivers say most, for one thumb; nothing that could be taken for a yes before there is one."""
        if self.load and self.load["proposal"]["status"] == ProposalStatus.AWARDED:
            return [_("On my way"), _("Loaded, rolling"), _("Running 15 minutes late"), _("Call me")]
        return [_("Give me a minute"), _("Is it still open?"), _("Call me")]

    @property
    def talk_json(self) -> str:
        return json.dumps(self.talk)


def address_of(tab: str) -> str:
    """Where the list of a tab is. The first one has no other name, or a phone would keep it twice."""
    return reverse("driver") + ("" if tab == FIRST else f"?tab={tab}")
