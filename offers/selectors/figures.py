"""How things stand, counted for many people at once: the number of statements is the same for one person and for fifty.

Who sees everything shares one count. A dispatcher's own figures are grouped by owner and by follower, a driver's by
driver. What a viewer may see is what `offers_for` and `proposals_for` would give them.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from chat import selectors as chat
from kernel import clock
from kernel.actors import DISPATCHER, DRIVER, Actor, ActorKey
from offers.models import Follower, Offer, Proposal
from offers.rules.access import is_asked, makes_offers, sees_everything
from offers.rules.transitions import OPEN
from presence.here import online as presence

MEASURED_DAYS = 30
MEASURED_OFFERS = 1000
"""Medians are taken over so many of a person's latest offers, none older than `MEASURED_DAYS`."""
EVERYONE = Value(0)
"""Stands where a person's id does, in what is counted once for all who see everything."""
UNMEASURED = Value(-1)
"""A duration that counts for no median; MariaDB would read a column that is NULL throughout as text, and sort it so."""

NOTHING: Mapping[str, Any] = {
    "offers": {},
    "proposals": {},
    "online": {"drivers": 0, "dispatchers": 0},
    "median_first_answer_s": None,
    "median_cover_s": None,
}

Figures = dict[str, Any]
Numbers = Counter[tuple[int, str]]
"""How many there are, by person and status."""
Medians = dict[tuple[int, str], float]
"""Seconds, by person and figure."""


def stats_for(actor: Actor) -> Figures:
    """How many offers and proposals there are in each status, who is here, and how fast answers come."""
    return stats_of([actor])[actor.key]


def stats_of(people: Collection[Actor]) -> dict[ActorKey, Figures]:
    """The figures of each person, each as they may see them."""
    now = clock.now()
    since = now - timedelta(days=MEASURED_DAYS)
    everything = [actor.key.id for actor in people if sees_everything(actor)]
    own = [actor.key.id for actor in people if makes_offers(actor) and not sees_everything(actor)]
    drivers = [actor.key.id for actor in people if is_asked(actor)]
    counted: dict[ActorKey, Figures] = {}
    if everything or own:
        online = presence.counts()
        shared = _seen_by_all(since) if everything else {}
        counted |= {ActorKey(DISPATCHER, id_): {**shared, "online": online} for id_ in everything}
        for id_, figures in (_worked_on(own, since) if own else {}).items():
            counted[ActorKey(DISPATCHER, id_)] = {**figures, "online": online}
    if drivers:
        counted |= {ActorKey(DRIVER, id_): figures for id_, figures in _put_to(drivers, since).items()}
    unread = chat.unread_totals([actor.key for actor in people])
    at = clock.iso(now)
    return {
        actor.key: {**counted.get(actor.key, NOTHING), "unread": unread.get(actor.key, 0), "at": at} for actor in people
    }


def _seen_by_all(since: datetime) -> Figures:
    latest = Offer.objects.filter(first_sent_at__gte=since).order_by("-first_sent_at")[:MEASURED_OFFERS]
    figures = _figures_of(
        offers=_counted(Offer.objects.all(), EVERYONE),
        proposals=_counted(Proposal.objects.all(), EVERYONE),
        medians=_medians(_offer_times(latest, EVERYONE)),
    )
    return figures(EVERYONE.value)


def _worked_on(ids: Collection[int], since: datetime) -> dict[int, Figures]:
    """For the office people who see what they own or follow; who follows their own offer counts it once."""
    owned = Offer.objects.filter(owner_id__in=ids)
    followed = Follower.objects.filter(~Q(offer__owner_id=F("user_id")), user_id__in=ids)
    put_by_owners = Proposal.objects.filter(offer__owner_id__in=ids)
    put_by_others = followed.filter(offer__proposals__isnull=False)
    times = _offer_times(owned.filter(first_sent_at__gte=since), "owner_id")
    figures = _figures_of(
        offers=_counted(owned, "owner_id") + _counted(followed, "user_id", "offer__status"),
        proposals=_counted(put_by_owners, "offer__owner_id")
        + _counted(put_by_others, "user_id", "offer__proposals__status"),
        medians=_medians(
            times.union(
                _offer_times(followed.filter(offer__first_sent_at__gte=since), "user_id", offer="offer__"), all=True
            )
        ),
    )
    return {id_: figures(id_) for id_ in ids}


