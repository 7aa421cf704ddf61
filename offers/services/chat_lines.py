"""The lines that the market writes into conversations, with the words of the system's own.

They are in the language of the installation, and tell no more than the driver may know.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from chat import services as chat
from chat.enums import MessageType
from kernel.actors import Actor
from kernel.money import in_words
from kernel.windows import window
from offers.enums import Action, FallOffReason, LostReason, RejectReason
from offers.models import Offer, Proposal
from offers.rules.transitions import Side

Text = Callable[[Proposal], str]


def say(proposals: Iterable[Proposal], text: Text) -> None:
    """Write a system line into the conversation of each proposal."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = [chat.Line(conversation_id=each.conversation_id, text=text(each)) for each in proposals]
    if lines:
        chat.say(lines=lines)


def say_rate(proposal: Proposal, rate: Decimal, note: str, *, by: Actor) -> None:
    """Write a counter into the conversation, as the words of the person who makes it."""
    amount = in_words(rate, proposal.currency)
    line = chat.Line(
        conversation_id=proposal.conversation_id,
        text=f"{amount} · {note}" if note else amount,
        sender=by,
        message_type=MessageType.RATE_PROPOSAL,
        proposed_rate=rate,
        currency=proposal.currency,
    )
    chat.say(lines=[line])


def say_words(proposals: Iterable[Proposal], words: str, *, by: Actor) -> None:
    """Write the same words of a person into the conversation of each proposal."""
    chat.say(
        lines=[
            chat.Line(conversation_id=each.conversation_id, text=words, sender=by, message_type=MessageType.TEXT)
            for each in proposals
        ]
    )


def offered(offer: Offer) -> Text:
    return lambda proposal: _("Offered: {load}").format(load=load(offer, proposal.offered_rate))


def amended(offer: Offer) -> Text:
    return lambda proposal: _("The terms have changed. Now: {load}").format(load=load(offer, proposal.offered_rate))


def answered(side: Side, action: Action, by: Actor, *, reason: str = "", note: str = "") -> Text | None:
    """What a line says of an answer; None for those that say it themselves, or that need no line."""
    name = by.name
    match side, action:
        case _, Action.ACCEPT:
            return lambda p: _("{name} accepts {rate}.").format(name=name, rate=in_words(p.agreed_rate, p.currency))
        case Side.DRIVER, Action.REJECT:
            return lambda p: _with_note(_declined(name, reason), note)
        case Side.OFFICE, Action.REJECT:
            return lambda p: _with_note(
                _("{name} declines the counter. {rate} still stands.").format(
                    name=name, rate=in_words(p.offered_rate, p.currency)
                ),
                note,
            )
        case _, Action.RETRACT:
            return lambda p: _with_note(_("{name} takes the acceptance back.").format(name=name), note)
        case _:
            return None


def _declined(name: str, reason: str) -> str:
    if reason:
        return _("{name} declines: {reason}.").format(name=name, reason=RejectReason(reason).label)
    return _("{name} declines.").format(name=name)


def awarded(proposal: Proposal) -> str:
    return _("The load is awarded at {rate}.").format(rate=in_words(proposal.agreed_rate, proposal.currency))


def lost(reason: LostReason) -> Text:
    words = {
        LostReason.COVERED: lambda: _("The load has been covered by another truck."),
        LostReason.BOOKED_ELSEWHERE: lambda: _("The driver has taken another load."),
        LostReason.OFFER_CLOSED: lambda: _("The offer has been closed."),
    }[reason]
    return lambda proposal: words()


def fell_off(by: Actor, reason: str, note: str) -> Text:
    def text(proposal: Proposal) -> str:
        words = _("Taken off the load by {name}: {reason}.")
        return _with_note(words.format(name=by.name, reason=FallOffReason(reason).label), note)

    return text


def withdrawn(by: Actor) -> Text:
    return lambda proposal: _("{name} has withdrawn the offer.").format(name=by.name)


def expired(proposal: Proposal) -> str:
    return _("The time for an answer is over.")


def completed(proposal: Proposal) -> str:
    return _("The load is completed.")


def _with_note(words: str, note: str) -> str:
    return f"{words} {note}" if note else words


def load(offer: Offer, rate: Decimal) -> str:
    """The load as a driver may know it before the award: places instead of addresses, nothing of the customer."""
    parts = [
        offer.route,
        _stops(offer),
        _window(_("pickup"), offer.pickup_from, offer.pickup_until, offer.pickup_zone),
        _window(_("delivery"), offer.delivery_from, offer.delivery_until, offer.delivery_zone),
        _("{miles} mi").format(miles=f"{offer.distance_miles:,.0f}") if offer.distance_miles is not None else "",
        _("{weight} lb").format(weight=_number(offer.weight_lbs)) if offer.weight_lbs is not None else "",
        _("{pieces} pcs").format(pieces=offer.pieces) if offer.pieces is not None else "",
        offer.dimensions,
        in_words(rate, offer.currency),
    ]
    return " · ".join(part for part in parts if part)


def _stops(offer: Offer) -> str:
    places = ", ".join(stop["place"] for stop in offer.stops if stop.get("place"))
    return _("by way of {places}").format(places=places) if places else ""


def _window(name: str, start: datetime | None, end: datetime | None, zone: str) -> str:
    words = window(start, end, zone or settings.OFFICE_TIME_ZONE)
    return f"{name} {words}" if words else ""


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"
