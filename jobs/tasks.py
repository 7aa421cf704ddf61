from django_tasks import task

from jobs import services
from jobs.schedules import Schedule


@task(tries=3)
def prune() -> None:
    services.prune()


SCHEDULES = [Schedule(name="jobs.prune", task=prune, every=600)]
