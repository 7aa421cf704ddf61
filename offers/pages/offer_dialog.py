"""The offer dialog: a load is described and put to the ticked trucks, or an offer is changed."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import office_required
from accounts.idempotent_pages import once
from drivers import distance
from drivers import selectors as drivers
from kernel import clock
from kernel.errors import Invalid, NotFound, PermissionDenied, Refusal, StaleVersion
from kernel.ids import LARGEST_ID, parse_id
from kernel.text import whole_number
from offers import selectors, services
from offers.enums import AwardMode, OfferStatus
from offers.pages.desk_presenter import per_mile
from offers.pages.offer_form import ENDS, MESSAGE_MAX, MINUTES, OfferForm
from offers.rules.access import require_can_change

REFUSED = 422
"""The form comes back with its words: htmx shows it like any other answer."""


@office_required
@never_cache
@require_http_methods(["GET", "POST"])
@once
def new(request: HttpRequest) -> HttpResponse:
    """A new offer to the drivers named in `driver`; with `save` it is kept as a draft that invites them."""
    ids = _ids(request.POST.getlist("driver") if request.method == "POST" else request.GET.getlist("driver"))
    if request.method == "GET":
        blank = OfferForm({"award_mode": AwardMode.DISPATCHER, "expires_in_minutes": "10"})
        return _form(request, blank, driver_ids=ids)
    form = OfferForm.posted(request.POST)
    try:
        fields = form.fields()
        if form.ask(fields, clock.now()):
            services.check_fields(fields)
            return _form(request, form, driver_ids=ids, status=REFUSED)
        if "save" in request.POST or not ids:
            draft = {"status": OfferStatus.DRAFT, "invited_driver_ids": ids}
            offer = services.create_offer(actor=request.actor, fields=fields | draft)
            return _to_desk(offer.pk)
        offer, sending = services.offer_load(
            actor=request.actor, fields=fields | form.end(clock.now()), driver_ids=ids, message=form.message
        )
    except Invalid as refusal:
        if not form.errors:
            form.refuse(refusal)
        return _form(request, form, driver_ids=ids, status=REFUSED)
    if not sending.skipped:
        return _to_desk(offer.pk)
    return _sent(request, offer.pk, sending)


@office_required
@never_cache
@require_http_methods(["GET", "POST"])
@once
def edit(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Change an offer. Changed terms are put to its drivers anew."""
    offer = selectors.offer_for(request.actor, offer_id)
    require_can_change(request.actor, offer)
    (data,) = selectors.offer_dicts([offer], request.actor)
    if request.method == "GET":
        return _form(request, OfferForm.of_offer(data), offer=data, version=offer.version)
    form = OfferForm.posted(request.POST)
    version = _version(request.POST.get("version", ""))
    try:
        changes = form.changes(OfferForm.of_offer(data))
        if form.ask(changes, clock.now()):
            services.check_fields(changes, offer=offer)
            return _form(request, form, offer=data, version=version, status=REFUSED)
        services.update_offer(actor=request.actor, offer_id=offer_id, version=version, fields=changes)
    except Invalid as refusal:
        if not form.errors:
            form.refuse(refusal)
    except StaleVersion as refusal:
        version = refusal.extra["current"]["version"]
        form.errors[""] = [_("Somebody has changed this offer meanwhile. Saved now, yours takes the place of theirs.")]
    except Refusal as refusal:
        form.errors[""] = [str(refusal.message)]
    else:
        return _to_desk(offer_id)
    return _form(request, form, offer=data, version=version, status=REFUSED)


