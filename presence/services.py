"""What other rooms' facts mean for open connections, and what keeps the streams short. All may be done twice."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Max

from accounts.facts import RoleChanged, SessionsEnded
from kernel import clock
from kernel.actors import ActorKey
from kernel.unit_of_work import service
from presence.log import epochs, streams, telling
from presence.models import StreamEvent, StreamHead

PORTION = 2000
"""How many events are pruned in one transaction, so that nobody waits long for a head."""


@service
def close_ended(fact: SessionsEnded) -> None:
    """Answers `SessionsEnded`: whoever is signed out is not listening any more."""
    telling.close_connections(fact.key, auth_session_id=fact.auth_session_id)


@service
def come_again(fact: RoleChanged) -> None:
    """Answers `RoleChanged`: what a connection may hear is decided when it opens, so it has to open again."""
    telling.renew_connections(fact.key)


def new_epoch() -> str:
    """Begin another history of the streams: every client reads its state afresh, those connected within seconds."""
    return epochs.begin()


def prune() -> int:
    """Forget events that are older than `KEEP_EVENTS_DAYS`. Gives how many."""
    before = clock.now() - timedelta(days=settings.PRESENCE["KEEP_EVENTS_DAYS"])
    pruned = 0
    while True:
        oldest = StreamEvent.objects.filter(at__lt=before).order_by("at")[:PORTION]
        keys = sorted({ActorKey(*pair) for pair in oldest.values_list("actor_type", "actor_id")})
        if not keys:
            return pruned
        for key in keys:
            pruned += _prune_one(key, before)


@service
def _prune_one(key: ActorKey, before: object) -> int:
    """A stream is cut at its front only: whatever stays is without a gap, and the floor says where it begins."""
    mine = streams.of_keys({key})
    StreamHead.objects.select_for_update().get(mine)
    upto = StreamEvent.objects.filter(mine, at__lt=before).aggregate(seq=Max("seq"))["seq"]
    if upto is None:
        return 0
    StreamHead.objects.filter(mine, floor__lt=upto).update(floor=upto)
    count, _each = StreamEvent.objects.filter(mine, seq__lte=upto).delete()
    return count
