"""Reads offers, always through the actor, and presents each as that person may see it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from chat import selectors as chat
from kernel.actors import Actor
from kernel.clock import iso
from kernel.errors import NotFound, PermissionDenied
from offers.models import Follower, Offer, Proposal
from offers.rules.access import can_see, is_asked, makes_offers, sees_everything, sees_whole_offers
from offers.rules.transitions import Sight, driver_access
from offers.selectors import serialize


def offers_for(actor: Actor) -> QuerySet[Offer]:
    """The offers that a person may see: a manager all, a dispatcher what they own or follow, a driver what they got."""
    if is_asked(actor):
        return Offer.objects.filter(proposals__driver_id=actor.key.id)
    if sees_everything(actor):
        return Offer.objects.all()
    return own_offers_for(actor)


def own_offers_for(actor: Actor) -> QuerySet[Offer]:
    """The offers that a person owns or follows, whatever else their role lets them see."""
    if not makes_offers(actor):
        return Offer.objects.none()
    followed = Follower.objects.filter(user_id=actor.key.id).values("offer_id")
    return Offer.objects.filter(Q(owner_id=actor.key.id) | Q(pk__in=followed))


def offer_for(actor: Actor, offer_id: int) -> Offer:
    """The offer of this id. Raises `NotFound` where there is none that the person may see."""
    found = offers_for(actor).filter(pk=offer_id).first()
    if found is None:
        raise NotFound()
    return found


def offer_dicts(offers: Iterable[Offer], viewer: Actor) -> list[dict[str, Any]]:
    """The contract's Offer of each, as the viewer may see it, in a fixed number of queries.

    The offers must be ones that the viewer may see (`offers_for`).
    """
    offers = list(offers)
    presenter = OfferPresenter(offers, [viewer])
    return [presenter.for_viewer(offer, viewer) for offer in offers]


def last_seen(offer: Offer) -> dict[str, Any]:
    """An offer as drivers see it now: taken before a change, and kept for those who are out of it afterwards."""
    return serialize.for_driver(offer, serialize.people_of([offer]))


class OfferPresenter:
    """Presents `offers` to several `viewers`: what that needs is read once, in a fixed number of queries."""

    def __init__(self, offers: Collection[Offer], viewers: Collection[Actor]) -> None:
        prefetch_related_objects(list(offers), "following")
        self._ids = [offer.pk for offer in offers]
        self._names = serialize.people_of(offers)
        drivers = {viewer.key.id for viewer in viewers if is_asked(viewer)}
        self._read_proposals(drivers)
        self._counts = self._read_counts() if any(map(sees_whole_offers, viewers)) else {}
        self._unread = chat.unread_by_offer_of({viewer.key for viewer in viewers}, self._ids)

    def is_visible(self, offer: Offer, viewer: Actor) -> bool:
        """Whether the viewer may see the offer."""
        if is_asked(viewer):
            return (offer.pk, viewer.id) in self._proposals
        return can_see(viewer, offer)

    def for_viewer(self, offer: Offer, viewer: Actor) -> dict[str, Any]:
        """The contract's Offer as this viewer sees it. One who may not see it (`is_visible`) must not be asked for."""
        if is_asked(viewer):
            proposal = self._proposals[offer.pk, viewer.key.id]
            data = self._as_put_to(offer, proposal) | {"proposal": self._shown_proposals[proposal.pk]}
        elif sees_whole_offers(viewer):
            data = serialize.for_office(offer, self._names) | {"counts": self._counts.get(offer.pk, {})}
        else:
            raise PermissionDenied()
        return data | {"unread": self._unread.get((viewer.key, offer.pk), 0)}

    def _as_put_to(self, offer: Offer, proposal: Proposal) -> dict[str, Any]:
        if driver_access(proposal.status, offer.status).sees is Sight.NOW:
            show = serialize.for_winner if proposal.is_awarded else serialize.for_driver
            return show(offer, self._names)
        seen = proposal.last_seen_offer or serialize.for_driver(offer, self._names)
        return dict(seen) | {"as_of": iso(proposal.closed_at or proposal.responded_at or proposal.sent_at)}

    def _read_proposals(self, driver_ids: Collection[int]) -> None:
        rows = list(Proposal.objects.filter(offer__in=self._ids, driver_id__in=driver_ids)) if driver_ids else []
        self._proposals = {(each.offer_id, each.driver_id): each for each in rows}
        self._shown_proposals = {each.pk: data for each, data in zip(rows, serialize.proposals(rows), strict=True)}

    def _read_counts(self) -> Mapping[int, dict[str, int]]:
        counts: dict[int, dict[str, int]] = defaultdict(dict)
        rows = Proposal.objects.filter(offer__in=self._ids).values("offer_id", "status").annotate(number=Count("pk"))
        for row in rows.order_by("offer_id", "status"):
            counts[row["offer_id"]][row["status"]] = row["number"]
        return counts
