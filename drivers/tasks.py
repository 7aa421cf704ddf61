"""Jobs for drivers' sign-ins: deferred ones and scheduled ones."""

from django_tasks import task

from drivers import services
from jobs.schedules import Schedule


@task(tries=3)
def prune() -> None:
    services.prune()


SCHEDULES = [Schedule(name="drivers.prune", task=prune, every=3600)]
