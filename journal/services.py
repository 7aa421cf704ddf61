"""Writes the journal."""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices

from jobs.facts import JobRunAgain
from journal.enums import JobVerb, Verb
from journal.facts import Recorded
from journal.models import Entry
from journal.values import plain
from kernel import clock, facts, request_id
from kernel.actors import Actor


def record(
    actor: Actor,
    verb: Verb | TextChoices,
    *,
    object_type: str,
    object_id: object,
    scope: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """Write down one change, in the transaction of the change itself. Moments and amounts become texts."""
    return record_all([entry(actor, verb, object_type, object_id, scope=scope, before=before, after=after)])[0]


def record_job_run_again(fact: JobRunAgain) -> None:
    """Answers `JobRunAgain`."""
    record(fact.actor, JobVerb.RUN_AGAIN, object_type="job", object_id=fact.job_id, before=fact.before)


def entry(
    actor: Actor,
    verb: Verb | TextChoices,
    object_type: str,
    object_id: object,
    *,
    scope: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry:
    """An entry to be recorded with others by `record_all`."""
    return Entry(
        actor_type=actor.type,
        actor_id=actor.id,
        actor_name=actor.name,
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        scope=scope,
        before=plain(before or {}),
        after=plain(after or {}),
        request_id=request_id.current(),
    )


def record_all(entries: list[Entry]) -> list[Entry]:
    """Write down many changes of one moment in one statement."""
    at = clock.now()
    for each in entries:
        each.at = at
    Entry.objects.bulk_create(entries)
    facts.publish(Recorded(entries))
    return entries
