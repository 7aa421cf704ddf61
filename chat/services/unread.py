"""Tells people how much is unread for them, after whatever may have changed it.

Counting is not done in the way of a send: what may have changed is remembered after the commit, and once a second those
who are here are told. It is a passing event, so what is remembered may be lost with the process.
"""

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock

from django.db import transaction

from chat import selectors
from offers_project.kernel.actors import ActorKey
from presence import topics
from presence.selectors import online
from presence.telling import pass_on

REMEMBERED_PEOPLE = 10_000

_changed: dict[ActorKey, set[int]] = defaultdict(set)
_lock = Lock()


def unread_changes(where: Iterable[tuple[ActorKey, int]]) -> None:
    """Remember, once the transaction is committed, that these people's counts in these conversations may differ."""
    changes = list(where)
    transaction.on_commit(lambda: _remember(changes), robust=True)


def tell_unread() -> None:
    """Tell those who are connected what is unread for them now."""
    with _lock:
        changed = dict(_changed)
        _changed.clear()
    here = {key for key, seen in online(changed).items() if seen.online} if changed else set()
    if not here:
        return
    counted = selectors.unread_of(here)
    pairs = selectors.pairs({id_ for key in counted for id_ in changed[key]})
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
            pass_on("unread_changed", data, to=[topics.of_actor(key)])


def _remember(changes: list[tuple[ActorKey, int]]) -> None:
    with _lock:
        for key, conversation_id in changes:
            if key in _changed or len(_changed) < REMEMBERED_PEOPLE:
                _changed[key].add(conversation_id)
