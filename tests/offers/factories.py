"""Offers and proposals, brought to where a test begins by the services themselves."""

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from drivers.models import Driver
from kernel import clock
from kernel.actors import Actor
from offers import services
from offers.models import Offer, Proposal
from presence.models import StreamEvent
from tests.accounts.factories import make_user
from tests.drivers.factories import make_driver

LOAD = {
    "pickup_location": "17 Hidden Gate Rd, Dallas, TX 75201",
    "delivery_location": "99 Covert Dock, Tulsa, OK 74103",
    "proposed_rate": Decimal("850.00"),
}
STATUSES = (
    "sent",
    "viewed",
    "counter_offered",
    "accepted",
    "awarded",
    "rejected",
    "expired",
    "withdrawn",
    "lost",
    "fallen_off",
)


def make_offer(owner: User | None = None, **fields: Any) -> Offer:
    return services.create_offer(actor=(owner or make_user()).actor, fields=LOAD | fields)


def owner_of(offer: Offer) -> Actor:
    return User.objects.get(pk=Offer.objects.get(pk=offer.pk).owner_id).actor


def put_to(offer: Offer, *drivers: Driver, **options: Any) -> list[Proposal]:
    sending = services.send_offer(
        actor=owner_of(offer), offer_id=offer.pk, driver_ids=[driver.pk for driver in drivers], **options
    )
    assert not sending.skipped
    return sending.sent


def answer(proposal: Proposal, action: str, by: Actor | None = None, **said: Any) -> Proposal:
    """Answer as the proposal's driver, or as somebody else, to the version that there is now."""
    now = Proposal.objects.get(pk=proposal.pk)
    by = by or Driver.objects.get(pk=now.driver_id).actor
    said.setdefault("version", now.version)
    return services.respond(actor=by, proposal_id=now.pk, action=action, **said)


def award(proposal: Proposal) -> Offer:
    return services.award(actor=owner_of(proposal.offer), offer_id=proposal.offer_id, proposal_id=proposal.pk)


def proposal_in(status: str, offer: Offer | None = None, driver: Driver | None = None) -> Proposal:
    """A proposal that has come to a status in the way that proposals do."""
    offer = offer or make_offer()
    proposal = put_to(offer, driver or make_driver())[0]
    match status:
        case "viewed":
            answer(proposal, "view")
        case "counter_offered":
            answer(proposal, "counter", rate=Decimal("975.50"))
        case "accepted":
            answer(proposal, "accept")
        case "awarded":
            answer(proposal, "accept")
            award(proposal)
        case "rejected":
            answer(proposal, "reject", reason="too_far", note="Not this far")
        case "expired":
            run_out(proposal)
            services.expire_due()
        case "withdrawn":
            services.withdraw(actor=owner_of(offer), offer_id=offer.pk, driver_ids=[proposal.driver_id])
        case "lost":
            winner = put_to(offer, make_driver())[0]
            answer(winner, "accept")
            award(winner)
        case "fallen_off":
            answer(proposal, "accept")
            award(proposal)
            services.fall_off(actor=owner_of(offer), offer_id=offer.pk, reason="breakdown")
    proposal.refresh_from_db()
    assert proposal.status == status
    return proposal


def run_out(*rows: Proposal | Offer) -> None:
    """Let the time of proposals or offers be over, as if it had passed."""
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(expires_at=clock.now() - timedelta(seconds=1))


def told(since: int = 0, kinds: Collection[str] = ()) -> set[tuple[str, int, str, int]]:
    """Who was told what, after a mark from `mark()`: `(actor type, actor id, kind, object id)`."""
    events = StreamEvent.objects.filter(pk__gt=since)
    if kinds:
        events = events.filter(kind__in=kinds)
    return set(events.values_list("actor_type", "actor_id", "kind", "object_id"))


def mark() -> int:
    return StreamEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
