"""What needs me now: the queue of what waits for me, what is not covered yet, how things stand, what has happened.

`static/offers/now.js` asks for the parts that change with `HX-Target: now-live`; every office page asks for the number
beside *Now* in the bar with `HX-Target: turns`.
"""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import office_required
from chat.enums import MessageType
from kernel.actors import DRIVER, Actor
from kernel.windows import at_place, days_of
from offers import selectors
from offers.enums import FallOffReason, RejectReason
from offers.pages.activity_lines import activity_lines
from offers.pages.desk_presenter import with_cities, with_moments
from offers.pages.zones import by_zone, zone_of
from offers.rules.access import is_asked, sees_everything
from offers.rules.transitions import Side
from offers.rules.turns import answers_for
from offers.selectors.queue import Kind, Queue, Todo, Uncovered, queue_for, turns_of, uncovered_for
from offers.words import office_word
from presence.log.replay import place_of

RECENT = 60
"""How many entries of the journal are read for what has happened lately; what belongs together is one line."""
BUTTONS = {Kind.COUNTER: ("accept", "counter"), Kind.YES: ("award",)}


@never_cache
@require_safe
def now(request: HttpRequest) -> HttpResponseBase:
    """The first page after signing in; a driver's is their own."""
    if request.actor is not None and is_asked(request.actor):
        return redirect("driver")
    return _now(request)


@office_required
def _now(request: HttpRequest) -> HttpResponse:
    zone = zone_of(request)
    if zone == "turns":
        return by_zone(HttpResponse(str(turns_of(request.actor)), content_type="text/plain"))
    epoch, head = place_of(request.actor.key)
    shown = Now(request.actor, shows_all=request.GET.get("whose") == "all")
    context = {
        "page": "now",
        "cursor": {"epoch": epoch, "seq": head.seq},
        "now": shown,
        "turns": shown.turns,
        "unread": shown.stats["unread"],
        "reject_reasons": RejectReason.choices,
        "fall_off_reasons": FallOffReason.choices,
    }
    return by_zone(render(request, "offers/now/_live.html" if zone == "now-live" else "offers/now.html", context))


class Now:
    """Everything that the templates of the page ask for."""

    def __init__(self, actor: Actor, *, shows_all: bool = False) -> None:
        self.actor = actor
        self.may_see_all = sees_everything(actor)
        self.shows_all = shows_all and self.may_see_all

    @cached_property
    def queue(self) -> Queue:
        return queue_for(self.actor, mine=not self.shows_all)

    @cached_property
    def todos(self) -> list[dict[str, Any]]:
        return [shown_todo(todo) for todo in self.queue.todos]

    @cached_property
    def turns(self) -> int:
        """How much waits for this person, also where the queue is shown for all."""
        return turns_of(self.actor) if self.shows_all else self.queue.count

    @cached_property
    def uncovered(self) -> Uncovered:
        return uncovered_for(self.actor, mine=not self.shows_all)

    @cached_property
    def loads(self) -> list[dict[str, Any]]:
        return [
            with_moments(with_cities(offer)) | {"pickup_words": _pickup_words(offer)} for offer in self.uncovered.offers
        ]

    @cached_property
    def stats(self) -> dict[str, Any]:
        return selectors.stats_for(self.actor)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The figures in the words of the page: times in minutes and seconds."""
        return {name: _span(self.stats[f"median_{name}_s"]) for name in ("first_answer", "cover")} | {
            "active": self.stats["offers"].get("active", 0),
            "assigned": self.stats["offers"].get("assigned", 0),
        }

    @cached_property
    def lately(self) -> list[dict[str, Any]]:
        return activity_lines(selectors.activity_for(self.actor)[:RECENT])


def shown_todo(todo: Todo) -> dict[str, Any]:
    """A todo for templates: an `id` that stays, the person it is about, and for an answer the `row` of its buttons."""
    about = todo.proposal or todo.conversation
    return {
        "id": f"{todo.kind}-{about['id'] if about else todo.offer['id']}",
        "kind": str(todo.kind),
        "at": todo.at,
        "offer": with_moments(with_cities(todo.offer)),
        "driver_id": about["driver_id"] if about else None,
        "name": about["driver"]["name"] if about else "",
        "may": todo.may,
        **(_answer(todo, todo.proposal) if todo.proposal else {}),
        **(_words(todo.conversation) if todo.conversation else {}),
    }


def _answer(todo: Todo, proposal: dict[str, Any]) -> dict[str, Any]:
    status, ceiling = proposal["status"], todo.offer["rate_ceiling"]
    amount = proposal["agreed_rate"] or proposal["driver_proposed_rate"] or proposal["offered_rate"]
    left = Decimal(ceiling) - Decimal(amount) if ceiling else None
    over = -left if left is not None and left < 0 else None
    allowed = answers_for(Side.OFFICE, status) if todo.may else []
    return {
        "row": proposal | {"amount": amount, "over": over},
        "left": left if over is None else None,
        "reason": office_word(status, proposal["reason"]) if proposal["reason"] else "",
        "actions": [action for action in BUTTONS.get(todo.kind, ()) if action in allowed],
    }


def _words(talk: dict[str, Any]) -> dict[str, Any]:
    last = talk["last_message"]
    theirs = last["sender"]["type"] == DRIVER and last["message_type"] == MessageType.TEXT
    return {"said": last["message"] if theirs else "", "unread": talk["unread"]}


def _pickup_words(offer: dict[str, Any]) -> str:
    """`Sat 7:00 AM`, as clocks at the place show it; of a day `Sat`, without a beginning `by Sat 7:00 AM`."""
    ends = (offer["pickup_from"], offer["pickup_until"])
    start, until = (at_place(moment, offer["pickup_zone"]) if moment else None for moment in ends)
    moment = start or until
    if moment is None:
        return ""
    if days_of(start, until):
        return formats.date_format(moment, "D")
    # Translators: a day of the week and a time, in Django's letters: Sat 7:00 AM.
    words = formats.date_format(moment, pgettext("format of a day and time", "D g:i A"))
    return words if start else _("by {time}").format(time=words)


def _span(seconds: float | None) -> str:
    """`1:48`, or nothing where nothing was measured yet."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
