"""What runs by itself."""

from chat.services.unread import tell_unread
from offers_project.kernel.tasks import Task

TASKS = [Task("tell what is unread", seconds=1.0, run=tell_unread)]
