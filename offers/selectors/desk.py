"""What has happened, and how things stand, as far as somebody may see."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, QuerySet

from chat import selectors as chat
from journal import selectors as journal
from journal.models import Entry
from offers.models import SCOPE, Proposal
from offers.rules.access import sees_everything, side_of
from offers.rules.transitions import OPEN
from offers.selectors.offers import offers_for
from offers.selectors.proposals import proposals_for
from offers_project.kernel import clock
from offers_project.kernel.actors import DISPATCHER, Actor, ActorKey
from presence import selectors as presence

RECENT_OFFERS = 500
"""How many of their latest offers a dispatcher's activity reaches back to."""
MEASURED_DAYS = 30
MEASURED_OFFERS = 1000


class Activity:
    """A list of journal entries that is read only where it is looked at."""

    def __init__(self, entries: QuerySet[Entry]) -> None:
        self._entries = entries

    def count(self) -> int:
        return self._entries.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return [entry_dict(entry) for entry in self._entries[part]]


def activity_for(actor: Actor) -> Activity:
    """What happened to the offers that somebody sees, newest first; to a driver, to their own proposals only."""
    if actor.is_driver:
        ids = [str(pk) for pk in _latest(proposals_for(actor))]
        return Activity(journal.entries(object_type="proposal").filter(object_id__in=ids))
    if sees_everything(actor):
        return Activity(journal.entries().filter(scope__startswith=SCOPE))
    return Activity(journal.entries(scopes=[f"{SCOPE}{pk}" for pk in _latest(offers_for(actor))]))


def stats_for(actor: Actor) -> dict[str, Any]:
    """How many offers and proposals there are in each status, who is here, and how fast answers come.

    Raises `PermissionDenied` for a kind of actor that has no part in the market.
    """
    side_of(actor)
    now = clock.now()
    offers = offers_for(actor)
    if actor.is_driver:  # What has become of the others since they left is none of their business.
        offers = offers.filter(proposals__driver_id=actor.key.id, proposals__status__in=OPEN)
    return {
        "offers": _by_status(offers),
        "proposals": _by_status(proposals_for(actor)),
        **unread_figure(actor),
        "online": _online(actor),
        **_speeds(actor, now),
        "at": clock.iso(now),
    }


def unread_figure(actor: Actor) -> dict[str, int]:
    """The one of the figures that is not the same for all who see everything."""
    return {"unread": chat.unread_total(actor)}


def _latest(rows: QuerySet) -> list[int]:
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:RECENT_OFFERS])


def entry_dict(entry: Entry) -> dict[str, Any]:
    """One entry of the journal, the same for everybody who may see it."""
    # The journal keeps no role: everybody is shown as what all of their kind are.
    actor = Actor(type=entry.actor_type, id=entry.actor_id, name=entry.actor_name, role=entry.actor_type)
    return {
        "id": entry.pk,
        "at": clock.iso(entry.at),
        "actor": actor.as_dict(),
        "verb": entry.verb,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "before": entry.before,
        "after": entry.after,
    }


def _by_status(rows: QuerySet) -> dict[str, int]:
    counted = rows.order_by().values("status").annotate(number=Count("pk", distinct=True))
    return {row["status"]: row["number"] for row in counted.order_by("status")}


def _online(actor: Actor) -> dict[str, int]:
    """How many are here; to a driver, only themselves and the dispatchers of their open offers."""
    if not actor.is_driver:
        return presence.counts()
    owners = set(proposals_for(actor).filter(status__in=OPEN).values_list("offer__owner_id", flat=True))
    keys = {actor.key, *(ActorKey(DISPATCHER, owner) for owner in owners)}
    here = [key for key, seen in presence.online(keys).items() if seen.online]
    drivers = sum(key == actor.key for key in here)
    return {"drivers": drivers, "dispatchers": len(here) - drivers}


def _speeds(actor: Actor, now: datetime) -> dict[str, float | None]:
    """Medians over the latest offers of a month; a driver's own answers, and nothing of who else covers what."""
    since = now - timedelta(days=MEASURED_DAYS)
    if actor.is_driver:
        own = Proposal.objects.filter(driver_id=actor.key.id, first_answered_at__isnull=False, sent_at__gte=since)
        times = own.order_by("-pk").values_list("sent_at", "first_answered_at")[:MEASURED_OFFERS]
        return {"median_first_answer_s": _median(times), "median_cover_s": None}
    sent = offers_for(actor).filter(first_sent_at__gte=since).order_by("-first_sent_at")
    rows = list(sent.values_list("first_sent_at", "first_answered_at", "covered_at")[:MEASURED_OFFERS])
    return {
        "median_first_answer_s": _median((start, answered) for start, answered, _covered in rows),
        "median_cover_s": _median((start, covered) for start, _answered, covered in rows),
    }


def _median(times: Iterable[tuple[datetime | None, datetime | None]]) -> float | None:
    seconds = [(end - start).total_seconds() for start, end in times if start and end and start <= end]
    return round(median(seconds), 1) if seconds else None
