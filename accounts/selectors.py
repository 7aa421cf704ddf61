"""Reads people and their preferences."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from accounts.models import Preferences, User
from kernel.actors import ActorKey


def user_named(username: str) -> User | None:
    """The office person of this name, active or not, as the database compares names: `maría` may equal `maria`."""
    return User.objects.filter(username=username).first()


def preferences(keys: Collection[ActorKey]) -> dict[ActorKey, Preferences]:
    """The preferences of each of these people; unsaved defaults for those who have chosen none."""
    found = {key: Preferences(actor_type=key.type, actor_id=key.id) for key in keys}
    if found:
        condition = Q(pk__in=[])
        for actor_type, ids in _ids_by_type(found).items():
            condition |= Q(actor_type=actor_type, actor_id__in=ids)
        found |= {ActorKey(row.actor_type, row.actor_id): row for row in Preferences.objects.filter(condition)}
    return found


def preferences_of(key: ActorKey) -> Preferences:
    """The preferences of one person; unsaved defaults where they have chosen none."""
    return preferences({key})[key]


def _ids_by_type(keys: Mapping[ActorKey, object]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = {}
    for key in keys:
        ids.setdefault(key.type, []).append(key.id)
    return ids