@office_required
@never_cache
@require_POST
@once
def send_to(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Send an existing offer to more drivers: the ticked ones, or those that a draft invites."""
    try:
        sending = services.send_offer(
            actor=request.actor, offer_id=offer_id, driver_ids=_ids(request.POST.getlist("driver"))
        )
    except (NotFound, PermissionDenied):
        raise
    except Refusal as refusal:
        words = [str(word) for words in refusal.fields.values() for word in words] or [str(refusal.message)]
        context = {"offer_id": offer_id, "refused": " ".join(words)}
        return render(request, "offers/dialog/_sent.html", context, status=REFUSED)
    return _sent(request, offer_id, sending) if sending.skipped else _to_desk(offer_id)


@office_required
@never_cache
@require_POST
@once
def send_anyway(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Put an offer to one driver in spite of what has spoken against it."""
    (driver_id,) = _ids(request.POST.getlist("driver"))[:1] or [0]
    try:
        sending = services.send_offer(actor=request.actor, offer_id=offer_id, driver_ids=[driver_id], force=True)
    except (NotFound, PermissionDenied):
        raise
    except Refusal as refusal:
        line = {"message": refusal.message}
    else:
        line = {"message": sending.skipped[0].message} if sending.skipped else {"sent": True}
    line |= {"driver_id": driver_id, "name": _names([driver_id])[driver_id]}
    return render(request, "offers/dialog/_skipped.html", {"offer_id": offer_id, "each": line})


@office_required
@never_cache
@require_safe
def estimate(request: HttpRequest) -> HttpResponse:
    """How far it is, and what that makes a mile, while the form is filled in."""
    form = OfferForm.posted(request.GET)
    findings = {end: form.estimated_from(end) for end in ENDS}
    start, end = (findings[name].place for name in ENDS)
    miles = (
        round(distance.road_miles(start.latitude, start.longitude, end.latitude, end.longitude), 1)
        if start and end
        else None
    )
    amounts = {name: form.amount(name) for name in ("proposed_rate", "rate_ceiling")}
    context = {
        "pickup": start,
        "delivery": end,
        # While a text is still being typed, it is no fault that there is no such place yet.
        "asked": [
            {"field": f"{end}_location", "label": label, "finding": finding}
            for (end, finding), label in zip(findings.items(), (_("Pickup"), _("Delivery")), strict=True)
            if finding.place is None and finding.is_about_a_place
        ],
        "miles": miles,
        "rates": {name: per_mile(amount, miles) for name, amount in amounts.items()},
        "currency": form.currency,
    }
    return render(request, "offers/dialog/_estimate.html", context)


def _form(
    request: HttpRequest,
    form: OfferForm,
    *,
    driver_ids: Sequence[int] = (),
    offer: dict[str, Any] | None = None,
    version: int = 0,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "drivers": [{"id": id_, "name": name} for id_, name in _names(driver_ids).items()],
        "offer": offer,
        "version": version,
        "minutes": MINUTES,
        "message_max": MESSAGE_MAX,
    }
    return render(request, "offers/dialog/_form.html", context, status=status)


def _sent(request: HttpRequest, offer_id: int, sending: services.Sending) -> HttpResponse:
    """Shows which drivers have got it, which were passed over, and why."""
    names = _names([each.driver_id for each in sending.skipped])
    skipped = [
        {"driver_id": each.driver_id, "name": names[each.driver_id], "message": each.message, "force": each.can_force}
        for each in sending.skipped
    ]
    context = {"offer_id": offer_id, "sent": len(sending.sent), "skipped": skipped}
    return render(request, "offers/dialog/_sent.html", context)


def _names(ids: Sequence[int]) -> dict[int, str]:
    known = drivers.by_ids(list(ids))
    return {id_: known[id_].name if id_ in known else f"#{id_}" for id_ in ids}


def _version(text: str) -> int:
    """The version that a change was made on; what is none is older than any."""
    return whole_number(text, most=LARGEST_ID) or 0


def _ids(texts: Sequence[str]) -> list[int]:
    """The ids that were sent, each once; what is none is passed over."""
    words = [word for text in texts for word in text.split(",")]
    return [id_ for id_ in dict.fromkeys(parse_id(word) for word in words) if id_]


def _to_desk(offer_id: int) -> HttpResponse:
    """Off to the offer on the desk; htmx takes the whole page there."""
    return HttpResponse(status=204, headers={"HX-Redirect": f"{reverse('desk')}?offer={offer_id}"})
