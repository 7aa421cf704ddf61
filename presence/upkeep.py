"""What every process looks after beside its connections."""

from presence import leases, services
from presence.tasks import Task

TASKS = [
    Task("presence.clear", 300, leases.clear),
    Task("presence.prune", 3600, services.prune),
]
