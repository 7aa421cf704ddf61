"""What happened, and how things stand since: passed on to those who see it and are here, about once a second.

Nothing of it is done in the way of a change: which offers have changed is remembered after the commit, and a task tells
it. Passing events may be lost, and so may what is remembered.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from threading import Lock

from django.db import transaction

import journal.selectors
from accounts import kinds
from journal.facts import Recorded
from journal.models import Entry
from offers import selectors
from offers.enums import PassingKind
from offers.models import Offer, Proposal
from offers.rules.access import sees_everything
from offers.services.tellings import onlookers
from offers_project.kernel.actors import DISPATCHER, Actor, ActorKey
from presence import topics
from presence.selectors import here, online
from presence.telling import pass_on

REMEMBERED_OFFERS = 1000
ENTRIES_AT_ONCE = 100
"""How many entries are told in one go; of more, the latest."""
PEOPLE_AT_ONCE = 50
"""For how many the figures are counted in one go; the others wait for the next."""

_changed: dict[str, datetime] = {}
"""Since when something has happened, by the journal's scope."""
_figures: dict[ActorKey, None] = {}
"""Who is to be told the figures, first come first served."""
_lock = Lock()


def note(fact: Recorded) -> None:
    """Answers `Recorded`: remember, once the transaction is committed, which offers something has happened to."""
    since = {entry.scope: entry.at for entry in fact.entries if Offer.id_of_scope(entry.scope)}
    if since:
        transaction.on_commit(lambda: _remember(since), robust=True)


def tell_news() -> None:
    """Pass on what is remembered, to whoever sees it; it costs nothing where nothing has happened."""
    with _lock:
        changed = dict(_changed)
        _changed.clear()
    if changed:
        _tell_activity(_entries(changed))
    with _lock:
        some = list(_figures)[:PEOPLE_AT_ONCE]
        for key in some:
            del _figures[key]
    _tell_figures(some)


def _remember(since: dict[str, datetime]) -> None:
    with _lock:
        for scope, at in since.items():
            if scope in _changed or len(_changed) < REMEMBERED_OFFERS:
                _changed.setdefault(scope, at)


def _entries(changed: dict[str, datetime]) -> list[Entry]:
    found = journal.selectors.entries(scopes=list(changed)).filter(at__gte=min(changed.values()))
    return list(reversed(found[:ENTRIES_AT_ONCE]))


def _tell_activity(entries: Sequence[Entry]) -> None:
    ids = {id_ for entry in entries if (id_ := Offer.id_of_scope(entry.scope))}
    offers = Offer.objects.prefetch_related("following").in_bulk(ids)
    drivers = _drivers(entries)
    concerned: dict[ActorKey, None] = {}
    for entry in entries:
        offer = offers.get(Offer.id_of_scope(entry.scope) or 0)
        if offer is None:
            continue
        people = [*offer.team, *drivers.get((entry.object_type, entry.object_id), ())]
        pass_on(PassingKind.ACTIVITY, selectors.entry_dict(entry), to=[onlookers(), *map(topics.of_actor, people)])
        concerned |= dict.fromkeys(people)
    if concerned:
        _want_figures([*concerned, *_overseers()])


def _drivers(entries: Iterable[Entry]) -> dict[tuple[str, str], list[ActorKey]]:
    """Whom an entry is about beside the office: the driver of a proposal."""
    ids = {int(entry.object_id) for entry in entries if entry.object_type == "proposal"}
    return {("proposal", str(each.pk)): [each.driver_key] for each in Proposal.objects.filter(pk__in=ids)}


def _overseers() -> list[ActorKey]:
    people = kinds.actors(here(DISPATCHER))
    return [key for key, actor in people.items() if sees_everything(actor)]


def _want_figures(keys: Collection[ActorKey]) -> None:
    present = {key for key, seen in online(keys).items() if seen.online}
    with _lock:
        _figures.update(dict.fromkeys(key for key in keys if key in present))


def _tell_figures(keys: Collection[ActorKey]) -> None:
    people = list(kinds.actors(keys).values()) if keys else []
    for actor, figures in _counted(people):
        pass_on(PassingKind.STATS_UPDATED, figures, to=[topics.of_actor(actor.key)])


def _counted(people: Iterable[Actor]) -> Iterable[tuple[Actor, dict]]:
    """The figures of each; those who see everything share all but what is unread for them."""
    shared = None
    for actor in people:
        if not sees_everything(actor):
            yield actor, selectors.stats_for(actor)
            continue
        shared = selectors.stats_for(actor) if shared is None else shared | selectors.unread_figure(actor)
        yield actor, shared
