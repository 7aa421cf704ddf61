"""What is forgotten of connections and streams. What each process looks after for its own connections is in `watch`."""

from django_tasks import task

from jobs.schedules import Schedule
from presence import services
from presence.here import leases


@task(tries=3)
def clear_leases() -> None:
    leases.clear()


@task(tries=3)
def prune_events() -> None:
    services.prune()


SCHEDULES = [
    Schedule(name="presence.clear_leases", task=clear_leases, every=300),
    Schedule(name="presence.prune_events", task=prune_events, every=3600),
]
