"""What the market does by itself, again and again."""

from offers import services
from presence.soon import LOOK_SECONDS
from presence.tasks import Task

EXPIRE_SECONDS = 1.5
NEWS_SECONDS = 1.0

TASKS = [
    Task(name="offers.expire_due", seconds=EXPIRE_SECONDS, run=services.expire_due),
    Task(name="offers.touch_what_was_said", seconds=LOOK_SECONDS, run=services.touch_what_was_said),
    Task(name="offers.tell_news", seconds=NEWS_SECONDS, run=services.tell_news),
]