def _put_to(ids: Collection[int], since: datetime) -> dict[int, Figures]:
    """For drivers: the offers that are open for them, their proposals, their own answers, who of the office is here.

    What has become of the other offers since they left is none of their business, nor is who else covers what.
    """
    own = Proposal.objects.filter(driver_id__in=ids)
    still_open = own.filter(status__in=OPEN)
    answered = own.filter(first_answered_at__isnull=False, sent_at__gte=since)
    times = answered.order_by().values_list("driver_id", "sent_at", _since("sent_at", "first_answered_at"), UNMEASURED)
    figures = _figures_of(
        offers=_counted(still_open, "driver_id", "offer__status"),
        proposals=_counted(own, "driver_id"),
        medians=_medians(times),
    )
    online = _online_to_drivers(ids, still_open)
    return {id_: {**figures(id_), "online": online[id_]} for id_ in ids}


def _online_to_drivers(ids: Collection[int], still_open: QuerySet[Proposal]) -> dict[int, dict[str, int]]:
    """To a driver, only themselves and the owners of the offers that are open for them."""
    owners = set(still_open.order_by().values_list("driver_id", "offer__owner_id"))
    keys = {ActorKey(DRIVER, id_) for id_ in ids} | {ActorKey(DISPATCHER, owner) for _driver, owner in owners}
    here = {key for key, seen in presence.online(keys).items() if seen.online}
    offices = Counter(driver for driver, owner in owners if ActorKey(DISPATCHER, owner) in here)
    return {id_: {"drivers": int(ActorKey(DRIVER, id_) in here), "dispatchers": offices[id_]} for id_ in ids}


def _figures_of(*, offers: Numbers, proposals: Numbers, medians: Medians) -> Callable[[int], Figures]:
    def figures(person: int) -> Figures:
        return {
            "offers": _of(offers, person),
            "proposals": _of(proposals, person),
            "median_first_answer_s": medians.get((person, "answer")),
            "median_cover_s": medians.get((person, "cover")),
        }

    return figures


def _of(numbers: Numbers, person: int) -> dict[str, int]:
    return {status: number for (id_, status), number in sorted(numbers.items()) if id_ == person}


def _counted(rows: QuerySet, whose: str | Value, status: str = "status") -> Numbers:
    """How many rows there are for each person in each status; `whose` names the column of the person's id."""
    counted = rows.order_by().values_list(whose, status).annotate(number=Count("*"))
    return Counter({(person, state): number for person, state, number in counted})


def _offer_times(rows: QuerySet, whose: str | Value, *, offer: str = "") -> QuerySet:
    """`(person, first sent, until the first answer, until covered)`; `offer` is the way from a row to its offer."""
    sent = f"{offer}first_sent_at"
    if not rows.query.is_sliced:
        rows = rows.order_by()
    ends = (f"{offer}first_answered_at", f"{offer}covered_at")
    return rows.values_list(whose, sent, *[_since(sent, end) for end in ends])


def _since(start: str, end: str) -> Combinable:
    return F(end) - F(start)


MEDIANS = """
WITH worked (person, sent, answer, cover) AS ({times}),
latest AS (
    SELECT person, answer, cover, ROW_NUMBER() OVER (PARTITION BY person ORDER BY sent DESC) AS place FROM worked
),
times (person, what, took) AS (
    SELECT person, 'answer', answer FROM latest WHERE place <= %s AND answer >= 0
    UNION ALL SELECT person, 'cover', cover FROM latest WHERE place <= %s AND cover >= 0
),
ranked AS (
    SELECT person, what, took, ROW_NUMBER() OVER (PARTITION BY person, what ORDER BY took) AS place,
        COUNT(*) OVER (PARTITION BY person, what) AS number
    FROM times
)
SELECT person, what, AVG(took) FROM ranked WHERE 2 * place BETWEEN number AND number + 2 GROUP BY person, what
"""
"""The mean of the one or two values in the middle, for each person and figure. Durations are in microseconds."""


def _medians(times: QuerySet) -> Medians:
    """In seconds, of rows as `_offer_times` gives them; absent where nothing was measured."""
    sql, params = times.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(MEDIANS.format(times=sql), [*params, MEASURED_OFFERS, MEASURED_OFFERS])
        return {(person, what): round(float(took) / 1_000_000, 1) for person, what, took in cursor.fetchall()}
