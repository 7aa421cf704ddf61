"""Reads the journal. The caller says by scopes what a person may see."""

from collections.abc import Collection

from django.db.models import QuerySet

from journal.models import Entry
from kernel.actors import ActorKey


def entries(
    *,
    object_type: str | None = None,
    object_id: object = None,
    scopes: Collection[str] | None = None,
    actor: ActorKey | None = None,
) -> QuerySet[Entry]:
    """Entries, newest first: of one kind of object or one object, about any of `scopes`, by one actor; each narrows."""
    found = Entry.objects.order_by("-id")
    if object_type is not None:
        found = found.filter(object_type=object_type)
    if object_id is not None:
        found = found.filter(object_id=str(object_id))
    if scopes is not None:
        found = found.filter(scope__in=scopes)
    if actor is not None:
        found = found.filter(actor_type=actor.type, actor_id=actor.id)
    return found
