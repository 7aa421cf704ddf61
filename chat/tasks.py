"""What runs by itself."""

from chat.services.unread import tell_unread
from offers_project.kernel.tasks import Task
from presence.soon import LOOK_SECONDS

TASKS = [Task("tell what is unread", seconds=LOOK_SECONDS, run=tell_unread)]
