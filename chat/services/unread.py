"""Tells people how much is unread for them, after whatever may have changed it.

Counting is not done in the way of a send: what may have changed is remembered, and those who are here are told soon.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

from chat import selectors
from chat.enums import PassingKind
from kernel.actors import ActorKey
from presence.doorbell import bus, topics
from presence.engine.coalescing import Coalescer
from presence.here.online import online

_changed: Coalescer[tuple[ActorKey, int]] = Coalescer()


def unread_changes(where: Iterable[tuple[ActorKey, int]]) -> None:
    """Remember, once the transaction is committed, that these people's counts in these conversations may differ."""
    _changed.mark_on_commit(where)


def tell_unread() -> None:
    """Tell those who are connected what is unread for them now, some at a time."""
    with _changed.draining() as due:
        changed: dict[ActorKey, set[int]] = defaultdict(set)
        for key, conversation_id in due:
            changed[key].add(conversation_id)
        _tell(changed)


def _tell(changed: Mapping[ActorKey, Set[int]]) -> None:
    here = {key for key, seen in online(changed).items() if seen.online} if changed else set()
    if not here:
        return
    counted = selectors.unread_of(here)
    pairs = selectors.pairs({id_ for key in counted for id_ in changed[key]})
    passing = []
    for key, unread in counted.items():
        total = sum(unread.values())
        for conversation_id in changed[key] & pairs.keys():
            offer_id, driver_id = pairs[conversation_id]
            data = {
                "offer_id": offer_id,
                "driver_id": driver_id,
                "unread": unread.get(conversation_id, 0),
                "total": total,
            }
            passing.append(bus.Passing(PassingKind.UNREAD_CHANGED, data, (topics.of_actor(key),)))
    if passing:
        bus.publish(bus.Batch(passing=passing))
