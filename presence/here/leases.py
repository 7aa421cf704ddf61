"""Who is here. A connection holds a lease that its process renews for all of its connections at once; what is not
renewed lapses, whatever happened to the process. Only the edges are told: somebody came, somebody has gone.

A connection that closes leaves a short lease behind, so that coming back at once tells nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q

from accounts import kinds
from kernel import clock
from kernel.actors import Actor, ActorKey
from kernel.unit_of_work import service
from presence import rules
from presence.doorbell import topics
from presence.enums import PassingKind
from presence.here import acquaintances
from presence.log import streams
from presence.log.telling import pass_on
from presence.models import Attendance, SocketSession

LEFT = ""
"""Stands for the process of a lease that nobody renews."""
KEPT = timedelta(minutes=10)
"""How long a lapsed lease is kept, at the least, before its row goes."""


class Lease(NamedTuple):
    """One open connection."""

    id: str
    process: str
    key: ActorKey
    auth_session_id: str | None


@service
def begin(*, leases: Sequence[Lease]) -> None:
    """These connections have opened: their people are here."""
    now = clock.now()
    SocketSession.objects.bulk_create(
        [
            SocketSession(
                id=lease.id,
                process=lease.process,
                actor_type=lease.key.type,
                actor_id=lease.key.id,
                auth_session_id=lease.auth_session_id,
                connected_at=now,
                expires_at=now + _lease(),
            )
            for lease in leases
        ],
        ignore_conflicts=True,
    )
    keys = {lease.key for lease in leases}
    rows = _locked(keys)
    if missing := keys - rows.keys():
        Attendance.objects.bulk_create(
            [Attendance(actor_type=key.type, actor_id=key.id) for key in sorted(missing)], ignore_conflicts=True
        )
        rows = _locked(keys)
    came = sorted(key for key, row in rows.items() if not row.online)
    Attendance.objects.filter(pk__in=[rows[key].pk for key in came]).update(online=True, last_seen=now)
    for key, actor in _people(came).items():
        pass_on(PassingKind.PRESENCE_CHANGED, changed(actor, online=True, at=now), to=_told(key))


def renew(*, process: str, open_leases: Collection[Lease]) -> None:
    """The connections of `process` are still open: one statement, unless something went wrong meanwhile."""
    now = clock.now()
    renewed = SocketSession.objects.filter(process=process).update(expires_at=now + _lease())
    begun = set()
    if renewed != len(open_leases):
        begun = _without_strays(process, open_leases, now)
    # While nobody could renew, somebody may have told that they have gone.
    held = SocketSession.objects.filter(process=process)
    away = Attendance.objects.filter(actor_type=OuterRef("actor_type"), actor_id=OuterRef("actor_id"), online=False)
    begun |= set(held.filter(Exists(away)).values_list("pk", flat=True))
    if missed := [lease for lease in open_leases if lease.id in begun]:
        begin(leases=missed)


def _without_strays(process: str, open_leases: Collection[Lease], now: datetime) -> set[str]:
    """End what is renewed though its connection has gone, and give the ids of open ones that have no lease."""
    ids = {lease.id for lease in open_leases}
    kept = dict(SocketSession.objects.filter(process=process).values_list("pk", "connected_at"))
    # A young one may have opened since it was asked which ones are open.
    if strays := [id_ for id_, since in kept.items() if id_ not in ids and since < now - _lease()]:
        end(ids=strays)
    return ids - kept.keys()


def end(*, ids: Collection[str]) -> None:
    """These connections have closed. Their people are gone when nobody of them comes back within the grace."""
    SocketSession.objects.filter(pk__in=ids).update(process=LEFT, expires_at=clock.now() + _grace())


def end_process(*, process: str) -> None:
    """All connections of a process have closed."""
    SocketSession.objects.filter(process=process).update(process=LEFT, expires_at=clock.now() + _grace())


def sweep() -> None:
    """Find those who have gone, and tell it. Any number of processes may do it at once."""
    now = clock.now()
    living = SocketSession.objects.filter(
        actor_type=OuterRef("actor_type"), actor_id=OuterRef("actor_id"), expires_at__gt=now
    )
    found = Attendance.objects.filter(~Exists(living), online=True).values_list("actor_type", "actor_id")
    if keys := [ActorKey(*pair) for pair in found]:
        lapse(keys=keys)


def clear() -> None:
    """Remove the rows of leases that lapsed a while ago; `sweep` has looked at them since."""
    SocketSession.objects.filter(expires_at__lt=clock.now() - KEPT).delete()


@service
def lapse(*, keys: Collection[ActorKey]) -> None:
    """Whoever of these has no lease any more has gone."""
    rows = {key: row for key, row in _locked(keys).items() if row.online}
    now = clock.now()
    leases = SocketSession.objects.filter(streams.of_keys(rows))
    here = {ActorKey(*pair) for pair in leases.filter(expires_at__gt=now).values_list("actor_type", "actor_id")}
    gone = sorted(rows.keys() - here)
    seen = _last_seen(gone, otherwise=now)
    for key in gone:
        Attendance.objects.filter(pk=rows[key].pk).update(online=False, last_seen=seen[key])
    for key, actor in _people(gone).items():
        pass_on(PassingKind.PRESENCE_CHANGED, changed(actor, online=False, at=seen[key]), to=_told(key, parting=True))


def changed(actor: Actor, *, online: bool, at: datetime) -> dict[str, object]:
    """What `presence_changed` shows."""
    return {"actor": actor.as_dict(), "online": online, "last_seen": clock.iso(at)}


def _lease() -> timedelta:
    return timedelta(seconds=settings.PRESENCE["LEASE_SECONDS"])


def _grace() -> timedelta:
    return timedelta(seconds=settings.PRESENCE["GRACE_SECONDS"])


def _locked(keys: Iterable[ActorKey]) -> dict[ActorKey, Attendance]:
    rows = Attendance.objects.select_for_update().filter(streams.of_keys(keys)).order_by("actor_type", "actor_id")
    return {ActorKey(row.actor_type, row.actor_id): row for row in rows}


def _last_seen(keys: Collection[ActorKey], *, otherwise: datetime) -> dict[ActorKey, datetime]:
    """When each was here last: a lease that was left ends a grace later, one that lapsed was renewed before that."""
    ends = (
        SocketSession.objects.filter(streams.of_keys(keys))
        .values("actor_type", "actor_id")
        .annotate(left=Max("expires_at", filter=Q(process=LEFT)), lapsed=Max("expires_at", filter=~Q(process=LEFT)))
        .values_list("actor_type", "actor_id", "left", "lapsed")
    )
    seen = dict.fromkeys(keys, otherwise)
    for type_, id_, left, lapsed in ends:
        moments = [moment - span for moment, span in ((left, _grace()), (lapsed, _lease())) if moment]
        if moments:
            seen[ActorKey(type_, id_)] = max(moments)
    return seen


def _people(keys: Collection[ActorKey]) -> dict[ActorKey, Actor]:
    """The actors behind the keys; somebody who was deleted has no name any more, but has gone all the same."""
    known = kinds.actors(keys)
    return {key: known.get(key) or Actor(type=key.type, id=key.id, name="", role=key.type) for key in keys}


def _told(key: ActorKey, *, parting: bool = False) -> Sequence[str]:
    """The topics of those who hear of it, as `presence.rules` say."""
    if rules.is_told_to_the_office(key):
        return (topics.OFFICE,)
    if not rules.is_shown_in_chats(key):
        return ()
    return acquaintances.met_by(key, parting=parting)
