"""Passes activity and live figures on to the people who see them and are online, about once a second.

It costs a change nothing: what has happened is remembered after the commit, and `tell_news` tells it. Passing events
may be lost, and so may what is remembered.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import journal.selectors
from accounts import kinds
from journal.facts import Recorded
from journal.models import Entry
from kernel.actors import ActorKey
from offers import selectors
from offers.enums import PassingKind
from offers.models import Offer, Proposal
from offers.rules.access import kinds_on, sees_everything
from offers.rules.transitions import Side
from offers.services.tellings import onlookers
from presence.doorbell import topics
from presence.engine.coalescing import Coalescer
from presence.here.online import here, online
from presence.log.telling import pass_on

MOMENTS_AT_ONCE = 100
PEOPLE_AT_ONCE = 100
"""For how many people the figures are counted in one go, which takes as many statements as for one."""

Moment = tuple[str, datetime]
"""What was written down together: the journal's scope, and when."""

_happened: Coalescer[Moment] = Coalescer(at_a_time=MOMENTS_AT_ONCE)
_concerned: Coalescer[ActorKey] = Coalescer(at_a_time=PEOPLE_AT_ONCE)
"""People to be told the figures."""


def note(fact: Recorded) -> None:
    """Answers `Recorded`: remember, once the transaction is committed, what has happened to which offers."""
    _happened.mark_on_commit((entry.scope, entry.at) for entry in fact.entries if Offer.id_of_scope(entry.scope))


def tell_news() -> None:
    """Tell what is remembered, by passing events; where nothing has happened it reads nothing."""
    with _happened.draining() as moments:
        if moments:
            _concerned.mark(_tell_activity(_entries(moments)))
    with _concerned.draining() as keys:
        if keys:
            _tell_figures(keys)


def _entries(moments: Collection[Moment]) -> list[Entry]:
    scopes, times = zip(*moments, strict=True)
    found = journal.selectors.entries(scopes=scopes).filter(at__in=times).order_by("id")
    return [entry for entry in found if (entry.scope, entry.at) in moments]


def _tell_activity(entries: Sequence[Entry]) -> Collection[ActorKey]:
    """Returns the people who are online and whose figures have changed."""
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
    if not concerned:
        return ()
    present = online(concerned.keys())
    return [*(key for key in concerned if present[key].online), *_overseers()]


def _drivers(entries: Iterable[Entry]) -> dict[tuple[str, str], list[ActorKey]]:
    """The driver of each proposal that an entry is about."""
    ids = {int(entry.object_id) for entry in entries if entry.object_type == "proposal"}
    return {("proposal", str(each.pk)): [each.driver_key] for each in Proposal.objects.filter(pk__in=ids)}


def _overseers() -> list[ActorKey]:
    """People who see every offer and are online."""
    people = kinds.actors([key for kind in kinds_on(Side.OFFICE) for key in here(kind)])
    return [key for key, actor in people.items() if sees_everything(actor)]


def _tell_figures(keys: Collection[ActorKey]) -> None:
    for key, figures in selectors.stats_of(kinds.actors(keys).values()).items():
        pass_on(PassingKind.STATS_UPDATED, figures, to=[topics.of_actor(key)])
