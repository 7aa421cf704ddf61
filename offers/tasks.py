"""What the market does by itself, again and again."""

from offers import services
from presence.tasks import Task

EXPIRE_SECONDS = 1.5

TASKS = [
    Task(name="offers.expire_due", seconds=EXPIRE_SECONDS, run=services.expire_due),
    Task(name="offers.touch_what_was_said", seconds=1.0, run=services.touch_what_was_said),
]
