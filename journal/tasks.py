from django_tasks import task

from jobs.schedules import Schedule
from journal import idempotency


@task(tries=3)
def prune_idempotency_keys() -> None:
    idempotency.prune()


SCHEDULES = [Schedule(name="journal.prune_idempotency_keys", task=prune_idempotency_keys, every=600)]
