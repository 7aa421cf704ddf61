"""What is done again and again for drivers' sign-ins."""

from drivers import services
from offers_project.kernel.tasks import Task

TASKS = [Task(name="drivers.prune", seconds=3600, run=services.prune)]
