"""The kinds of actor. Each room that has people declares its kind; `offers_project.wiring` registers them here."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from kernel.actors import Actor, ActorKey


@dataclass(frozen=True, slots=True)
class ActorKind:
    """How people of one kind are looked up.

    `load` returns the active ones among the ids: a person who is missing may not act. `fingerprints` returns, for the
    same ids, a short hash of what ends a sign-in session when it changes (a driver's phone and mail), or an empty text.
    """

    type: str
    load: Callable[[Collection[int]], Mapping[int, Actor]]
    fingerprints: Callable[[Collection[int]], Mapping[int, str]]


_kinds: dict[str, ActorKind] = {}


def register(*actor_kinds: ActorKind) -> None:
    """Let people of these kinds sign in and act."""
    _kinds.update({kind.type: kind for kind in actor_kinds})


def actors(keys: Collection[ActorKey]) -> dict[ActorKey, Actor]:
    """The people behind the keys, without those who are gone, inactive, or of an unknown kind."""
    found: dict[ActorKey, Actor] = {}
    for actor_type, ids in _by_type(keys).items():
        found |= {ActorKey(actor_type, id_): actor for id_, actor in _kinds[actor_type].load(ids).items()}
    return found


def actor(key: ActorKey) -> Actor | None:
    """The person behind one key; None as for `actors`."""
    return actors({key}).get(key)


def fingerprints(keys: Collection[ActorKey]) -> dict[ActorKey, str]:
    """What each person's sign-in sessions depend on, now."""
    found: dict[ActorKey, str] = {}
    for actor_type, ids in _by_type(keys).items():
        found |= {ActorKey(actor_type, id_): print_ for id_, print_ in _kinds[actor_type].fingerprints(ids).items()}
    return found


def _by_type(keys: Collection[ActorKey]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for key in sorted(keys):
        if key.type in _kinds:
            ids[key.type].append(key.id)
    return ids
