"""Changes the people who work on an offer: its owner and its followers."""

from collections.abc import Collection

from django.utils.translation import gettext as _

import journal.services
from accounts.models import User
from chat import services as chat
from kernel import clock
from kernel.actors import Actor, ActorKey
from kernel.errors import Invalid
from kernel.unit_of_work import service
from offers.enums import EventKind, OfferVerb
from offers.models import Follower, Offer
from offers.services.locking import locked_offer_to_change, locked_proposals
from offers.services.sending import office_of
from offers.services.tellings import tell_leavers, tell_newcomers, tell_offer, touch_offer

FOLLOWERS_MAX = 50


@service
def handover(*, actor: Actor, offer_id: int, owner_id: int) -> Offer:
    """Give an offer to another active person of the office. The former owner sees no more of it, unless by their role.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it,
    `Invalid` (`owner`) where `owner_id` is no active person of the office.
    """
    offer = locked_offer_to_change(actor, offer_id)
    if owner_id == offer.owner_id:
        return offer
    _require_people([owner_id], "owner")
    team, before = offer.team, offer.owner_id
    offer.owner_id = owner_id
    offer.following.filter(user_id=owner_id).delete()
    return _changed(offer, actor, team, verb=OfferVerb.HANDOVER, before={"owner": before}, after={"owner": owner_id})


@service
def set_followers(*, actor: Actor, offer_id: int, user_ids: Collection[int]) -> Offer:
    """Let exactly these people of the office follow an offer; its owner is left out, who sees it anyway.

    Raises `NotFound` for an offer that the actor does not see, `PermissionDenied` where they may not change it,
    `Invalid` (`user_ids`) for more than `FOLLOWERS_MAX`, and for newcomers who are no active people of the office.
    """
    offer = locked_offer_to_change(actor, offer_id)
    wanted = sorted(set(user_ids) - {offer.owner_id})
    if len(wanted) > FOLLOWERS_MAX:
        raise Invalid.field("user_ids", _("At most {max} people can follow an offer.").format(max=FOLLOWERS_MAX))
    before = sorted(offer.follower_ids)
    if wanted == before:
        return offer
    _require_people([id_ for id_ in wanted if id_ not in before], "user_ids")
    team, now = offer.team, clock.now()
    offer.following.exclude(user_id__in=wanted).delete()
    Follower.objects.bulk_create(
        Follower(offer=offer, user_id=id_, created_at=now) for id_ in wanted if id_ not in before
    )
    return _changed(
        offer, actor, team, verb=OfferVerb.FOLLOW, before={"followers": before}, after={"followers": wanted}
    )


def _require_people(ids: Collection[int], field: str) -> None:
    known = set(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))
    if missing := [id_ for id_ in ids if id_ not in known]:
        words = ", ".join(f"#{id_}" for id_ in missing[:10])
        raise Invalid.field(field, _("There is no such person in the office: {ids}.").format(ids=words))


def _changed(
    offer: Offer, actor: Actor, former_team: Collection[ActorKey], *, verb: OfferVerb, before: dict, after: dict
) -> Offer:
    """Seat the new team in the conversations, let the former one go, and tell."""
    offer.follower_ids = frozenset(offer.following.values_list("user_id", flat=True))
    offer.version, offer.updated_at = offer.version + 1, clock.now()
    offer.save(update_fields=["owner", "version", "updated_at"])
    proposals = locked_proposals(offer)
    journal.services.record(
        actor, verb, object_type="offer", object_id=offer.pk, scope=offer.scope, before=before, after=after
    )
    chat.set_office_members(offer_id=offer.pk, office=office_of(offer))
    tell_offer(EventKind.OFFER_UPDATED, offer, proposals)
    tell_newcomers(offer, [key for key in offer.team if key not in former_team], proposals)
    tell_leavers(offer, [key for key in former_team if key not in offer.team])
    touch_offer(offer)
    return offer
