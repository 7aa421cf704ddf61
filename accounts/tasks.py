from accounts import services
from offers_project.kernel.tasks import Task

TASKS = [Task(name="accounts.prune_sessions", seconds=3600, run=services.prune_sessions)]
