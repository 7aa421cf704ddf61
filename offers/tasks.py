"""Repeated work of the market: scheduled once for the installation, and in each process for what it remembers."""

from django_tasks import task

from jobs.schedules import Schedule
from kernel.in_process import InProcess
from offers import services
from presence.engine.coalescing import LOOK_SECONDS

EXPIRE_SECONDS = 2.0
"""An offer reads expired within five seconds: beside the look at the clock and the work itself there is room left."""
NEWS_SECONDS = 1.0


@task(queue_name="clock", tries=1)
def expire_due() -> None:
    """Tried once: two seconds later there is the next one."""
    services.expire_due()


SCHEDULES = [
    Schedule(name="offers.expire_due", task=expire_due, every=EXPIRE_SECONDS, only_if=services.is_anything_due)
]

# What has been said and what has happened is remembered by the process that did it, and told by it.
IN_PROCESS = [
    InProcess("offers.touch_what_was_said", seconds=LOOK_SECONDS, run=services.touch_what_was_said),
    InProcess("offers.tell_news", seconds=NEWS_SECONDS, run=services.tell_news),
]
