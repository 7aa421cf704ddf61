"""The activity that a person may see: entries of the journal. Figures are in `offers.selectors.figures`."""

from typing import Any

from django.db.models import QuerySet

from journal import selectors as journal
from journal.models import Entry
from kernel.actors import Actor
from kernel.presenting import presenter
from offers.models import SCOPE
from offers.rules.access import is_asked, sees_everything
from offers.selectors.offers import offers_for
from offers.selectors.proposals import proposals_for
from offers.shapes import reading

RECENT_OFFERS = 500
"""How many of their latest offers a dispatcher's activity reaches back to."""

_entry = presenter(reading.Activity, beside=("actor",))


class Activity:
    """A list of journal entries that is read only where it is looked at."""

    def __init__(self, entries: QuerySet[Entry]) -> None:
        self._entries = entries

    def count(self) -> int:
        return self._entries.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return [entry_dict(entry) for entry in self._entries[part]]


def activity_for(actor: Actor) -> Activity:
    """The activity of the offers that a person sees, newest first; for a driver, of their own proposals only."""
    if is_asked(actor):
        ids = [str(pk) for pk in _latest(proposals_for(actor))]
        return Activity(journal.entries(object_type="proposal").filter(object_id__in=ids))
    if sees_everything(actor):
        return Activity(journal.entries().filter(scope__startswith=SCOPE))
    return Activity(journal.entries(scopes=[f"{SCOPE}{pk}" for pk in _latest(offers_for(actor))]))


def _latest(rows: QuerySet) -> list[int]:
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:RECENT_OFFERS])


def entry_dict(entry: Entry) -> dict[str, Any]:
    """One entry of the journal, the same for every person who may see it."""
    # The journal keeps no role: every person is shown as what all of their kind are.
    actor = Actor(type=entry.actor_type, id=entry.actor_id, name=entry.actor_name, role=entry.actor_type)
    return _entry(entry, actor=actor.as_dict())
